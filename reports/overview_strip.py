"""A small drawing beside each row: estimate and range against what is worth having."""

from markupsafe import Markup

from reports.axes import Scale, clipped_limits
from reports.palette import LINE, VERDICT_COLOURS, VERDICT_MARKERS
from reports.sentences import deciding_range
from reports.svg import Canvas
from schemas.findings import Effect

WIDTH, HEIGHT = 168.0, 24.0


def strip_limits(effects: list[Effect]) -> tuple[float, float]:
    """One scale for all rows, in multiples of each effect's own smallest worthwhile effect."""
    reaches = [[-1.0, 1.0, *_placed(effect)] for effect in effects]
    low, high = clipped_limits(reaches)
    return low, high


def draw_strip(effect: Effect, limits: tuple[float, float]) -> Markup:
    """The row's drawing, right is better; empty where nothing can be placed.

    It says nothing that the row's own words do not say, so it is hidden from screen readers.
    """
    values = _placed(effect)
    if not values:
        return Markup("")
    canvas = Canvas(WIDTH, HEIGHT)
    scale = Scale(*limits, 6.0, WIDTH - 6.0)
    middle = HEIGHT / 2
    low, high = scale.at(-1.0), scale.at(1.0)
    canvas.rect(low, 2, high - low, HEIGHT - 4)
    canvas.lines([(scale.at(0.0), 2, scale.at(0.0), HEIGHT - 2)], stroke=LINE)
    colour = VERDICT_COLOURS[effect.verdict]
    estimate, *ends = values
    if ends:
        canvas.lines(
            [(scale.at(ends[0]), middle, scale.at(ends[1]), middle)], stroke=colour, width=2
        )
        _mark_cuts(canvas, scale, (ends[0], ends[1]), colour)
    shape = VERDICT_MARKERS[effect.verdict]
    canvas.markers(shape, [(scale.at(estimate), middle)], colour=colour, radius=5)
    return Markup(canvas.render("strip"))  # noqa: S704 - the SVG writer escapes every text


def _mark_cuts(canvas: Canvas, scale: Scale, ends: tuple[float, float], colour: str) -> None:
    middle = HEIGHT / 2
    if scale.cuts(ends[0]):
        canvas.markers("arrow-left", [(scale.start, middle)], colour=colour, radius=4)
    if scale.cuts(ends[1]):
        canvas.markers("arrow-right", [(scale.end, middle)], colour=colour, radius=4)


def _placed(effect: Effect) -> list[float]:
    """Estimate, low and high on the common scale; without a range the estimate alone."""
    if effect.estimate is None or not effect.smallest_worthwhile_effect:
        return []
    sign = 1.0 if effect.direction == "higher_better" else -1.0
    factor = sign / effect.smallest_worthwhile_effect
    ends = deciding_range(effect)
    placed = sorted(end * factor for end in ends) if ends else []
    return [effect.estimate * factor, *placed]

"""Holm's step-down adjustment over the primary family."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p values in the order given: reject where the adjusted p is at most alpha.

    Holm (1979), https://www.jstor.org/stable/4615733. The smallest p is multiplied by m, the
    next by m - 1 and so on; adjusted values never fall below those before them, nor exceed 1.
    """
    count = len(p_values)
    adjusted = [0.0] * count
    highest = 0.0
    for rank, index in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def holm_with(p_value: float, others: Sequence[float]) -> float:
    """Adjusted p of one effect beside the p values of the other members of its family."""
    return holm((p_value, *others))[0]

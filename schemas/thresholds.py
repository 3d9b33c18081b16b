"""Every threshold that decides a verdict or a certainty, in one settings object."""

from dataclasses import dataclass

from schemas.vocabulary import PeriodLength


@dataclass(frozen=True)
class Thresholds:
    """Defaults of METHODS; shares are in [0, 1], counts are of clusters unless named otherwise."""

    quarantined_share: float = 0.01
    """Above this share of a used table's rows in quarantine the verdict carries DATA."""
    orphan_spend_share: float = 0.05
    """Above this share of spend whose given ids point nowhere the verdict carries DATA."""
    anticipation_alpha: float = 0.025
    """Two-sided level of the anticipation gate; never adjusted."""
    permutations_exact: int = 20_000
    """Up to this many assignments every one of them is computed."""
    permutations_drawn: int = 9_999
    few_exposed: int = 4
    """Up to this many exposed clusters the permutation decides and no interval is claimed."""
    did_exposed: int = 5
    did_comparison: int = 5
    synthetic_comparison: int = 8
    synthetic_most: int = 200
    """Comparison units drawn by lot where permutation decides and there are more."""
    pre_periods: int = 3
    series_periods: int = 24
    """Fewest periods for an interrupted series chosen by `auto`."""
    controls_calibration: int = 10
    """Fewest negative controls for the calibrated intervals."""
    controls_moderate: int = 20
    ease: float = 0.25
    """Expected absolute systematic error, in s_y, above which it is flagged."""
    floor_share: float = 0.25
    """Above this share of the smallest worthwhile effect tau is said to limit what units can do."""
    clusters_low: int = 10
    """Below this many clusters in an arm certainty is capped."""
    clusters_moderate: int = 20
    missing_moderate: float = 0.05
    missing_low: float = 0.10
    alternative_z: float = 2.24
    """Above this z the second estimator's difference is flagged."""
    power_factor: float = 3.1
    """(target effect) / (standard error) at which a claim is made about 80 % of the time."""
    donut_month: int = 6
    donut_quarter: int = 2
    donut_year: int = 1

    def donut(self, period: PeriodLength, anticipation: int = 0) -> int:
        """Pre-periods left out by the donut interval: never less than `anticipation`."""
        window = {
            "month": self.donut_month,
            "quarter": self.donut_quarter,
            "year": self.donut_year,
        }
        return max(window[period], anticipation)

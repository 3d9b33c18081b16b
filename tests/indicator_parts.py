"""What the reference of the indicators shares: rows, intervals, calendar, money; plain pandas."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from scipy import stats

from schemas.findings import Effect
from schemas.study import Study

Key = tuple[str, tuple[tuple[str, str], ...]]
SUPPORT = ("support_access", "support_adherence")
UNCLEAR = ("hybrid", "unclassified")
Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Expected:
    """One row as the definition wants it; null `value` is NOT_EVALUATED."""

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass
class Given:
    """One study as frames: every column of the contract, dates as `datetime.date`."""

    study: Study
    frames: Mapping[str, pd.DataFrame]
    effects: tuple[Effect, ...] = ()
    found: dict[Key, Expected] = field(default_factory=dict)

    @property
    def horizon(self) -> dt.date:
        """The last day that can have been seen."""
        return min(self.study.window.end, self.study.as_of)

    def has(self, *tables: str) -> bool:
        """Whether there is a row in each of them."""
        return all(len(self.frames[table]) for table in tables)

    def put(self, indicator: str, row: Expected, **by: object) -> None:
        """Keep one row."""
        self.found[indicator, tuple(sorted((k, str(v)) for k, v in by.items()))] = row


def kept(rows: pd.DataFrame, is_kept: Iterable[bool]) -> pd.DataFrame:
    """The rows for which it is true; no rows stay no rows."""
    return rows[pd.Series(list(is_kept), rows.index, dtype=bool)]


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or its last."""
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def wilson(count: float, n: float) -> tuple[float, float]:
    """Wilson (1927), doi:10.1080/01621459.1927.10502953."""
    share, square = count / n, Z * Z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return centre - half, centre + half


def counted(numerator: float, denominator: float) -> Expected:
    """A proportion of things counted."""
    if not denominator:
        return Expected()
    low, high = wilson(numerator, denominator)
    return Expected(
        numerator / denominator, float(numerator), float(denominator), int(denominator), low, high
    )


def flags(is_so: pd.Series) -> Expected:
    """The share of a boolean series that is true."""
    return counted(int(is_so.sum()), len(is_so))


def ratio(numerator: float, denominator: float, n: int) -> Expected:
    """One quantity over another, without an interval."""
    if not n or denominator == 0:
        return Expected()
    return Expected(numerator / denominator, numerator, denominator, n)


def mean_of(values: pd.Series) -> Expected:
    """A mean with Student's interval."""
    n = len(values)
    if not n:
        return Expected()
    mean = float(values.mean())
    if n == 1:
        return Expected(mean, n=1)
    half = float(stats.t.ppf(0.975, n - 1)) * float(values.std(ddof=1)) / math.sqrt(n)
    if not half:
        return Expected(mean, n=n)
    return Expected(mean, n=n, ci_low=mean - half, ci_high=mean + half)


def quantile_of(values: pd.Series, at: float) -> Expected:
    """A quantile by linear interpolation."""
    if not len(values):
        return Expected()
    return Expected(float(values.quantile(at)), n=len(values))


def money_log(given: Given) -> pd.DataFrame:
    """Engagements with a known amount, `money`: as given, or as it is in the currency."""
    log = given.frames["engagement"]
    own = log["amount"].where(log["currency"] == given.study.currency)
    money = log["amount_reporting"].where(log["amount_reporting"].notna(), own)
    return log.assign(money=money)[money.notna()]


def activities(given: Given) -> pd.DataFrame:
    """Engagements outside support that take nothing back."""
    log = given.frames["engagement"]
    return log[~log["kind"].isin(SUPPORT) & log["reverses_engagement_id"].isna()]


def named_only(given: Given, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with partners that are not anonymous, at the level that the study counts."""
    partner = given.frames["partner"].set_index("partner_id")
    is_hidden = partner["is_anonymous"] == True  # noqa: E712 - null is not hidden
    rows = rows[~rows["partner_id"].isin(partner.index[is_hidden])]
    if given.study.partner_level == "partner":
        return rows
    above = rows["partner_id"].map(partner["parent_partner_id"])
    return rows.assign(partner_id=above.where(above.notna(), rows["partner_id"]))


def with_net(given: Given) -> pd.DataFrame:
    """Engagements with a known amount that take nothing back, less what was taken back."""
    paid = money_log(given)
    taken = paid[paid["reverses_engagement_id"].notna()]
    back = taken.groupby("reverses_engagement_id")["money"].sum()
    first = paid[paid["reverses_engagement_id"].isna()].copy()
    less = [float(back.get(name, 0.0)) for name in first["engagement_id"]]
    first["net"] = (first["money"] + pd.Series(less, first.index, dtype=float)).round(6)
    return first


def payments_of_all_kinds(given: Given) -> pd.DataFrame:
    """Payments to partners with a name: `net`, `year`, and `partner_id` at the study's level."""
    log = with_net(given)
    log = named_only(given, log[log["net"] > 0])
    return log.assign(year=[day.year for day in log["start_date"]])


def in_reporting(given: Given, amount: float, currency: str, day: dt.date) -> float | None:
    """Converted by the latest rate on or before the day, else the year's only one."""
    if currency == given.study.currency:
        return amount
    rates = given.frames["fx_rate"]
    rates = rates[(rates["currency"] == currency) & (rates["to_currency"] == given.study.currency)]
    before = kept(rates, (made <= day for made in rates["rate_date"]))
    if len(before):
        return amount * float(before.sort_values("rate_date")["rate"].iloc[-1])
    same = kept(rates, (made.year == day.year for made in rates["rate_date"]))
    return amount * float(same["rate"].iloc[0]) if len(same) == 1 else None

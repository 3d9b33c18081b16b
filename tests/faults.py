"""Faults F01 to F27 as a table: what is wrong, in which table, and what must become of it."""

import datetime as dt
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.intake_world import write_study

TABLES: dict[str, tuple[str, ...]] = {
    "initiative": ("initiative_id,name,budget,currency", "i1,Screening,10,EUR", "i2,Care,,"),
    "partner": ("partner_id,name,org_type", "p1,Alpha,patient_org", "p2,Omega,umbrella"),
    "measure": (
        "measure_id,name,unit_label,direction,family,period",
        "m1,Delay,days,lower_better,clinical,",
        "m2,Reach,share,higher_better,access,",
    ),
    "unit": ("unit_id,name,unit_type,population", "u1,North,region,100", "u2,South,region,200"),
    "fx_rate": ("currency,to_currency,rate_date,rate", "USD,EUR,2001-01-01,0.5"),
    "alias": ("partner_id,canonical_partner_id", "p2,p1"),
    "engagement": (
        (
            "engagement_id,payer_id,partner_id,start_date,end_date,date_precision,activity_type,"
            "amount,currency,reverses_engagement_id,recorded_date,purpose"
        ),
        "e1,us,p1,2001-02-03,,day,core_grant,100,EUR,,,",
        "e2,us,p2,2001-03-04,,day,core_grant,200,EUR,,,",
    ),
    "exposure": (
        "initiative_id,unit_id,start_date,end_date,dose,assignment",
        "i1,u1,2002-01-01,,,policy",
        "i2,u2,2003-01-01,,,policy",
    ),
    "outcome": (
        "measure_id,unit_id,period_start,subgroup_id,value,status,recorded_date",
        "m1,u1,2001-01-01,all,5,observed,",
        "m1,u2,2001-01-01,all,6,observed,",
    ),
    "public_disclosure": (
        "scheme,declared_by,year,payer_id,partner_id,amount,currency",
        "efpia,payer,2001,us,p1,100,EUR",
        "efpia,payer,2001,us,p2,200,EUR",
    ),
    "product_event": ("product_id,event,event_date", "x1,launch,2001-02-03"),
    "decision": ("decision_id,lifecycle_phase,decision_area,decision_date",),
}
"""A sound study: the header and the rows of every table, as a source writes them."""
BESIDE: dict[str, tuple[str, ...]] = {
    "alias": ("partner",),
    "engagement": ("partner",),
    "exposure": ("initiative", "unit"),
    "outcome": ("measure", "unit"),
    "public_disclosure": ("partner",),
}
"""Tables that must be there too."""
Place = tuple[str, str, int | None, str | None]
"""Outcome, rule, row and column of a problem."""


@dataclass
class Sheet:
    """One table's source, to be spoilt."""

    lines: list[list[str]]
    content: bytes | None = None
    suffix: str = ".csv"
    style: dict[str, Any] = field(default_factory=dict)
    more: dict[str, tuple[str, ...]] = field(default_factory=dict)
    window: tuple[str, str] = ("2000-01-01", "2009-12-31")

    def set(self, column: str, text: str, row: int = 2) -> None:
        """Put a text into a cell; the header is row 1."""
        self.lines[row - 1][self.lines[0].index(column)] = text

    @property
    def text(self) -> str:
        """The source as text, one line a row."""
        return "".join(",".join(cells) + "\n" for cells in self.lines)


@dataclass(frozen=True)
class Fault:
    """One fault in one table; `told` are all problems that are told of it.

    `keeps` are the cells of one column of the accepted rows, where rows are kept.
    """

    code: str
    table: str
    spoil: Callable[[Sheet], None]
    told: tuple[Place, ...] = ()
    keeps: tuple[str, tuple[Any, ...]] | None = None

    @property
    def outcomes(self) -> set[str]:
        """What becomes of the input."""
        return {place[0] for place in self.told} or {"KEPT"}

    def study(self, folder: Path) -> Path:
        """A study folder with this fault and no other."""
        sheet = Sheet([line.split(",") for line in TABLES[self.table]])
        self.spoil(sheet)
        beside = {name: TABLES[name] for name in BESIDE.get(self.table, ())} | sheet.more
        files: dict[str, str | bytes] = {
            f"{name}.csv": "\n".join(lines) + "\n" for name, lines in beside.items()
        }
        name = f"{self.table}{sheet.suffix}"
        files[name] = sheet.content if sheet.content is not None else sheet.text
        sources = [{"table": Path(path).stem, "path": path} for path in files]
        sources[-1] |= {"mapping": {"format": sheet.style}}
        start, end = sheet.window
        return write_study(folder, files, sources=sources, window={"start": start, "end": end})

    @property
    def before(self) -> tuple[str, ...]:
        """Tables to build before this one."""
        sheet = Sheet([line.split(",") for line in TABLES[self.table]])
        self.spoil(sheet)
        return (*BESIDE.get(self.table, ()), *sheet.more)


def nothing(_sheet: Sheet) -> None:
    """Leave the source as it is."""


def cell(column: str, text: str, row: int = 2) -> Callable[[Sheet], None]:
    """Another text in one cell."""
    return lambda sheet: sheet.set(column, text, row)


def cells(*changes: tuple[str, str, int]) -> Callable[[Sheet], None]:
    """Other texts in several cells."""

    def spoil(sheet: Sheet) -> None:
        for change in changes:
            sheet.set(*change)

    return spoil


def content(of: Callable[[str], bytes], **style: Any) -> Callable[[Sheet], None]:
    """Other bytes, made from the sound text, read in a declared style."""

    def spoil(sheet: Sheet) -> None:
        sheet.content, sheet.style = of(sheet.text), style

    return spoil


def lines(of: Callable[[list[list[str]]], list[list[str]]]) -> Callable[[Sheet], None]:
    """Other lines of cells."""

    def spoil(sheet: Sheet) -> None:
        sheet.lines = of(sheet.lines)

    return spoil


def styled(spoil: Callable[[Sheet], None], **style: Any) -> Callable[[Sheet], None]:
    """The same, read in a declared style."""

    def both(sheet: Sheet) -> None:
        spoil(sheet)
        sheet.style |= style

    return both


def beside(spoil: Callable[[Sheet], None], **more: tuple[str, ...]) -> Callable[[Sheet], None]:
    """The same, with other tables beside it."""

    def both(sheet: Sheet) -> None:
        spoil(sheet)
        sheet.more |= more

    return both


def window(spoil: Callable[[Sheet], None], start: str, end: str) -> Callable[[Sheet], None]:
    """The same, in another window of the study."""

    def both(sheet: Sheet) -> None:
        spoil(sheet)
        sheet.window = (start, end)

    return both


def typed(**changed: Any) -> Callable[[Sheet], None]:
    """The first row as Parquet, with typed cells in some columns."""

    def spoil(sheet: Sheet) -> None:
        columns = {name: pa.array([text]) for name, text in zip(*sheet.lines[:2], strict=True)}
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({**columns, **changed}), sink)
        sheet.content, sheet.suffix = sink.getvalue().to_pybytes(), ".parquet"

    return spoil


def bomb(sheet: Sheet) -> None:
    """A Parquet file of some kilobytes that unpacks to much more, in every column."""
    zeros = pa.array([0] * 1_000_000, pa.int32())
    packed = {
        name: pa.DictionaryArray.from_arrays(zeros, pa.array(["x" * 300]))
        for name in sheet.lines[0]
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(packed), sink)
    sheet.content, sheet.suffix = sink.getvalue().to_pybytes(), ".parquet"


def zipped(sheet: Sheet) -> None:
    """A compressed file under the name of a text."""
    sheet.content = gzip.compress(sheet.text.encode())


NIGHT = pa.array([dt.datetime(2001, 4, 1, 4, 30)]).cast(pa.timestamp("us", "America/New_York"))
"""An instant that is still 31 March in New York, and 1 April in UTC."""


def rejected(rule: str, row: int | None = None, column: str | None = None) -> tuple[Place, ...]:
    """The file is refused for one reason."""
    return (("REJECT_FILE", rule, row, column),)


def aside(rule: str, column: str | None, *rows: int) -> tuple[Place, ...]:
    """These rows go to quarantine."""
    return tuple(("QUARANTINE_ROW", rule, row, column) for row in rows or (2,))


def on(fault: Fault, *tables: str) -> Iterator[Fault]:
    """The same fault in each of several tables."""
    for table in tables:
        yield replace(fault, table=table)

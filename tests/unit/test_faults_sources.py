"""Faults F01 to F15 and F25 at the door: what each does to a file, on two tables and more."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from intake.digests import input_digests
from intake.problems import Problem, Rejected
from intake.read import read_raw, source_notes
from intake.study import load_study
from tests.intake_world import ENGAGEMENT, PARTNER, UNIT, built, engine, reasons, rows
from tests.intake_world import write_study as written

WORLDS = {
    "unit": {"unit.csv": UNIT},
    "partner": {"partner.csv": PARTNER},
}
NAMED = {"unit": "North", "partner": "NA"}
TABLES = pytest.mark.parametrize("table", WORLDS)


@dataclass(frozen=True)
class Source:
    """One table's file, to be spoilt."""

    folder: Path
    table: str
    good: str

    def with_text(self, content: str | bytes, **format_: Any) -> Path:
        """A study whose file holds this."""
        name = f"{self.table}.csv"
        source = {"table": self.table, "path": name, "mapping": {"format": format_}}
        return written(self.folder, {name: content}, sources=[source])

    def lines(self) -> list[str]:
        """The good file's lines."""
        return self.good.splitlines()

    def read(self, content: str | bytes, **format_: Any) -> list[dict[str, Any]]:
        """Raw rows of a file."""
        folder = self.with_text(content, **format_)
        return rows(read_raw(engine(), folder, load_study(folder), self.table))

    def refused(self, content: str | bytes, **format_: Any) -> Problem:
        """The one reason why a file is refused."""
        with pytest.raises(Rejected) as caught:
            self.read(content, **format_)
        (problem,) = caught.value.problems
        assert problem.remedy
        assert problem.outcome == "REJECT_FILE"
        return problem

    def reasons(self, content: str | bytes) -> list[tuple[int, str | None, str, str]]:
        """What the core table sets aside."""
        return reasons(built(self.with_text(content), self.table))


@pytest.fixture
def source(tmp_path: Path, table: str) -> Source:
    return Source(tmp_path, table, WORLDS[table][f"{table}.csv"])


@TABLES
def test_f01_a_ragged_or_short_row_is_refused_with_its_line(source: Source) -> None:
    for spoil in ("{},extra", "{}".replace("{}", "only")):
        lines = source.lines()
        lines[1] = spoil.format(lines[1])
        problem = source.refused("\n".join(lines))
        assert (problem.rule, problem.row) == ("ragged_row", 2)


@TABLES
def test_f02_an_unclosed_quote_is_refused_with_its_line(source: Source) -> None:
    lines = [*source.lines(), '"abc,x,region']
    problem = source.refused("\n".join(lines) + "\n")
    assert (problem.rule, problem.row) == ("quote", len(lines))


@TABLES
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Œuvre “€” ß"),
        ("latin-1", "K\x96ln Zoë"),
        ("iso-8859-15", "Œuvre €"),
        ("mac-roman", "Zoë ∑"),
        ("utf-16", "東京 😀"),
        ("utf-16-le", "東京 😀"),
        ("utf-16-be", "東京 😀"),
        ("utf-32", "東京 😀"),
        ("shift_jis", "東京"),
        ("cp1250", "Łódź"),
        ("koi8-r", "Москва"),
    ],
)
def test_f03_a_declared_encoding_gives_the_text(source: Source, encoding: str, name: str) -> None:
    content = source.good.replace(NAMED[source.table], name)
    assert source.read(content.encode(encoding), encoding=encoding)[0]["name"] == name


@TABLES
def test_f03_a_byte_that_does_not_fit_names_encoding_and_offset(source: Source) -> None:
    content = source.good.replace(NAMED[source.table], "K\x81ln")
    place = content.encode("latin-1").index(b"\x81")
    for encoding in ("cp1252", "ascii", "utf-8"):
        problem = source.refused(content.encode("latin-1"), encoding=encoding)
        assert problem.message == f"is not {encoding} at byte {place}"
    with_mark = b"\xef\xbb\xbf" + content.encode("latin-1")
    assert source.refused(with_mark).message == f"is not utf-8 at byte {place + 3}"


@TABLES
def test_f03_half_a_character_at_the_end_is_named_by_its_offset(source: Source) -> None:
    data = source.good.encode("utf-16-le") + b"\x3d\xd8"
    problem = source.refused(data, encoding="utf-16-le")
    assert problem.message == f"is not utf-16-le at byte {len(data) - 2}"


@TABLES
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_f04_a_mark_that_the_encoding_keeps_is_not_text(source: Source, encoding: str) -> None:
    found = source.read(("\ufeff" + source.good).encode(encoding), encoding=encoding)
    assert f"{source.table}_id" in found[0]


@TABLES
def test_f04_a_byte_order_mark_changes_no_row_and_no_digest(source: Source) -> None:
    found = []
    for encoding in ("utf-8", "utf-8-sig"):
        folder = source.with_text(source.good.encode(encoding))
        study = load_study(folder)
        raw = rows(read_raw(engine(), folder, study, source.table))
        found.append((raw, input_digests(folder, study)))
    assert found[0] == found[1]


@TABLES
def test_f07_leading_zeros_and_long_ids_stay_as_they_are(source: Source) -> None:
    for key in ("007", "12345678901234567890", "1e5", "0.10"):
        lines = source.lines()
        first = lines[1].split(",")[0]
        content = "\n".join([lines[0], lines[1].replace(first, key, 1)]) + "\n"
        core = built(source.with_text(content), source.table)
        assert [row[f"{source.table}_id"] for row in rows(core.accepted)] == [key]


@TABLES
@pytest.mark.parametrize("name", ["NA", "null", "None", "True", "nan", "-", "N/A"])
def test_f08_a_name_that_looks_like_nothing_is_a_name(source: Source, name: str) -> None:
    lines = source.lines()
    content = "\n".join([lines[0], lines[1].replace(NAMED[source.table], name)]) + "\n"
    core = built(source.with_text(content), source.table)
    assert [row["name"] for row in rows(core.accepted)] == [name]


@pytest.mark.parametrize(
    ("table", "good", "spoilt", "column"),
    [
        ("engagement", ENGAGEMENT, ("100.50", "lots"), "amount"),
        (
            "unit",
            "unit_id,name,unit_type,population\ne1,N,region,5\n",
            (",5", ",5 mln"),
            "population",
        ),
    ],
)
def test_f10_a_cell_of_another_type_after_thirty_thousand_rows_is_set_aside(
    tmp_path: Path, table: str, good: str, spoilt: tuple[str, str], column: str
) -> None:
    header, row = good.splitlines()
    lines = [row.replace("e1,", f"e{i},", 1) for i in range(30_001)]
    lines[-1] = lines[-1].replace(*spoilt)
    source = Source(tmp_path, table, good)
    assert source.reasons("\n".join([header, *lines]) + "\n") == [
        (30_002, column, "not_a_number", "quarantined")
    ]


@TABLES
@pytest.mark.parametrize("variant", ["name", "NAME", " name", "na me", "ｎame"])  # noqa: RUF001
def test_f11_a_header_given_twice_is_refused(source: Source, variant: str) -> None:
    lines = [f"{line},{variant if row == 0 else 'x'}" for row, line in enumerate(source.lines())]
    problem = source.refused("\n".join(lines) + "\n")
    assert (problem.rule, problem.row) == ("header", 1)


@TABLES
def test_f12_an_empty_file_and_a_header_alone_are_refused(source: Source) -> None:
    assert source.refused("").rule == "empty_file"
    assert source.refused(source.lines()[0] + "\n").rule == "empty_table"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("fx_rate", "currency,to_currency,rate_date,rate"),
        ("decision", "decision_id,lifecycle_phase,decision_area,decision_date"),
    ],
)
def test_f12_a_table_that_may_be_empty_is_empty(tmp_path: Path, name: str, header: str) -> None:
    folder = written(tmp_path, {f"{name}.csv": header + "\n"})
    assert rows(read_raw(engine(), folder, load_study(folder), name)) == []


@TABLES
@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x1b"])
def test_f13_a_control_character_sets_the_row_aside(source: Source, hidden: str) -> None:
    lines = source.lines()
    for column in (f"{source.table}_id", "name"):
        cells = lines[1].split(",")
        cells[lines[0].split(",").index(column)] = f"a{hidden}b"
        found = source.reasons("\n".join([lines[0], ",".join(cells)]) + "\n")
        assert found == [(2, column, "control_character", "quarantined")]


@TABLES
def test_f13_a_field_above_64_kib_sets_the_row_aside(source: Source) -> None:
    for size, expected in ((65_536, []), (65_537, [(2, "name", "too_long", "quarantined")])):
        content = source.lines()[1].replace(NAMED[source.table], "x" * size)
        assert source.reasons(f"{source.lines()[0]}\n{content}\n") == expected


@TABLES
def test_f13_a_line_above_1_mib_is_refused(source: Source) -> None:
    content = source.lines()[1].replace(NAMED[source.table], "x" * 3_000_000)
    problem = source.refused(f"{source.lines()[0]}\n{content}\n")
    assert (problem.rule, problem.row) == ("quote", 2)


@TABLES
def test_f15_an_added_column_is_noted_and_not_stored(source: Source) -> None:
    lines = source.lines()
    content = "\n".join([f"{lines[0]},colour", *(f"{line},red" for line in lines[1:])])
    folder = source.with_text(content + "\n")
    (note,) = source_notes(folder, load_study(folder), source.table)
    assert (note.column, note.outcome) == ("colour", "WARN")
    assert "colour" not in built(folder, source.table).accepted.columns


@TABLES
def test_f15_the_order_of_columns_changes_nothing(source: Source) -> None:
    turned = "\n".join(",".join(reversed(line.split(","))) for line in source.lines()) + "\n"
    first = rows(built(source.with_text(source.good), source.table).accepted)
    assert rows(built(source.with_text(turned), source.table).accepted) == first


@TABLES
def test_f15_a_renamed_or_removed_column_is_refused(source: Source) -> None:
    renamed = source.good.replace("name,", "namme,", 1)
    assert source.refused(renamed).remedy.startswith("is it namme?")
    removed = "\n".join(",".join(line.split(",")[:-1]) for line in source.lines()) + "\n"
    assert source.refused(removed).rule == "missing_column"

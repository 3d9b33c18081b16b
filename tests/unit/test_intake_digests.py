"""Digests of inputs: a text file by what it says, a log by what was known of it."""

import hashlib
from pathlib import Path

import ibis
import pytest

from intake.digests import content_digest, input_digests, known_inputs, lines_digest, rows_digest
from intake.read import read_raw
from intake.study import load_study
from schemas.findings import InputDigest
from schemas.study import SourceFormat
from tests.intake_world import MEASURE, UNIT, built, engine, write_study

HEADER = "measure_id,unit_id,period_start,subgroup_id,value,status,recorded_date\n"
EARLY = "delay,north,2001-01-01,all,5,observed,2001-02-01\n"
LATE = "delay,north,2001-01-01,all,6,observed,2002-02-01\n"


def of(text: str, encoding: str = "utf-8") -> str:
    return hashlib.sha256(text.encode(encoding)).hexdigest()


def file(folder: Path, text: str, name: str = "a.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_byte_order_mark_and_an_unended_last_line_change_no_digest(tmp_path: Path) -> None:
    for text in ("a,b\n1,2\n", "a,b\n1,2", "\ufeffa,b\n1,2\n", "\ufeffa,b\n1,2"):
        assert content_digest(file(tmp_path, text)) == of("a,b\n1,2\n")
    assert content_digest(file(tmp_path, "")) == of("")
    assert content_digest(file(tmp_path, "a")) == of("a\n")


def test_a_parquet_file_is_digested_byte_by_byte(tmp_path: Path) -> None:
    assert content_digest(file(tmp_path, "no line", "a.parquet")) == of("no line")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_rows_that_were_appended_are_left_out_of_the_digest(tmp_path: Path, encoding: str) -> None:
    text = "a,b\n1,é\n"
    before = content_digest(file(tmp_path, text, encoding=encoding))
    assert content_digest(file(tmp_path, text[:-1], encoding=encoding)) == before
    grown = file(tmp_path, text + "2,x\n", encoding=encoding)
    assert lines_digest(grown, SourceFormat(encoding=encoding), {3}) == before


def test_a_row_is_counted_once_however_many_lines_it_has(tmp_path: Path) -> None:
    text = 'a,b\n1,"two\nlines"\n\n2,x\n3,y\n'
    left_out = lines_digest(file(tmp_path, text), SourceFormat(), {2, 4})
    assert left_out == of("a,b\n\n3,y\n")


def test_a_quote_in_json_lines_opens_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, '{"a": "\\""}\n{"a": "1"}\n', "a.jsonl")
    assert lines_digest(path, SourceFormat(), {2}) == of('{"a": "\\""}\n')


def test_rows_of_other_kinds_are_digested_as_text_in_their_order() -> None:
    rows = {"a": ["x", None, "z"], "source_file": ["f"] * 3, "source_row": [2, 3, 4]}
    whole = ibis.memtable(rows)
    part = ibis.memtable({name: list(reversed(cells[:2])) for name, cells in rows.items()})
    renamed = whole.rename(b="a")
    assert rows_digest(whole, {4}) == rows_digest(part, set())
    digests = {rows_digest(whole, set()), rows_digest(whole, {4}), rows_digest(renamed, set())}
    assert len(digests) == 3
    assert rows_digest(whole.limit(0), set()) == rows_digest(whole.limit(0), {2})


def outcome_study(folder: Path, body: str, kind: str = "csv") -> Path:
    files = {"unit.csv": UNIT, "measure.csv": MEASURE, "outcome.csv": HEADER + body}
    window = {"start": "2000-01-01", "end": "2001-12-31"}
    write_study(folder, files, as_of="2001-12-31", window=window)
    if kind == "parquet":
        path = folder / "outcome.parquet"
        engine().read_csv(folder / "outcome.csv").to_parquet(path)
        study = (folder / "study.yaml").read_text().replace("outcome.csv", "outcome.parquet")
        (folder / "study.yaml").write_text(study)
    return folder


def known(folder: Path) -> list[InputDigest]:
    study = load_study(folder)
    names = ("measure", "unit", "outcome")
    raw = {name: read_raw(engine(), folder, study, name) for name in names}
    quarantine = {
        name: built(folder, name, *(() if name != "outcome" else names[:2])).quarantine
        for name in names
    }
    return known_inputs(folder, study, raw, quarantine)


def test_a_log_whose_rows_are_all_known_has_the_digest_of_its_file(tmp_path: Path) -> None:
    folder = outcome_study(tmp_path, EARLY)
    assert known(folder) == []
    (told,) = [d for d in input_digests(folder, load_study(folder)) if d.path == "outcome.csv"]
    assert told.sha256 == of(HEADER + EARLY)


def test_a_log_with_later_rows_has_the_digest_of_the_file_before_them(tmp_path: Path) -> None:
    folder = outcome_study(tmp_path, LATE + EARLY)
    assert known(folder) == [InputDigest(path="outcome.csv", sha256=of(HEADER + EARLY))]


def test_a_parquet_log_is_digested_by_the_rows_that_were_known(tmp_path: Path) -> None:
    (before,) = known(outcome_study(tmp_path / "a", EARLY, "parquet"))
    (after,) = known(outcome_study(tmp_path / "b", EARLY + LATE, "parquet"))
    (other,) = known(outcome_study(tmp_path / "c", EARLY.replace("5", "7"), "parquet"))
    assert before == after
    assert other.sha256 != before.sha256


def test_a_file_that_also_fills_a_table_without_such_a_date_is_known_whole(tmp_path: Path) -> None:
    folder = outcome_study(tmp_path, EARLY + LATE)
    study = (folder / "study.yaml").read_text().replace("unit.csv", "outcome.csv")
    mapping = "\n  mapping: {columns: {name: unit_id}, constants: {unit_type: region}}"
    study = study.replace(
        "table: unit\n  path: outcome.csv", f"table: unit{mapping}\n  path: outcome.csv"
    )
    (folder / "study.yaml").write_text(study)
    assert known(folder) == []

"""Templates of a new study: a CSV per table, a workbook of all, and the files around them."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template

from pipelines.examples import example_row
from pipelines.xlsx import Column, Look, Sheet, column_name, write_workbook
from schemas.dictionary import TYPE_WORDS
from schemas.registry import TABLES, ColumnSpec, TableSpec

FOLDER = Path(__file__).parent / "templates"
WORKBOOK = "templates.xlsx"
WORDS = "words"
LOOKS: Mapping[str, Look] = {
    "date": "date",
    "money": "general",
    "number": "general",
    "count": "general",
}
FIRST_READ = ("initiative", "measure", "unit", "exposure", "outcome")
"""Tables without which no effect can be measured; the others wait behind a `#` in study.yaml."""
WIDTHS = (20, 24, 12, 14, 18, 70, 50)
ABOUT = ("table", "column", "must be given", "type", "unit", "meaning", "values")


def study_files(study_id: str) -> dict[str, str]:
    """Text files of a new study by name; `study_id` as `schemas.study.StudyId` wants it."""
    tables = {f"{spec.name}.csv": _csv(spec) for spec in TABLES.values()}
    others = sorted(set(TABLES) - set(FIRST_READ))
    told = {
        "study_id": study_id,
        "sources": "\n".join(map(_source, FIRST_READ)),
        "others": "\n".join(f"#{_source(name)}" for name in others),
        "columns": _columns_in_words(),
    }
    frame = {
        path.name.removesuffix(".txt"): Template(path.read_text(encoding="utf-8")).substitute(told)
        for path in sorted(FOLDER.glob("*.txt"))
    }
    return {**frame, **tables}


def study_id_of(folder: Path) -> str:
    """The folder's name as a study id; `study` where nothing of it can be kept."""
    name = re.sub(r"[^a-z0-9]+", "_", folder.name.lower()).strip("_")
    name = re.sub(r"^[^a-z]+", "", name)
    return name[:64] or "study"


def write_template_workbook(path: Path) -> None:
    """The workbook: what every column means, one sheet per table, the words of closed lists."""
    lists = _word_lists()
    tables = [_sheet(spec, lists) for spec in TABLES.values()]
    about = Sheet("columns", _about(), tuple(Column(width, "wrapped") for width in WIDTHS))
    words = Sheet(WORDS, _as_columns(lists), (Column(24, "text"),) * len(lists))
    write_workbook(path, [about, *tables, words])


def _csv(spec: TableSpec) -> str:
    out = io.StringIO(newline="")
    example = example_row(spec)
    csv.writer(out, lineterminator="\n").writerows([list(example), list(example.values())])
    return out.getvalue()


def _source(table: str) -> str:
    width = max(map(len, TABLES)) + 1
    return f"  - {{table: {table + ',':<{width}} path: {table}.csv}}"


def _columns_in_words() -> str:
    """Every table with its columns, as Markdown."""
    parts = []
    for spec in TABLES.values():
        lines = [f"### {spec.name}.csv", "", spec.description, ""]
        lines += [f"- `{c.name}`{_must(c)}: {c.description}{_values(c)}" for c in spec.data_columns]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _must(column: ColumnSpec) -> str:
    return " (must be given)" if column.is_required else ""


def _values(column: ColumnSpec) -> str:
    return f" One of: {', '.join(column.allowed)}." if column.allowed else ""


def _about() -> Iterable[tuple[str, ...]]:
    yield ABOUT
    for spec in TABLES.values():
        for column in spec.data_columns:
            must = "yes" if column.is_required else ""
            kind = TYPE_WORDS[column.kind]
            values = ", ".join(column.allowed)
            yield (
                *(spec.name, column.name, must, kind),
                *(column.unit, column.description, values),
            )


def _word_lists() -> dict[tuple[str, ...], str]:
    """Closed lists by their words, each with the range of the sheet `words` that holds it."""
    lists = dict.fromkeys(c.allowed for s in TABLES.values() for c in s.data_columns if c.allowed)
    return {
        words: f"{WORDS}!${column_name(place)}$2:${column_name(place)}${len(words) + 1}"
        for place, words in enumerate(lists)
    }


def _as_columns(lists: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    """The lists side by side, each headed by the first column that uses it."""
    all_lists = list(lists)
    columns = [c for spec in TABLES.values() for c in spec.data_columns]
    yield tuple(next(c.name for c in columns if c.allowed == words) for words in all_lists)
    for place in range(max(map(len, all_lists))):
        yield tuple(words[place] if place < len(words) else "" for words in all_lists)


def _sheet(spec: TableSpec, lists: dict[tuple[str, ...], str]) -> Sheet:
    example = example_row(spec)
    cells = [_typed(spec.column(name), text) for name, text in example.items()]
    columns = tuple(_column(column, lists) for column in spec.data_columns)
    return Sheet(spec.name, [tuple(example), tuple(cells)], columns)


def _typed(column: ColumnSpec, text: str) -> str | float:
    is_number = LOOKS.get(column.kind) == "general"
    return float(text) if text and is_number else text


def _column(column: ColumnSpec, lists: dict[tuple[str, ...], str]) -> Column:
    must = "Must be given. " if column.is_required else ""
    return Column(
        width=max(12, len(column.name) + 2),
        style=LOOKS.get(column.kind, "text"),
        title=column.name,
        hint=f"{must}{column.description} Unit: {column.unit}.",
        choices=lists.get(column.allowed, ""),
    )

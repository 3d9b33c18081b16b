"""Presets: mappings of public standards, kept as YAML beside the code."""

from collections.abc import Mapping as Table
from functools import cache
from pathlib import Path
from typing import Any

from intake.yaml_file import load_model
from schemas.mapping import Mapping, Preset, PresetTable, SourceFormat
from schemas.study import Source, Study

FOLDER = Path(__file__).parent / "presets"
PLACES = ("columns", "constants", "derive")
"""Where a mapping says what one of our columns is; only one of them counts."""


def preset_names() -> tuple[str, ...]:
    """The presets there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def load_preset(name: str) -> Preset:
    """A preset by its name."""
    return load_model(FOLDER / f"{name}.yaml", Preset)


def preset_of(source: Source) -> str | None:
    """The preset a source names, alone or to extend it."""
    if isinstance(source.mapping, Mapping):
        return source.mapping.preset
    return source.mapping


def preset_table(source: Source) -> PresetTable | None:
    """What the named preset says of the source's table; none where it says nothing."""
    name = preset_of(source)
    if name not in preset_names():
        return None
    return load_preset(name).tables.get(source.table)


def with_presets(study: Study) -> Study:
    """The study with every mapping written out; what no preset covers stays as it is."""
    return study.model_copy(update={"sources": [_written_out(s) for s in study.sources]})


def _written_out(source: Source) -> Source:
    table, name = preset_table(source), preset_of(source)
    if table is None:
        return source
    own = source.mapping if isinstance(source.mapping, Mapping) else Mapping()
    return source.model_copy(update={"mapping": extended(table, own, str(name))})


def extended(preset: PresetTable, own: Mapping, name: str) -> Mapping:
    """The preset with the study's own mapping over it, key by key."""
    said = {column for place in PLACES for column in getattr(own, place)}
    parts: dict[str, Any] = {
        place: {
            **{c: v for c, v in getattr(preset, place).items() if c not in said},
            **getattr(own, place),
        }
        for place in PLACES
    }
    return Mapping(
        **parts,
        preset=name,
        format=SourceFormat(**_merged(_set(preset.format), _set(own.format))),
        values=_merged(preset.values, own.values),
        where={**preset.where, **own.where},
        optional=sorted({*preset.optional, *own.optional}),
        rows=own.rows if "rows" in own.model_fields_set else preset.rows,
    )


def _set(style: SourceFormat) -> dict[str, Any]:
    return style.model_dump(exclude_unset=True)


def _merged(first: Table[str, Any], second: Table[str, Any]) -> dict[str, Any]:
    """Keys of both; where both hold tables, those are merged, else the second counts."""
    whole = dict(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(whole.get(key), dict)
        whole[key] = _merged(whole[key], value) if both else value
    return whole

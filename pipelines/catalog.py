"""Every Dagster definition as one JSON file, so that a review shows what changed.

`python -m pipelines.catalog` writes it; `--check` says whether it is current.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.definitions import defs
from pipelines.resources import CONFIG

SNAPSHOT = Path(__file__).resolve().parents[1] / "docs" / "definitions.json"


def main(arguments: list[str]) -> int:
    """Write the snapshot, or compare it; 1 where it is not current."""
    if arguments != ["--check"]:
        SNAPSHOT.write_text(snapshot_text(), encoding="utf-8")
        return 0
    if SNAPSHOT.read_text(encoding="utf-8") == snapshot_text():
        return 0
    print(f"{SNAPSHOT.name} is not current: python -m pipelines.catalog", file=sys.stderr)
    return 1


def snapshot_text() -> str:
    """The snapshot as it is committed."""
    return json.dumps(snapshot(), indent=1, ensure_ascii=False) + "\n"


def snapshot() -> dict[str, Any]:
    """Assets, checks, jobs, sensors, schedules and config, each by its name."""
    graph = defs.resolve_asset_graph()
    specs = [spec for made in defs.assets or () for spec in _asset(made).specs]
    checks = [spec for made in defs.asset_checks or () for spec in _asset(made).check_specs]
    return {
        "assets": _by_name((spec.key.to_user_string(), asset_entry(spec)) for spec in specs),
        "checks": _by_name((spec.name, check_entry(spec)) for spec in checks),
        "jobs": _by_name((job.name, job_entry(job, graph)) for job in _jobs()),
        "sensors": _by_name((one.name, automation_entry(one)) for one in defs.sensors or ()),
        "schedules": _by_name((one.name, automation_entry(one)) for one in defs.schedules or ()),
        "config": {name: config_entry(field) for name, field in CONFIG.items()},
    }


def asset_entry(spec: dg.AssetSpec) -> dict[str, Any]:
    """What the catalog shows of an asset before it was ever made."""
    schema = spec.metadata.get("dagster/column_schema")
    columns = schema.columns if isinstance(schema, dg.TableSchema) else []
    return {
        "description": spec.description,
        "group": spec.group_name,
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "partitions": str(getattr(spec.partitions_def, "name", None)),
        "layer": spec.metadata.get("layer"),
        "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
        "columns": [f"{column.name}: {column.type}" for column in columns],
    }


def check_entry(spec: dg.AssetCheckSpec) -> dict[str, Any]:
    """What the catalog shows of a check."""
    return {
        "asset": spec.asset_key.to_user_string(),
        "description": spec.description,
        "blocking": spec.blocking,
        **{name: spec.metadata.get(name) for name in ("group", "kind", "owner")},
    }


def job_entry(job: Any, graph: Any) -> dict[str, Any]:
    """What a job is for, and which assets it makes."""
    made = job.selection.resolve(graph)
    return {
        "description": job.description,
        "assets": sorted(key.to_user_string() for key in made)
        if len(made) < len(graph.get_all_asset_keys())
        else "all",
    }


def automation_entry(one: Any) -> dict[str, Any]:
    """When a sensor or schedule asks for runs, and whether it does so by itself."""
    return {
        "description": one.description,
        "job": one.job_name,
        "every": getattr(one, "cron_schedule", None) or f"{one.minimum_interval_seconds} s",
        "default_status": one.default_status.value,
        "owner": one.metadata["owner"].value,
    }


def config_entry(field: dg.Field) -> dict[str, Any]:
    """One setting of a run: what it is and what it is by default."""
    return {"description": field.description, "default": field.default_value}


def _asset(made: object) -> dg.AssetsDefinition:
    if not isinstance(made, dg.AssetsDefinition):
        raise TypeError(f"{type(made).__name__} is no asset")
    return made


def _jobs() -> list[Any]:
    return list(defs.jobs or ())


def _by_name(entries: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return dict(sorted(entries))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

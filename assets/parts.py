"""What every asset here shares: its partitions, owners and place in a generation."""

from typing import Any

import dagster as dg
import ibis
import pandas as pd

STUDIES = dg.DynamicPartitionsDefinition(name="study")
"""One partition per study folder."""
OWNERS = ("team:advocacy-impact",)


def layer(name: str, schema: dg.TableSchema | None = None) -> dict[str, Any]:
    """Metadata: in which folder of the generation a table lies, and its columns where known."""
    columns = {} if schema is None else {"dagster/column_schema": schema}
    return {"layer": name, **columns}


def common(group: str, *kinds: str) -> dict[str, Any]:
    """Keyword arguments that every asset of a group has."""
    return {
        "group_name": group,
        "kinds": set(kinds),
        "owners": list(OWNERS),
        "partitions_def": STUDIES,
    }


def out(
    group: str, metadata: dict[str, Any], description: str, *kinds: str, frame: bool = False
) -> dg.AssetOut:
    """One output of an asset that makes several tables; `metadata` as `layer` gives it."""
    return dg.AssetOut(
        dagster_type=FRAME if frame else TABLE,
        group_name=group,
        kinds=set(kinds),
        owners=list(OWNERS),
        description=description,
        metadata=metadata,
    )


TABLE: dg.DagsterType = dg.PythonObjectDagsterType(ibis.Table, name="IbisTable")
FRAME: dg.DagsterType = dg.PythonObjectDagsterType(pd.DataFrame, name="Frame")

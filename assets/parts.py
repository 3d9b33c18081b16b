"""What every asset here shares: its partitions, owners and place in a generation."""

from typing import Any

import dagster as dg
import ibis
import pandas as pd

from assets.run import STUDIES

OWNERS = ("team:advocacy-impact",)


def layer(name: str) -> dict[str, str]:
    """Metadata that tells the IO manager in which folder of the generation a table lies."""
    return {"layer": name}


def common(group: str, *kinds: str) -> dict[str, Any]:
    """Keyword arguments that every asset of a group has."""
    return {
        "group_name": group,
        "kinds": set(kinds),
        "owners": list(OWNERS),
        "partitions_def": STUDIES,
    }


def out(group: str, folder: str, description: str, *kinds: str, frame: bool = False) -> dg.AssetOut:
    """One output of an asset that makes several tables."""
    return dg.AssetOut(
        dagster_type=FRAME if frame else TABLE,
        group_name=group,
        kinds=set(kinds),
        owners=list(OWNERS),
        description=description,
        metadata=layer(folder),
    )


TABLE: dg.DagsterType = dg.PythonObjectDagsterType(ibis.Table, name="IbisTable")
FRAME: dg.DagsterType = dg.PythonObjectDagsterType(pd.DataFrame, name="Frame")

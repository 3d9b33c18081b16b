"""What a core table is made from, as one digest: equal keys make equal tables."""

import hashlib
import json
from collections.abc import Mapping

from intake.study import file_name
from schemas.registry import TABLE_ORDER, TABLES
from schemas.study import Study

NOT_READ_BY_INTAKE = {"title", "sources"}


def table_keys(study: Study, digests: Mapping[str, str], code: str) -> dict[str, str | None]:
    """A key per table, from its sources, the study's settings, the code and its parents' keys.

    `digests` are of the sources' bytes, or of a query's rows, by the name of the source's file.
    None where a source or a parent's source has no digest.
    """
    settings = study.model_dump(mode="json", exclude=NOT_READ_BY_INTAKE)
    keys: dict[str, str | None] = {}
    for table in TABLE_ORDER:
        sources = [source for source in study.sources if source.table == table]
        contents = [digests.get(file_name(source)) for source in sources]
        parents = [keys[parent] for parent in TABLES[table].parents]
        said = [source.model_dump(mode="json") for source in sources]
        made_from = [table, code, settings, said, contents, parents]
        keys[table] = None if None in (*contents, *parents) else _digest(made_from)
    return keys


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

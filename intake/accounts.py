"""Row accounts: every row that was read is accepted, quarantined, superseded or out of window."""

from collections import Counter
from collections.abc import Sequence

import ibis
import numpy as np
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from intake.checks import NOT_YET_RECORDED
from intake.contract import may_break
from intake.problems import Problem, Rejected
from intake.repeats import maybe_repeated
from intake.stored import batches_of, row_count, rows_per_source, slices_of
from schemas.findings import RowAccount
from schemas.registry import TABLES, TableSpec
from schemas.study import Study

DEPTH = ValidationDepth.SCHEMA_AND_DATA
"""Set for every batch: the environment cannot switch validation off."""
BATCH_ROWS = 100_000
DISPOSITIONS = ("quarantined", "superseded", "out_of_window")
"""From the strongest: a row counts once, as the first of these it has."""


def count_rows(
    table: str, raw: ibis.Table, accepted: ibis.Table, quarantine: ibis.Table
) -> list[RowAccount]:
    """One account per source file, of the rows known at the study's clock.

    Each side is counted from its own table. Rows recorded later are read for another day: they
    are in quarantine, and an account of an old date is the same after they were added.
    """
    read, kept = _per_file(raw), _per_file(accepted)
    if not read and not kept:
        return []
    read -= unknown_rows(quarantine)
    quarantine = quarantine.filter(quarantine.rule != NOT_YET_RECORDED)
    lost = _by_disposition(quarantine)
    files = sorted({*read, *kept, *(file for counts in lost.values() for file in counts)})
    return [
        RowAccount(
            table=table,
            source_file=file,
            read=read[file],
            accepted=kept[file],
            **{name: counts[file] for name, counts in lost.items()},
        )
        for file in files
    ]


def unknown_rows(quarantine: ibis.Table) -> Counter[str]:
    """Rows per file that were recorded after the study's clock."""
    return _per_file(quarantine.filter(quarantine.rule == NOT_YET_RECORDED))


def check_limits(accounts: Sequence[RowAccount], study: Study) -> None:
    """Raise `Rejected` where accounts do not balance, or too large a share is in quarantine."""
    problems = [_unbalanced(account) for account in accounts if not account.is_balanced]
    limit = study.max_quarantined_share
    problems += [
        _too_many(account, limit)
        for account in accounts
        if account.quarantined > limit * account.read
    ]
    if problems:
        raise Rejected(problems)


def contract_violations(table: str, accepted: ibis.Table) -> list[str]:
    """What the Pandera model finds in accepted rows: column, rule and count, never a value."""
    spec = TABLES[table]
    if tuple(accepted.columns) != spec.column_names:
        return [f"{table}: columns are not those of the contract, in its order"]
    first: pl.DataFrame = accepted.limit(BATCH_ROWS).to_polars()
    found = _batch_violations(spec, first)
    _require_canary(spec, first)
    if first.is_empty():
        return []
    if found or (len(first) == BATCH_ROWS and may_break(spec, accepted)):
        found = Counter()
        for part in slices_of(accepted):
            rows: pl.DataFrame = part.chosen(accepted).to_polars()
            for batch in rows.iter_slices(BATCH_ROWS):
                found += _batch_violations(spec, batch)
    told = [f"{table}.{rule} fails in {count} rows" for rule, count in sorted(found.items())]
    return told + _repeated_keys(spec, accepted)


def _per_file(rows: ibis.Table) -> Counter[str]:
    """Rows per file, as the table's own file tells where each of its groups is of one source."""
    if (told := rows_per_source(rows)) is not None:
        return told
    counted = rows.group_by("source_file").agg(row_count=rows.count()).to_pyarrow().to_pylist()
    return Counter({row["source_file"]: row["row_count"] for row in counted})


def _by_disposition(quarantine: ibis.Table) -> dict[str, Counter[str]]:
    """Rows per file by their strongest disposition: each row counts once.

    One byte is held for each row of a file, and few rows of quarantine at once.
    """
    rank = ibis.cases(*[(quarantine.disposition == name, i) for i, name in enumerate(DISPOSITIONS)])
    ranked = quarantine.select("source_file", "source_row", rank=rank.cast("uint8"))
    extent = ranked.group_by("source_file").agg(last=ranked.source_row.max()).to_pyarrow()
    strongest = {
        file["source_file"]: np.full(file["last"] + 1, len(DISPOSITIONS), dtype=np.uint8)
        for file in extent.to_pylist()
    }
    for batch in batches_of(ranked):
        weakest_first = pl.DataFrame(batch).sort("rank", descending=True)
        for (file,), rows in weakest_first.group_by("source_file", maintain_order=True):
            ranks, places = strongest[str(file)], rows["source_row"].to_numpy()
            ranks[places] = np.minimum(ranks[places], rows["rank"].to_numpy())
    return {
        name: Counter({file: int((ranks == i).sum()) for file, ranks in strongest.items()})
        for i, name in enumerate(DISPOSITIONS)
    }


def _unbalanced(account: RowAccount) -> Problem:
    kept = account.accepted + account.quarantined + account.superseded + account.out_of_window
    what = f"{account.read} rows were read and {kept} are accounted for"
    remedy = "report this: it is a fault of the program"
    return Problem(account.source_file, None, None, "row_account", what, remedy)


def _too_many(account: RowAccount, limit: float) -> Problem:
    what = (
        f"{account.quarantined} of {account.read} rows of {account.table} are in quarantine, "
        f"more than {limit:.0%}"
    )
    remedy = "run `advocacy validate` for the list, and correct the file"
    return Problem(account.source_file, None, None, "max_quarantined_share", what, remedy)


def _require_canary(spec: TableSpec, batch: pl.DataFrame) -> None:
    """A row without any value must be found: the contract is not switched off."""
    if not _batch_violations(spec, batch.clear(1)):
        raise RuntimeError(f"the contract of {spec.name} accepts a row without any value")


def _batch_violations(spec: TableSpec, batch: pl.DataFrame) -> Counter[str]:
    try:
        with config_context(validation_enabled=True, validation_depth=DEPTH):
            spec.model.validate(batch, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        named = zip(cases["column"], cases["check"], strict=True)
        return Counter(f"{column}: {str(check).split('(')[0]}" for column, check in named)
    return Counter()


def _repeated_keys(spec: TableSpec, accepted: ibis.Table) -> list[str]:
    """Keys are told apart by a number first, and by themselves where numbers repeat."""
    if not spec.key:
        return []
    alike = maybe_repeated(accepted.select(*spec.key), spec.key, row_count(accepted))
    if alike is None:
        return []
    keys = alike.group_by(list(spec.key)).agg(row_count=alike.count())
    repeated = keys.filter(keys.row_count > 1).count().to_pyarrow().as_py()
    names = ", ".join(spec.key)
    return [f"{spec.name}: {repeated} keys ({names}) occur more than once"] if repeated else []

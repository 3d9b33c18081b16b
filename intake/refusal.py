"""Too much set aside: the refusal, and the rows and rules that brought it about."""

from collections.abc import Mapping, Sequence

import ibis

from intake.accounts import check_limits
from intake.problems import Rejected
from intake.reasons import quarantine_problems
from schemas.findings import RowAccount
from schemas.study import Study

MOST_ROWS = 10_000
"""Rows set aside beyond this many are counted, and not read for their reasons."""


def require_few_set_aside(
    accounts: Sequence[RowAccount], study: Study, quarantine: Mapping[str, ibis.Table]
) -> None:
    """Raise `Rejected` where a file's account does not balance or too many of its rows are aside.

    Behind the file that is refused come the reasons of its rows, as `advocacy validate` says them.
    """
    try:
        check_limits(accounts, study)
    except Rejected as rejected:
        files = {problem.source_file for problem in rejected.problems}
        tables = {account.table for account in accounts if account.source_file in files}
        reasons = [
            problem
            for table in sorted(tables)
            for problem in quarantine_problems(study, quarantine[table].limit(MOST_ROWS))
            if problem.source_file in files and problem.outcome == "QUARANTINE_ROW"
        ]
        raise Rejected([*rejected.problems, *reasons]) from rejected

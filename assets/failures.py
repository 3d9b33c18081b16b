"""A refusal inside Dagster: the run says which rule and which rows, as the command line does."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from assets.checks import problem_table, told
from intake.problems import Rejected


@contextmanager
def telling() -> Iterator[None]:
    """Turn a rejection into a failure with its problems; also a decorator of asset bodies."""
    try:
        yield
    except Rejected as rejected:
        raise dg.Failure(
            description=told(rejected.problems),
            metadata={"problems": problem_table(rejected.problems)},
            allow_retries=False,
        ) from rejected

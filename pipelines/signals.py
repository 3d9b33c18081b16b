"""Ctrl-C leaves with 130 and SIGTERM with 143, after everything was put away."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipelines.errors import Exit


@contextmanager
def ends_as_told() -> Iterator[None]:
    """Turn both signals into an orderly exit, with the code that says which it was."""

    def terminate(number: int, frame: FrameType | None) -> None:
        del number, frame
        print("Terminated. The last published results are untouched.", file=sys.stderr)
        raise SystemExit(Exit.TERMINATED)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except KeyboardInterrupt:
        print("Interrupted. The last published results are untouched.", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)

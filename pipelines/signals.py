"""Ctrl-C leaves with 130 and SIGTERM with 143, after everything was put away.

The parser of the command line swallows Ctrl-C, and Dagster takes SIGTERM for it; which signal
came is read from Python's own record of them, which handlers do not change.
"""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipelines.errors import Exit

WORDS = {Exit.INTERRUPTED: "Interrupted", Exit.TERMINATED: "Terminated"}


@contextmanager
def ends_as_told() -> Iterator[None]:
    """Turn both signals into an orderly exit, with the code that says which it was."""

    def terminate(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise SystemExit(Exit.TERMINATED)

    with _record() as reading:
        before = signal.signal(signal.SIGTERM, terminate)
        try:
            yield
        except KeyboardInterrupt:
            _leave(reading)
        except SystemExit as left:
            if left.code not in WORDS:
                raise
            _leave(reading, was_terminated=left.code == Exit.TERMINATED)
        finally:
            signal.signal(signal.SIGTERM, before)


def _leave(reading: socket.socket, *, was_terminated: bool = False) -> None:
    try:
        came = reading.recv(1024)
    except BlockingIOError:
        came = b""
    is_term = was_terminated or signal.SIGTERM in came
    code = Exit.TERMINATED if is_term else Exit.INTERRUPTED
    print(f"{WORDS[code]}. The last published results are untouched.", file=sys.stderr)
    raise SystemExit(code)


@contextmanager
def _record() -> Iterator[socket.socket]:
    """The numbers of the signals that come, as bytes to read without waiting."""
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.settimeout(0.0)
        writing.settimeout(0.0)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(before)

"""Errors a user can act on, and the exit code of each kind."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    DATA_REJECTED = 1
    USAGE = 2
    TOOL_MISSING = 3
    INTERNAL = 4
    VERIFICATION_FAILED = 5
    SOURCE_UNREACHABLE = 69
    MEMORY = 71
    PATH_NOT_USABLE = 73
    DISK = 74
    LOCKED = 75
    INTERRUPTED = 130
    READER_GONE = 141
    TERMINATED = 143


class UserError(Exception):
    """What is wrong, why, and what to do: one line each."""

    def __init__(self, code: Exit, what: str, why: str, remedy: str) -> None:
        super().__init__(f"{what} {why} {remedy}")
        self.code = code
        self.what = what
        self.why = why
        self.remedy = remedy

"""JSON lines: one object a line, every value the text that stands in the file."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any, NoReturn

from intake.limits import MAX_COLUMNS, MAX_LINE
from intake.problems import Problem, Rejected
from intake.staged import NumberedRow, write_rows

BOM = b"\xef\xbb\xbf"
WORDS = {True: "true", False: "false"}


class _RepeatedKeyError(ValueError):
    """A key stands twice in one object."""


class _NotJsonError(ValueError):
    """NaN or Infinity, which JSON does not have."""


@dataclass(frozen=True)
class JsonLines:
    """One file of JSON lines: where it is, and what it is called."""

    path: Path
    name: str

    def header(self) -> tuple[str, ...]:
        """Keys of all objects, in the order in which they are first met."""
        keys: dict[str, None] = {}
        for row, found in self._objects():
            keys.update(dict.fromkeys(found))
            if len(keys) > MAX_COLUMNS:
                raise self._rejected(row, "columns", f"has more than {MAX_COLUMNS} keys", "split")
        if not keys:
            raise self._rejected(None, "empty_file", "holds no object", "supply the rows")
        return tuple(keys)

    def write(self, path: Path, header: tuple[str, ...]) -> None:
        """Write all objects as rows of text; a key that an object lacks is null."""
        write_rows(path, self.name, header, self._rows(header))

    def _rows(self, header: tuple[str, ...]) -> Iterator[NumberedRow]:
        for row, found in self._objects():
            yield row, [self._text(row, key, found.get(key)) for key in header]

    def _text(self, row: int, key: str, value: Any) -> str | None:
        """A value as it stands in the file; null and the empty text are null."""
        if isinstance(value, dict | list):
            what, remedy = "holds a list or an object", "flatten it to one value a key"
            raise self._rejected(row, "nested", what, remedy, key)
        return WORDS[value] if isinstance(value, bool) else value or None

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every object with its line; blank lines are counted and left out."""
        decode = json.JSONDecoder(
            object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=_refuse
        ).decode
        with self.path.open("rb") as handle:
            for row, line in enumerate(_lines(handle.readline), start=1):
                if len(line) > MAX_LINE:
                    what = "is longer than 1 MiB"
                    raise self._rejected(row, "too_long", what, "split it")
                text = self._decoded(row, line.removeprefix(BOM) if row == 1 else line)
                if not text.isspace() and text:
                    yield row, self._object(row, text, decode)

    def _decoded(self, row: int, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            what = f"is not utf-8 at byte {error.start} of the line"
            remedy = "save the file as UTF-8"
        raise self._rejected(row, "encoding", what, remedy)

    def _object(self, row: int, text: str, decode: Callable[[str], Any]) -> dict[str, Any]:
        try:
            found = decode(text)
            if isinstance(found, dict):
                return found
            rule, what, remedy = "json", "is not an object", "write one object a line: {…}"
        except _RepeatedKeyError:
            rule, what, remedy = "repeated_key", "has a key twice", "keep one of them"
        except RecursionError:
            rule, what, remedy = "nested", "is nested too deeply", "flatten it to one value a key"
        except _NotJsonError:
            rule, what, remedy = "json", "holds NaN or Infinity", "leave the value out, or null"
        except JSONDecodeError as error:
            rule, what = "json", f"is not JSON at character {error.pos + 1} of the line"
            remedy = "write one whole object a line: {…}"
        raise self._rejected(row, rule, what, remedy)

    def _rejected(
        self, row: int | None, rule: str, what: str, remedy: str, key: str | None = None
    ) -> Rejected:
        return Rejected([Problem(self.name, row, key, rule, what, remedy)])


def _lines(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Lines without their ends; one that is too long is given once, cut above the limit."""
    while line := read(MAX_LINE + 2):
        yield line.rstrip(b"\r\n")
        if len(line) > MAX_LINE:
            return


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    found = dict(listed)
    if len(found) != len(listed):
        raise _RepeatedKeyError
    return found


def _refuse(constant: str) -> NoReturn:
    del constant
    raise _NotJsonError

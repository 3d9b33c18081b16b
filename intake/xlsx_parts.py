"""The parts of an XLSX file around its sheets: unpacked under a limit, whatever it declares."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from intake.limits import MAX_LINE, MAX_SHARED_STRINGS, MAX_WORKBOOK, ZIP_RATIO, is_bomb
from intake.problems import Problem, Rejected, nearest

WORKBOOK = "xl/workbook.xml"
MAX_PARTS = 10_000
PIECE = 1 << 16
ENCRYPTED = 1
UNREADABLE = (
    LookupError,
    ValueError,
    OSError,
    EOFError,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
)
VALUE_TAGS = ("v", "t")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)))
"""Built-in formats of a workbook that show a date (ECMA-376 part 1, 18.8.30)."""
NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
Attributes = dict[str, str]
OnStart = Callable[[str, Attributes], None]
OnEnd = Callable[[str, str], None]


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, as its list of sheets has it."""

    name: str
    part: str
    is_hidden: bool


@dataclass
class Package:
    """An open workbook; `unpacked` bytes of its parts have been read."""

    archive: zipfile.ZipFile
    name: str
    packed: int
    unpacked: int = 0
    targets: dict[str, str] = field(default_factory=dict)

    def rejected(self, rule: str, what: str, remedy: str, row: int | None = None) -> Rejected:
        """A reason to refuse the workbook."""
        return Rejected([Problem(self.name, row, None, rule, what, remedy)])

    def count(self, size: int) -> None:
        """Add bytes that were unpacked; `Rejected` above the limit."""
        self.unpacked += size
        if self.unpacked > MAX_WORKBOOK or is_bomb(self.packed, self.unpacked, ZIP_RATIO):
            what = f"unpacks to more than {self.unpacked >> 20} MiB"
            raise self.rejected("too_large", what, "give it as CSV or Parquet")

    def parse(self, part: str, start: OnStart, end: OnEnd) -> None:
        """Walk the whole XML of a part; see `steps`."""
        for _step in self.steps(part, start, end):
            pass

    def steps(self, part: str, start: OnStart, end: OnEnd) -> Iterator[None]:
        """Walk the XML of a part a piece at a time: `start(tag, attributes)`, `end(tag, text)`.

        Raises `Rejected` where there is no such part, or it is not plain XML.
        """
        try:
            info = self.archive.getinfo(part)
            if info.compress_type not in METHODS or info.flag_bits & ENCRYPTED:
                raise self.damaged()
            parser = _parser(start, end)
            with self.archive.open(info) as handle:
                while data := handle.read(PIECE):
                    self.count(len(data))
                    parser.Parse(data)
                    yield
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position only
            yield
        except UNREADABLE:
            raise self.damaged() from None

    def damaged(self) -> Rejected:
        """The workbook is not one that can be read."""
        what, remedy = "is not an XLSX workbook that can be read", "save it again as .xlsx"
        return self.rejected("xlsx", what, remedy)

    def has(self, part: str) -> bool:
        """Whether the workbook has a part."""
        return part in self.archive.NameToInfo


@contextmanager
def open_package(path: Path, name: str) -> Iterator[Package]:
    """A workbook's parts; raises `Rejected` where the file is not an XLSX workbook."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError, OSError):
        what = "is not an XLSX workbook that can be read"
        remedy = "save it as .xlsx, without a password"
        raise Rejected([Problem(name, None, None, "xlsx", what, remedy)]) from None
    with archive:
        package = Package(archive, name, path.stat().st_size)
        if len(archive.filelist) > MAX_PARTS or not package.has(WORKBOOK):
            raise package.damaged()
        yield package


def find_sheet(package: Package, wanted: str | None) -> tuple[Sheet, bool]:
    """The declared sheet, or the only visible one; and whether days count from 1904."""
    sheets, is_1904 = _sheets(package)
    if wanted is not None:
        for sheet in sheets:
            if sheet.name == wanted:
                return sheet, is_1904
        near = nearest(wanted, [sheet.name for sheet in sheets])
        known = ", ".join(sheet.name for sheet in sheets)
        remedy = f"did you mean {near}?" if near else f"use one of {known}"
        raise package.rejected("sheet", f"has no sheet {wanted}", remedy)
    visible = [sheet for sheet in sheets if not sheet.is_hidden]
    if len(visible) == 1:
        return visible[0], is_1904
    known = ", ".join(sheet.name for sheet in visible or sheets)
    what = f"has {len(visible)} visible sheets"
    raise package.rejected("sheet", what, f"declare mapping.format.sheet: one of {known}")


@dataclass
class _Texts:
    """The list of texts of a workbook; `parts` are the runs of the one being read."""

    found: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: Attributes) -> None:
        """A tag opens; inside rPh stands how the text is pronounced, which is not part of it."""
        del attributes
        if tag == "rPh":
            self.before = list(self.parts)

    def end(self, tag: str, text: str) -> None:
        """A tag closes."""
        if tag == "t":
            self.parts.append(text)
        elif tag == "rPh":
            self.parts = self.before
        elif tag == "si":
            self.found.append(unescaped("".join(self.parts)))
            self.parts = []


def shared_strings(package: Package) -> list[str]:
    """Texts that cells refer to by their number."""
    texts = _Texts()
    part = _target(package, "sharedStrings")
    before = package.unpacked
    for _step in package.steps(part, texts.start, texts.end) if part else ():
        if package.unpacked - before > MAX_SHARED_STRINGS:
            what = f"holds more than {MAX_SHARED_STRINGS >> 20} MiB of texts"
            raise package.rejected("too_large", what, "give it as CSV or Parquet")
    return texts.found


def date_styles(package: Package) -> frozenset[int]:
    """Numbers of the cell styles that show a number as a date."""
    custom: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            custom[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            styles.append(int(attributes.get("numFmtId", "0")))

    def end(tag: str, text: str) -> None:
        del text
        if tag == "cellXfs":
            inside.clear()

    part = _target(package, "styles")
    if part is not None:
        package.parse(part, start, end)
    return frozenset(i for i, number in enumerate(styles) if _is_date(number, custom))


def unescaped(text: str) -> str:
    """Text with the characters that XML cannot hold: _x000D_ is a carriage return."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _is_date(number: int, custom: dict[int, str]) -> bool:
    """Whether a number format shows a day, a month or a year; hours and minutes alone do not."""
    if number not in custom:
        return number in DATE_FORMATS
    shown = NOT_FORMAT.sub("", custom[number]).split(";")[0].lower()
    if "general" in shown:
        return False
    return "y" in shown or "d" in shown or ("m" in shown and not set("hs") & set(shown))


def _sheets(package: Package) -> tuple[list[Sheet], bool]:
    found: list[Attributes] = []
    clock: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            found.append(attributes)
        elif tag == "workbookPr":
            clock.append(attributes.get("date1904", "0"))

    package.parse(WORKBOOK, start, _ignore)
    by_id = _relations(package)
    sheets = [
        Sheet(one["name"], target, one.get("state", "visible") != "visible")
        for one in found
        for key, value in one.items()
        if key.rsplit(":", 1)[-1] == "id" and (target := by_id.get(value, ("", ""))[1])
        if by_id[value][0] == "worksheet"
    ]
    if not sheets:
        raise package.damaged()
    return sheets, clock[-1:] in (["1"], ["true"])


def _relations(package: Package) -> dict[str, tuple[str, str]]:
    """Kind and part of everything the workbook refers to, by its id."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            part = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            found[attributes.get("Id", "")] = (kind, part.lstrip("/"))

    package.parse("xl/_rels/workbook.xml.rels", start, _ignore)
    package.targets = dict(found.values())
    return found


def _target(package: Package, kind: str) -> str | None:
    part = package.targets.get(kind)
    return part if part is not None and package.has(part) else None


@dataclass
class _Tags:
    """Tags on their way to a reader; text is kept only inside those that hold a value."""

    on_start: OnStart
    on_end: OnEnd
    names: "_LocalNames"
    texts: list[str] = field(default_factory=list)
    size: int = 0
    is_value: bool = False

    def start(self, tag: str, attributes: Attributes) -> None:
        """A tag opens."""
        name = self.names[tag]
        self.is_value = name in VALUE_TAGS
        self.on_start(name, attributes)

    def text(self, data: str) -> None:
        """A piece of text."""
        if self.is_value:
            self.texts.append(data)
            self.size += len(data)
            if self.size > MAX_LINE:
                raise ValueError("text")

    def end(self, tag: str) -> None:
        """A tag closes."""
        self.on_end(self.names[tag], "".join(self.texts))
        self.texts.clear()
        self.size, self.is_value = 0, False


def _parser(start: OnStart, end: OnEnd) -> expat.XMLParserType:
    tags = _Tags(start, end, _LocalNames())
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tags.start
    parser.EndElementHandler = tags.end
    parser.CharacterDataHandler = tags.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*declared: object) -> None:
    """A workbook declares no document type; one that does would unpack entities."""
    del declared
    raise ValueError("doctype")


class _LocalNames(dict[str, str]):
    """Names of tags without the prefix of their namespace."""

    def __missing__(self, tag: str) -> str:
        self[tag] = tag.rsplit(":", 1)[-1]
        return self[tag]


def _ignore(tag: str, text: str) -> None:
    del tag, text

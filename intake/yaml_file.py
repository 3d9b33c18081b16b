"""YAML into pydantic models: safe, no duplicate keys, every error with its line."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from intake.problems import Problem, Rejected, nearest

MAX_BYTES = 1_048_576

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


@dataclass(frozen=True)
class YamlFile:
    """A parsed YAML file: its value, and its node tree for line numbers."""

    name: str
    value: dict[str, Any]
    root: yaml.MappingNode


def load_model(path: Path, model: type[Model]) -> Model:
    """The file as a model; raises `Rejected` with one problem per wrong key or value."""
    parsed = _parse(path)
    try:
        return model.model_validate(parsed.value)
    except ValidationError as error:
        names = _field_names(model)
        raise Rejected(_problems(parsed, error, names)) from None


def line_of(path: Path, location: Location) -> int:
    """The line of a place in a YAML file, from 1; of its nearest parent where it is not given."""
    return _resolve(_parse(path).root, location)[1]


def _parse(path: Path) -> YamlFile:
    text = _read(path)
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise Rejected([_problem(path.name, None, None, "empty", "must hold keys and values")])
        repeated = _repeated_keys(path.name, root)
        if repeated:
            raise Rejected(repeated)
        return YamlFile(path.name, loader.construct_document(root), root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        what = "is not valid YAML here; check indentation, colons and quotes"
        raise Rejected([_problem(path.name, line, None, "yaml", what)]) from None


def _read(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise Rejected([_problem(path.name, None, None, "size", "is larger than 1 MiB")])
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 at byte {error.start}"
        raise Rejected([_problem(path.name, None, None, "encoding", what)]) from None


def _repeated_keys(name: str, node: yaml.Node) -> list[Problem]:
    if isinstance(node, yaml.SequenceNode):
        return [problem for item in node.value for problem in _repeated_keys(name, item)]
    if not isinstance(node, yaml.MappingNode):
        return []
    found: list[Problem] = []
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            line = key.start_mark.line + 1
            found.append(_problem(name, line, str(key.value), "duplicate_key", "is given twice"))
        seen.add(key.value)
        found += _repeated_keys(name, value)
    return found


def _problems(parsed: YamlFile, error: ValidationError, names: set[str]) -> list[Problem]:
    placed = [(_placed(parsed.root, detail), detail) for detail in error.errors()]
    paths = {path for (path, _line), _detail in placed}
    kept: dict[Location, Problem] = {}
    for (path, line), detail in placed:
        if path not in kept and not _has_deeper(path, paths):
            kept[path] = _from_pydantic(parsed.name, line, detail, path, names)
    return sorted(kept.values(), key=lambda problem: (problem.row or 0, problem.column or ""))


def _has_deeper(path: Location, paths: set[Location]) -> bool:
    """Whether another error lies inside `path`: the branches of a union repeat one defect."""
    return any(len(other) > len(path) and other[: len(path)] == path for other in paths)


def _placed(root: yaml.Node, detail: ErrorDetails) -> tuple[Location, int]:
    """Where an error lies in the file; pydantic's names of union branches are not in it."""
    path, line = _resolve(root, detail["loc"])
    return ((*path, detail["loc"][-1]) if detail["type"] == "missing" else path), line


def _resolve(root: yaml.Node, location: Location) -> tuple[Location, int]:
    """Walk as far as the file has the location; its path there, and its line from 1."""
    node, line, path = root, root.start_mark.line + 1, []
    for step in location:
        child = _child(node, step)
        if child is not None:
            node, line = child
            path.append(step)
    return tuple(path), line


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item.start_mark.line + 1
    return None


def _from_pydantic(
    name: str, line: int, detail: ErrorDetails, path: Location, names: set[str]
) -> Problem:
    where = ".".join(str(step) for step in path) or None
    if detail["type"] == "extra_forbidden":
        near = nearest(str(path[-1]), names)
        keys = f"schemas/json/{name.removesuffix('.yaml')}.json"
        remedy = f"did you mean {near}?" if near else f"remove it; {keys} lists the keys"
        return _problem(name, line, where, "unknown_key", "is not a known key", remedy)
    if detail["type"] == "missing":
        return _problem(name, line, where, "missing_key", "is required", "add it")
    if detail["type"] == "literal_error":
        return _problem(name, line, where, "value", _lowered(detail["msg"]), _nearest_word(detail))
    return _problem(name, line, where, "value", _lowered(detail["msg"]))


def _lowered(message: str) -> str:
    told = message.removeprefix("Value error, ")
    return told[:1].lower() + told[1:]


def _nearest_word(detail: ErrorDetails) -> str:
    """The allowed word that looks most like the one that is given."""
    near = nearest(str(detail["input"]), re.findall("'([^']+)'", detail["ctx"]["expected"]))
    return f"did you mean {near}?" if near else "correct it"


def _problem(
    name: str,
    line: int | None,
    column: str | None,
    rule: str,
    message: str,
    remedy: str = "correct it",
) -> Problem:
    return Problem(name, line, column, rule, message, f"{remedy}")


def _field_names(model: type[BaseModel]) -> set[str]:
    """Names of all keys the model's JSON Schema knows, at any depth."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}

"""Functions and files stay short enough to be read."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USUAL, LONGEST, FILE = 25, 60, 400
PACKAGES = ("schemas", "intake", "impact", "reports", "assets", "pipelines", "benchmarks", "data")


def tracked(pattern: str) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def function_lengths() -> dict[str, int]:
    lengths = {}
    for path in tracked("*.py"):
        if path.relative_to(ROOT).parts[0] not in PACKAGES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                lengths[place] = node.end_lineno - node.lineno + 1
    return lengths


def test_no_function_is_longer_than_a_screen() -> None:
    long = {place: length for place, length in function_lengths().items() if length > LONGEST}
    assert not long


def test_nine_functions_of_ten_are_short() -> None:
    lengths = function_lengths()
    short = sum(length <= USUAL for length in lengths.values())
    assert short >= 0.9 * len(lengths)


def test_no_file_is_long() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked("*.py")
    }
    assert not {path: count for path, count in lines.items() if count > FILE}

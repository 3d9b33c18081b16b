"""What no committed file may hold."""

import re

from tests.house.test_lengths import ROOT, tracked

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home|Users)/\w|(?<![\w./])/tmp/\w")
INDEX_ADDRESS = re.compile(r"^\s*(?:--(?:extra-)?index-url|--find-links)|extra-index-url\s*=", re.M)
PICKLE = re.compile(r"\bread_pickle\(|^\s*import pickle\b|pickle\.loads?\(", re.M)
TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".csv", ".sh", ".ipynb", ".j2"}


def offenders(pattern: re.Pattern[str], suffixes: set[str], allowed: set[str]) -> list[str]:
    found = []
    for path in tracked("*"):
        name = str(path.relative_to(ROOT))
        if path.suffix not in suffixes or name in allowed:
            continue
        if pattern.search(path.read_text(encoding="utf-8")):
            found.append(name)
    return found


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert not offenders(MACHINE_PATH, TEXT, {"tests/house/test_hygiene.py"})


def test_no_file_names_a_package_index() -> None:
    assert not offenders(INDEX_ADDRESS, TEXT, {"tests/house/test_hygiene.py"})


def test_the_program_reads_no_pickle() -> None:
    fixtures = {"tests/golden/make_fixtures.py", "tests/house/test_hygiene.py"}
    assert not offenders(PICKLE, {".py"}, fixtures)


def test_constraints_are_exact_versions() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 50
    assert all(re.match(r"^[A-Za-z0-9_.-]+==[^ ]+( ; .+)?$", line) for line in lines)

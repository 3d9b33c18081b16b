"""`advocacy verify`: are the published files those that were published, and come they again?"""

import json
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from pipelines.errors import Exit, UserError
from pipelines.files import sha256_of
from pipelines.generation import FINDINGS, READS_NAME, REPORT, StudyOutput, run_record
from pipelines.results import published_folder
from pipelines.settings import Settings, find_study

CHANGED = "is not the file that was published"
MISSING = "is missing"
ADDED = "was not published"
OTHER = "is another when it is made again"


@dataclass(frozen=True)
class Verified:
    """What was compared; `differences` are files and what is wrong with them."""

    study_id: str
    run_id: str
    files: int
    was_made_again: bool
    differences: dict[str, str]


def verify_study(name: str, settings: Settings, *, again: bool = False) -> Verified:
    """Hold every published file against the digest in its run.json.

    With `again` the study is also run anew from its sources, into a folder that is then removed,
    and findings and report must come out the same to the byte.

    Raises:
        UserError: Nothing is published for this study (exit 2), or run.json cannot be read (5).
    """
    folder = find_study(name, settings)
    study_id = _study_id(folder)
    published = published_folder(study_id, settings, folder)
    digests = published_digests(published)
    found = differences(published, digests)
    if again and not found:
        found = _made_again(folder, study_id, published, settings)
    return Verified(study_id, published.name, len(digests), again, found)


def published_digests(published: Path) -> dict[str, str]:
    """Digest of every published file, as run.json has them."""
    try:
        return {str(name): str(digest) for name, digest in run_record(published)["outputs"].items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise UserError(
            Exit.VERIFICATION_FAILED,
            "run.json of the published run cannot be read.",
            "It is not what publishing writes.",
            "Do not rely on these results; run the study again.",
        ) from error


def differences(published: Path, digests: dict[str, str]) -> dict[str, str]:
    """Files that are missing, changed or were added since, with what is wrong."""
    tables = (path.relative_to(published) for path in published.glob("*/*.parquet"))
    here = {FINDINGS, REPORT, *map(str, tables)}
    found = {name: ADDED for name in here - set(digests) if (published / name).is_file()}
    for name, digest in digests.items():
        path = published / name
        if not path.is_file():
            found[name] = MISSING
        elif sha256_of(path) != digest:
            found[name] = CHANGED
    return dict(sorted(found.items()))


def verified_text(verified: Verified, *, as_json: bool) -> str:
    """The result as a person or a program reads it."""
    if as_json:
        return json.dumps(asdict(verified))
    if verified.differences:
        lines = [f"{name}  {what}" for name, what in verified.differences.items()]
        return "\n".join([*lines, f"{verified.study_id}: run {verified.run_id} is not verified."])
    said = f"{verified.study_id}: {verified.files} files are as published by run {verified.run_id}"
    more = "; made again, findings and report are the same" if verified.was_made_again else ""
    return f"{said}{more}."


def _made_again(folder: Path, study_id: str, published: Path, settings: Settings) -> dict[str, str]:
    from pipelines.run import run_study  # noqa: PLC0415 - Dagster takes a second to import

    as_of = date.fromisoformat(run_record(published)["made_from"]["as_of"])
    with tempfile.TemporaryDirectory() as scratch:
        elsewhere = replace(settings, output=Path(scratch), reuse=False)
        target = StudyOutput(elsewhere.output / study_id)
        target.make()
        reads = published.parents[1] / READS_NAME
        if reads.is_file():
            (target.folder / READS_NAME).write_bytes(reads.read_bytes())
        made = run_study(folder, elsewhere, as_of).folder
        names = (FINDINGS, REPORT)
        return {n: OTHER for n in names if sha256_of(made / n) != sha256_of(published / n)}


def _study_id(folder: Path) -> str:
    from intake.study import load_study  # noqa: PLC0415 - the same

    return load_study(folder).study_id

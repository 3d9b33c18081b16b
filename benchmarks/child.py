"""One program in a process of its own: `python -m benchmarks.child MODULE FUNCTION FOLDER`."""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path


def main(module: str, function: str, folder: str) -> None:
    """Run it and print its answer as JSON."""
    answer = getattr(importlib.import_module(f"benchmarks.{module}"), function)(Path(folder))
    sys.stdout.write(json.dumps(asdict(answer)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

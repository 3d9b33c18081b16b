"""What each type of activity requires, as the shipped table says it."""

from pathlib import Path

import yaml

_TABLE = Path(__file__).parents[1] / "impact" / "indicators" / "requirements.yaml"
REQUIRED: dict[str, list[str]] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))

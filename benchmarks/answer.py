"""What one program says of one panel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """CPU seconds of the work alone, without imports, and the estimate or interval if any.

    `elapsed_seconds` where the work has several threads.
    """

    cpu_seconds: float
    estimate: float | None = None
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    elapsed_seconds: float | None = None

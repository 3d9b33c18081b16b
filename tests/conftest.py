"""What every test session ends with."""

import gc

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give back DuckDB's objects while Python is whole; later its binding complains of leaks."""
    del session
    gc.collect()

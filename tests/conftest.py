"""How every test session begins and ends."""

import gc

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    """Look for cycles less often: Ibis makes many objects, and looking took a twentieth of all."""
    del session
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give back DuckDB's objects while Python is whole; later its binding complains of leaks."""
    del session
    gc.collect()

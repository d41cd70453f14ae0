"""Which software made a number."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from pitcairn import __version__

WORKED_WITH = ("duckdb", "numpy", "scipy")


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of Pitcairn and of what computes its numbers."""
    return (("pitcairn", __version__), *((name, version(name)) for name in WORKED_WITH))

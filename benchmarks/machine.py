"""What the numbers were measured on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

VERSIONS = """
import importlib.metadata, json, platform
names = ("pitcairn", "duckdb", "numpy", "scipy")
found = [f"{name} {importlib.metadata.version(name)}" for name in names]
print(json.dumps([*found, f"Python {platform.python_version()}"]))
"""


def described(customers: int) -> list[str]:
    """Lines on the day, the machine, the versions and the size of the data."""
    done = subprocess.run([sys.executable, "-c", VERSIONS], capture_output=True, text=True, check=True)
    return [
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores of {_field('/proc/cpuinfo', 'model name')}, "
        f"{_gigabytes(_field('/proc/meminfo', 'MemTotal'))}",
        ", ".join(json.loads(done.stdout)),
        f"{customers:,} customers",
    ]


def _field(path: str, name: str) -> str:
    """A value of one of the kernel's own lists, where there are such lists."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def _gigabytes(kilobytes: str) -> str:
    number = kilobytes.removesuffix("kB").strip()
    return f"{int(number) / 2**20:.0f} GiB of memory" if number.isdigit() else "memory unknown"

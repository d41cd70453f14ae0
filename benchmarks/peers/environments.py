"""An environment for each peer, made from the package index the first time it is needed.

Peers are kept apart from each other and from us, because they want other versions of the same libraries.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.clock import Failed

PACKAGES = {
    "tea-tasting": ("tea-tasting", "duckdb", "polars", "pyarrow"),
    "gbstats": ("gbstats", "duckdb"),
    "statsmodels": ("statsmodels",),
}
NEWER = ("python3.14", "python3.13", "python3.12")
"""tea-tasting's newest version wants a newer Python than we do; the newest one that is there is used for it."""


def python_of(peer: str, folder: Path) -> Path:
    """The interpreter of the peer's environment under `folder`. `Failed` with the reason where there can be none."""
    home = folder / peer
    python = home / "bin" / "python"
    if (home / "complete").is_file():
        return python
    # The engine is the one we run on, so that only what is built on it differs.
    packages = [f"duckdb=={_engine()}" if name == "duckdb" else name for name in PACKAGES[peer]]
    _do([_base(peer), "-m", "venv", "--clear", str(home)])
    _do([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    (home / "complete").touch()
    return python


def version_of(peer: str, folder: Path) -> str:
    """The version in use, and what it runs on."""
    script = (
        f"import json, sys, importlib.metadata as m; print(json.dumps([m.version({peer!r}), sys.version.split()[0]]))"
    )
    done = subprocess.run([folder / peer / "bin" / "python", "-c", script], capture_output=True, text=True, check=True)
    version, python = json.loads(done.stdout)
    return f"{peer} {version} on Python {python}"


def _engine() -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import duckdb; print(duckdb.__version__)"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _base(peer: str) -> str:
    return next((name for name in NEWER if _works(name)), sys.executable) if peer == "tea-tasting" else sys.executable


def _works(name: str) -> bool:
    try:
        return not subprocess.run([name, "-m", "venv", "--help"], capture_output=True, check=False).returncode
    except OSError:
        return False


def _do(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Failed(said[-1] if said else f"{command[0]} ended with {done.returncode}")

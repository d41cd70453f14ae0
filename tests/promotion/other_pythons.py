"""Other Pythons on this machine that have what Pitcairn needs, and this repository's code run under them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = "click, cryptography, duckdb, jinja2, numpy, pydantic, rich, scipy, sqlite_utils, yaml"
HERE = f"""
import importlib.util, sys
sys.path[:0] = [{str(ROOT / "framework")!r}, {str(ROOT / "tests")!r}]
for name in ("templates", "examples"):
    spec = importlib.util.spec_from_file_location("pitcairn." + name, {str(ROOT)!r} + "/" + name + "/__init__.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
"""
"""Makes this clone importable without installing it, so that no other copy is what runs."""
PLACES = ("python3.11", "python3.12", "python3.13", "python3.14")


def others() -> list[str]:
    """Pythons of other versions than this one; skips, saying why, where there is none.

    Looked for on the path, among pyenv's, and in PITCAIRN_PYTHONS, a list like PATH.
    """
    found = _found()
    if not found:
        pytest.skip(f"no Python of another version here can import {NEEDED}; name some in PITCAIRN_PYTHONS")
    return list(found)


def run(python: str, script: str, *arguments: str | Path, umask: str = "022", **env: str) -> bytes:
    """What a script printed, run on this clone's code under that Python, in a world of its own."""
    code = f"import os; os.umask(0o{umask})\n{HERE}\n{script}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    done = subprocess.run([python, "-c", code, *map(str, arguments)], env=kept | env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@cache
def _found() -> tuple[str, ...]:
    given = os.environ.get("PITCAIRN_PYTHONS", "").split(os.pathsep)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin/python")
    known = [str(one) for one in (*given, *map(which, PLACES), *sorted(pyenv)) if one]
    by_version = {version: python for python in reversed(known) if (version := _version(python))}
    return tuple(by_version[one] for one in sorted(by_version))


def _version(python: str) -> str | None:
    """Its version; None for this one's, for one that is too old, and for one that lacks what is needed."""
    ask = f"import sys; print('%d.%d' % sys.version_info[:2]); assert sys.version_info >= (3, 11); import {NEEDED}"
    try:
        done = subprocess.run([python, "-c", ask], capture_output=True, check=False, text=True)
    except OSError:
        return None
    version = done.stdout.strip()
    return None if done.returncode or version == f"{sys.version_info[0]}.{sys.version_info[1]}" else version

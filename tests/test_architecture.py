"""The walls of the house: who may import whom, how large a room may be, what `--help` may load."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "framework" / "pitcairn"

LEVELS: tuple[tuple[str, ...], ...] = (
    ("errors", "canonical", "atomic", "phrases", "version"),
    ("program",),
    ("spec", "estimate"),
    ("design",),
    ("evidence",),
    ("reading",),
    ("ledger",),
    ("report",),
    ("iteration",),
    ("promotion",),
    ("commands",),
)
HIGHEST = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__main__.py" and path != SOURCE / "__init__.py")


def room(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of Pitcairn modules that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pitcairn"):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("pitcairn")}
    return found


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 40
    assert {room(path) for path in MODULES} == set(HIGHEST)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_room_imports_only_from_rooms_before_it(path: Path) -> None:
    own = room(path)
    for name in imported(path):
        parts = name.split(".")
        if len(parts) < 2 or parts[1] in ("__version__", "templates", "examples"):
            continue
        other = parts[1]
        assert other in HIGHEST, f"{path}: {name} is in no room"
        assert other == own or HIGHEST[other] < HIGHEST[own], f"{path}: {own} may not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_names_come_from_the_module_that_defines_them(path: Path) -> None:
    for name in imported(path):
        parts = name.split(".")
        if len(parts) == 3 and (SOURCE / parts[1]).is_dir():
            # `from pitcairn.room import module` is fine; `from pitcairn.room import name` goes through __init__.
            assert (SOURCE / parts[1] / f"{parts[2]}.py").is_file(), f"{path}: {name} comes from a package’s __init__"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_rooms_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_estimate_knows_only_numbers() -> None:
    allowed = {"numpy", "scipy", "pitcairn", "math", "dataclasses", "collections", "typing", "__future__"}
    for path in (SOURCE / "estimate").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] in allowed, f"{path}: {name}"
                assert name != "scipy.stats", f"{path}: scipy.stats costs a second to import"
                assert not name.startswith("pitcairn.") or name.startswith("pitcairn.estimate"), f"{path}: {name}"


def test_only_the_engine_opens_data() -> None:
    users = {path.name for path in MODULES if "import duckdb" in path.read_text(encoding="utf-8")}
    assert users == {"engine.py"}


def test_no_module_is_called_utils() -> None:
    assert not [path for path in MODULES if path.stem in {"utils", "util", "helpers", "common", "misc"}]


def test_help_loads_nothing_heavy() -> None:
    heavy = ["numpy", "scipy", "duckdb", "sqlite_utils", "jinja2", "pydantic", "yaml", "rich", "sqlglot"]
    script = (
        "import sys\n"
        "from pitcairn.commands import main\n"
        "sys.argv = ['pitcairn', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"loaded = [name for name in {heavy} if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "launch" in done.stdout


def test_the_map_in_architecture_is_what_the_modules_say() -> None:
    spec = importlib.util.spec_from_file_location("map", SOURCE.parents[1] / "docs" / "map.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == module.PAGE.read_text(encoding="utf-8"), "run: python docs/map.py"
    listed = [line for line in module.lines() if line.startswith("- ")]
    assert len(listed) == len([path for path in MODULES if path.name != "__init__.py"])
    assert not [line for line in listed if line.endswith(": ")], "a module has no first line"

"""What is installed is what is in the checkout."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = {"pitcairn": ROOT / "framework" / "pitcairn", "pitcairn.templates": ROOT / "templates"}
PLACES["pitcairn.examples"] = ROOT / "examples"


def declared() -> set[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return set(config["options"]["packages"].split())


def found() -> set[str]:
    packages = set()
    for name, place in PLACES.items():
        for init in place.rglob("__init__.py"):
            inner = init.parent.relative_to(place).parts
            packages.add(".".join((name, *inner)))
    return packages


def test_every_package_is_declared() -> None:
    assert declared() == found()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that the checkout is left as it was, with the tools that are installed already."""
    copy = tmp_path_factory.mktemp("source") / "copy"
    ignore = shutil.ignore_patterns(
        ".git", ".venv", "__pycache__", "*.egg-info", ".mypy_cache", "data", "lists", "demo"
    )
    shutil.copytree(ROOT, copy, ignore=ignore)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return zipfile.ZipFile(next((copy / "dist").glob("*.whl")))


def test_the_wheel_has_every_module_template_and_example_plan(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    expected = set()
    for package, place in PLACES.items():
        folder = package.replace(".", "/")
        for suffix in ("*.py", "*.j2", "*.css"):
            expected |= {f"{folder}/{path.relative_to(place).as_posix()}" for path in place.rglob(suffix)}
    shop = ROOT / "examples" / "shop"
    expected |= {f"pitcairn/examples/shop/{path.relative_to(shop).as_posix()}" for path in shop.rglob("*.yaml")}
    assert expected - names == set()
    assert "pitcairn/py.typed" in names


def test_the_wheel_puts_nothing_beside_the_package(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pitcairn"}


def test_no_customer_list_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    assert not [name for name in wheel.namelist() if name.endswith((".csv", ".parquet", ".db"))]

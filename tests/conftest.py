"""Being here puts this folder on the import path, so that tests of several rooms can share the builders beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Finds a real experiment's file by name, or skips the test and says why.

    It looks in the folder that PITCAIRN_DATA names, else in every `data` folder of the repository's neighbours.
    """

    def find(name: str) -> Path:
        named = os.environ.get("PITCAIRN_DATA")
        places = [Path(named)] if named else sorted(ROOT.parent.glob("*/data"))
        found = next((place / name for place in places if (place / name).is_file()), None)
        if found is None:
            pytest.skip(f"{name} is not here; set PITCAIRN_DATA to the folder that holds it")
        return found

    return find

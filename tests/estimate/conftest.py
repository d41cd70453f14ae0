"""Numbers that other people's software computed, where they lie beside the repository."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def published() -> Callable[[str, str], Any]:
    """Finds an entry of an oracle file (`peers`, `statistics`) by name, or skips the test and says why.

    It looks in the folder that PITCAIRN_ORACLES names, else in every `oracles` folder of the repository's neighbours.
    """

    def find(file: str, entry: str) -> Any:
        named = os.environ.get("PITCAIRN_ORACLES")
        places = [Path(named)] if named else sorted(ROOT.parent.glob("*/oracles"))
        path = next((place / f"{file}.json" for place in places if (place / f"{file}.json").is_file()), None)
        if path is None:
            pytest.skip(f"{file}.json is not here; set PITCAIRN_ORACLES to the folder that holds it")
        content = json.loads(path.read_text(encoding="utf-8"))
        if file == "peers":
            return next(oracle for oracle in content["oracles"] if oracle["id"] == entry)
        return content[entry]

    return find

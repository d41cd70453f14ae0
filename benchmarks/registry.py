"""A registry of 1,000 packs: made from the story's one, indexed, and hashed by hand.

python -m benchmarks.registry make DATA
python -m benchmarks.registry index DATA
python -m benchmarks.registry hash DATA
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.clock import Answer, Clock

PACKS = 1000
TODAY = date(2026, 9, 1)


def make(data: Path) -> None:
    """As many packs as there are numbers, alike but for their version."""
    from pitcairn.examples.bag_note.story import tell
    from pitcairn.promotion.pack import opened, packed
    from pitcairn.promotion.payload import CONTENTS, to_json

    if len(list((data / "packs").glob("*.pilotpack"))) == PACKS:
        return
    shutil.rmtree(data, ignore_errors=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    assert tell(data) == 0
    story = data / "registry"
    pack = opened(next((story / "packs").glob("*.pilotpack")))
    (data / "packs").mkdir(exist_ok=True)
    for old in (data / "packs").iterdir():
        old.unlink()
    for number in range(PACKS):
        identity = replace(pack.contents.identity, version=f"1.0.{number}")
        contents = replace(pack.contents, identity=identity)
        payload = {**pack.payload, CONTENTS: to_json(contents).encode("utf-8")}
        (data / "packs" / f"note-{number}.pilotpack").write_bytes(packed(contents, payload))
    shutil.copytree(story / "adoptions", data / "adoptions")


def index(data: Path) -> None:
    """All that `registry` does, pages included."""
    from pitcairn.promotion.registry import write

    clock = Clock()
    found, _ = write(data, TODAY)
    clock.stop(_answer(len(found.packs)))


def by_hand(data: Path) -> None:
    """Both fingerprints of every file, and nothing looked at."""
    clock = Clock()
    files = sorted((data / "packs").glob("*.pilotpack"))
    for file in files:
        content = file.read_bytes()
        hashlib.sha256(content).hexdigest()
        hashlib.sha512(content).hexdigest()
    clock.stop(_answer(len(files)))


def _answer(packs: int) -> Answer:
    return {"packs": [float(packs), float(packs) - 1, float(packs) + 1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("make", "index", "hash"))
    parser.add_argument("data", type=Path)
    asked = parser.parse_args()
    {"make": make, "index": index, "hash": by_hand}[asked.step](asked.data)


if __name__ == "__main__":
    main()

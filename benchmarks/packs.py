"""A pack of 10 MB: made from the reference pilots, verified, and hashed by hand.

python -m benchmarks.packs make DATA
python -m benchmarks.packs verify DATA
python -m benchmarks.packs hash DATA
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

from benchmarks.clock import ROOT, Answer, Clock

SIZE = 10 * 2**20
NAME = "packed.pilotpack"


def make(data: Path) -> None:
    """The pack of the reference pilots, with one more asset: a document of 10 MB."""
    from pitcairn.examples.reference import SEED, reference
    from pitcairn.program import ProgramFolder

    if (data / NAME).is_file():
        return
    root = data / "program"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copy(ROOT / "program.yaml", root)
    shutil.copytree(ROOT / "pilots", root / "pilots", ignore=shutil.ignore_patterns("lists"))
    home = root / "pilots" / "pickup-note"
    block = bytes(number * 37 % 251 for number in range(2**16))
    (home / "film.pdf").write_bytes(b"%PDF-" + block * (SIZE // len(block)))
    with (home / "pack.yaml").open("a", encoding="utf-8") as stream:
        stream.write("assets: [film.pdf]\n")
    assert reference(root, SEED) == 0
    (made,) = ProgramFolder(root.resolve()).packs.glob("*.pilotpack")
    shutil.copy(made, data / NAME)


def verify(data: Path) -> None:
    """All that `pack verify` does to know that a pack is whole."""
    import pydantic.dataclasses  # noqa: F401  what `opened` imports when it is first needed

    from pitcairn.promotion.pack import opened

    clock = Clock()
    pack = opened(data / NAME)
    clock.stop(_answer(len(pack.payload["practice/assets/film.pdf"])))


def by_hand(data: Path) -> None:
    """Both fingerprints of the whole file: less than this nobody can do who wants to know the same."""
    clock = Clock()
    content = (data / NAME).read_bytes()
    hashlib.sha256(content).hexdigest()
    hashlib.sha512(content).hexdigest()
    clock.stop(_answer(5 + SIZE))


def _answer(size: int) -> Answer:
    return {"bytes": [float(size), float(size) - 1, float(size) + 1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("make", "verify", "hash"))
    parser.add_argument("data", type=Path)
    asked = parser.parse_args()
    {"make": make, "verify": verify, "hash": by_hand}[asked.step](asked.data)


if __name__ == "__main__":
    main()

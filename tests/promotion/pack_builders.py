"""A small pack, whole, and ways to spoil it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from pitcairn.promotion.archive import Files
from pitcairn.promotion.contents import Asset, Contents
from pitcairn.promotion.encode import settled
from pitcairn.promotion.pack import packed
from pitcairn.promotion.payload import payload
from promotion.adoptable import contents, plan_of_the_shop

PRACTICE = {
    "practice/assets/sign.txt": b"Fresh bread at [[shop_name]]!\n",
    "practice/playbook.md": b"# A note\n\nPut the note in the bag.\n",
}


def small_contents(root: Path, practice: Files = PRACTICE) -> Contents:
    assets = tuple(
        Asset(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data)) for path, data in practice.items()
    )
    return settled(replace(contents(plan_of_the_shop(root)), assets=assets))


def small_payload(made: Contents, practice: Files = PRACTICE) -> dict[str, bytes]:
    return payload(made, practice, (), None)


def small_pack(root: Path, *, simulated: str | None = None) -> bytes:
    made = small_contents(root)
    made = replace(made, identity=replace(made.identity, simulated=simulated))
    return packed(made, small_payload(made))

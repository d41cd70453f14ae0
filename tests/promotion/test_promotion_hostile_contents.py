"""Contents that somebody made up: refused with their place, or told and shown without harm. Never a traceback."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pitcairn.canonical import dumps
from pitcairn.errors import DataError
from pitcairn.promotion import archive
from pitcairn.promotion.attest import statement
from pitcairn.promotion.card import card
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.encode import from_json, to_json
from pitcairn.promotion.pack import packed, read
from pitcairn.promotion.telling import told
from pitcairn.promotion.versions import parts_of
from promotion.pack_builders import small_contents, small_payload

WEIRD: tuple[Any, ...] = (
    *(None, -1, 0, 1e300, -1e300, 1e-300, 10**18, 10**400, True, [], {}, ["a"], [[]]),
    *("", "x", "\u202e", "\x1b[2J", "<script>alert(1)</script>", "2026-13-45", "0001-01-01", "9999-12-31", "[[x]]"),
    *("../../x", "=cmd()", "\ud800"),
)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return to_json(small_contents(tmp_path_factory.mktemp("shop")))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*path, key)
            yield from places(value[key], (*path, key))


def spoilt(text: str, path: tuple[Any, ...], new: Any) -> str:
    value = json.loads(text)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    try:
        return dumps(value, indent=1) + "\n"
    except (ValueError, TypeError):
        return json.dumps(value, sort_keys=True, indent=1, separators=(",", ": ")) + "\n"


def taken(text: str) -> Contents | None:
    """The contents; None where they are refused, with the file they are in."""
    try:
        return from_json(text, file="pack.json")
    except DataError as error:
        unplaced = [problem for problem in error.problems if problem.file != "pack.json"]
        if unplaced:
            raise
        return None


@pytest.mark.parametrize("seed", range(8))
def test_one_value_replaced_is_refused_or_harmless(text: str, seed: int) -> None:
    lot = random.Random(seed)
    everywhere = list(places(json.loads(text)))
    seen = 0
    for _ in range(80):
        found = taken(spoilt(text, lot.choice(everywhere), lot.choice(WEIRD)))
        if found is not None:
            seen += 1
            page = card(found)
            assert "<script>alert" not in page
            assert "\x1b" not in json.dumps([section.title for section in told(found).sections])
            statement(found, "0" * 64)
            parts_of(found)
    assert seen, "a test that only ever sees refusals tests one thing"


@pytest.mark.parametrize("new", ["../../etc", "a/b", "NAME", "", "con\x00"])
def test_a_name_that_could_lead_anywhere_is_refused(text: str, new: str) -> None:
    assert taken(spoilt(text, ("identity", "name"), new)) is None


def test_a_summary_cannot_write_lines_of_its_own_into_the_bag(tmp_path: Path) -> None:
    from dataclasses import replace

    made = small_contents(tmp_path)
    identity = replace(made.identity, summary="Fine.\nPayload-Oxum: 0.0\nExternal-Identifier: pkg:evil")
    made = replace(made, identity=identity)
    data = packed(made, small_payload(made))
    info = archive.read(data, file="x").files["bag-info.txt"].decode()
    assert [line.partition(":")[0] for line in info.splitlines()] == [
        "Bagging-Date",
        "External-Description",
        "External-Identifier",
        "Payload-Oxum",
    ]
    assert read(data, file="x").contents.identity.summary == identity.summary

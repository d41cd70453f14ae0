"""The files of a pack, from its contents: what is under `data/`, byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pitcairn.promotion.archive import Files
from pitcairn.promotion.card import card
from pitcairn.promotion.contents import Contents, Estimate
from pitcairn.promotion.crate import CARD, CONTENTS, EFFECTS, METADATA, REPORT, metadata
from pitcairn.promotion.encode import to_json
from pitcairn.promotion.history import Turn
from pitcairn.promotion.shareable import shareable
from pitcairn.reading.encode import to_json as result_json
from pitcairn.report.render import iteration_page

_COLUMNS = ("pilot", "iteration", "stage", "arm", "group", "level", "verdict", "customers", "log_ratio", "variance")


def payload(contents: Contents, practice: Files, told: tuple[Turn, ...], deciding: Turn | None) -> dict[str, bytes]:
    """Every file under `data/`. `told` are the iterations whose results go along, small counts left out."""
    files = {CONTENTS: to_json(contents).encode("utf-8"), EFFECTS: effects(contents).encode("utf-8"), **practice}
    for turn in told:
        kept = shareable(turn.result) if turn.result else None
        if kept is None:
            continue
        files[f"evidence/iterations/{turn.plan.pilot}-{turn.plan.number}.json"] = result_json(kept).encode("utf-8")
        if turn is deciding:
            files[REPORT] = iteration_page(kept).encode("utf-8")
    files[CARD] = card(contents).encode("utf-8")
    files[METADATA] = metadata(contents, files)
    return files


def effects(contents: Contents) -> str:
    """The effects as a table, one row for each iteration and arm, then one for each level of the deciding one."""
    held = io.StringIO(newline="")
    table = csv.writer(held, lineterminator="\n")
    table.writerow(_COLUMNS)
    for row in (*_iterations(contents), *_levels(contents)):
        table.writerow([_harmless(cell) for cell in row])
    return held.getvalue()


def _iterations(contents: Contents) -> Iterator[tuple[object, ...]]:
    for one in contents.iterations:
        count = "" if one.customers_treated is None else one.customers_treated + (one.customers_control or 0)
        yield one.pilot, one.number, one.stage, one.arm, "", "", one.verdict, count, *_numbers(one.effect)


def _levels(contents: Contents) -> Iterator[tuple[object, ...]]:
    identity, claim = contents.identity, contents.claim
    for one in contents.by_group:
        count = "" if one.customers is None else one.customers
        place = (identity.pilot, claim.iteration, "confirm", identity.arm)
        yield *place, one.group, one.level, "", count, *_numbers(one.effect)


def _numbers(effect: Estimate | None) -> tuple[object, object]:
    return ("", "") if effect is None else (effect.log_ratio, effect.variance)


def _harmless(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell

"""Every kind of page that any command makes, by kind and name: made by the same steps the commands take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "iteration"))

from page_samples import HOSTILE
from page_samples import pages as iteration_pages
from small_shop import a_shop
from two_pilots import a_program, run, see

from pitcairn.atomic import write_all
from pitcairn.canonical import dumps
from pitcairn.commands.demonstration import run as demo
from pitcairn.iteration.decide import decide
from pitcairn.iteration.outlook import outlook
from pitcairn.iteration.plan_page import plan_page
from pitcairn.iteration.read import read
from pitcairn.iteration.site import build
from pitcairn.promotion.archive import Files
from pitcairn.promotion.calibration import Published
from pitcairn.promotion.card import card
from pitcairn.promotion.contents import Contents, Estimate, IterationEvidence, Tested
from pitcairn.promotion.pack import packed
from pitcairn.promotion.payload import CONTENTS, to_json
from pitcairn.promotion.predict import Prediction, predict
from pitcairn.promotion.registry_pages import write
from pitcairn.promotion.watch import Look
from pitcairn.reading.overview import RolloutNow
from pitcairn.report.render import rendered
from promotion.adoptable import contents, plan_of_the_shop

COUNT = 4000
MADE_UP = "Made-up customers: every number on this page is test data."
TODAY = date(2026, 9, 2)
NOW = datetime(2026, 9, 2, 12, tzinfo=UTC)
LONG_NAME = HOSTILE[1]
"""Ten thousand characters of one word, behind a quotation mark, a tag and marks that turn the direction."""


def every_page(root: Path) -> dict[str, str]:
    """`kind: name` -> the page, of every kind there is."""
    return {
        **{f"iteration: {name}": html for name, html in iteration_pages().items()},
        **{f"plan: {name}": html for name, html in plan_pages(root / "plans").items()},
        **{f"site: {name}": html for name, html in site_pages(root / "site").items()},
        **{f"card: {name}": html for name, html in card_pages(root / "cards").items()},
        **{f"registry: {name}": html for name, html in registry_pages(root / "registry").items()},
        "demo": demo(root / "demo", seed=1, again=False, stage=lambda _: None).taken.report_file.read_text("utf-8"),
    }


def plan_pages(root: Path) -> dict[str, str]:
    """Plans that can show what they ask, that cannot, that nobody can tell of, and one with hostile words."""
    changes: dict[str, dict[str, tuple[str, str]]] = {
        "can be shown": {"pilots/note/iteration-1.yaml": ("20 per 1000", "60 per 1000")},
        "cannot be shown": {},
        "cannot be said": {"program.yaml": (", before: visited", "")},
    }
    found = {}
    for name, files in changes.items():
        shop = a_shop(root / name.replace(" ", "-"))
        _change(shop.program_file, "program: Corner shop", f"program: Corner shop\nsimulated: '{MADE_UP}'")
        for file, (old, new) in files.items():
            _change(shop.root / file, old, new)
        told = outlook(shop, "note", 1)
        found[name] = rendered("plan.html.j2", plan_page(told))
    # No plan file may hold such a name; a plan that another version resolved could.
    named = replace(told.plan, title=LONG_NAME, owner=LONG_NAME, scope_label=LONG_NAME)
    return found | {"hostile": rendered("plan.html.j2", plan_page(replace(told, plan=named, answer=LONG_NAME)))}


def site_pages(root: Path) -> dict[str, str]:
    """A program's whole site: two pilots read, one only planned, one pack adopted, a decision, all pilots together."""
    folder = a_program(root, count=COUNT)
    run(folder, count=COUNT)
    for pilot in ("note", "card"):
        read(folder, pilot, 1, by="ada", now=NOW, today=TODAY)
    decide(folder, "note", 1, arm=None, decision="rework", why="Say it shorter.", by="Bo Lind", now=NOW)
    planned = folder.pilot_file("later")
    planned.parent.mkdir()
    planned.write_text(folder.pilot_file("note").read_text("utf-8").replace("A pilot", "A later pilot"), "utf-8")
    see(folder, groups=("brews",))
    adopted = RolloutNow(
        pilot="card",
        pack="bread-note 1.0.0 at Garden",
        stage="2 of 3, half",
        word="Hold",
        mark="watch",
        sentence="two gates cannot be told yet",
        waiting=True,
        command="pitcairn rollout card",
    )
    build(folder, today=TODAY, rollouts=(adopted,))
    return {path.relative_to(folder.site).as_posix(): path.read_text("utf-8") for path in _html(folder.site)}


def a_pack(root: Path) -> Contents:
    """A pack with everything a card can tell."""
    made = contents(plan_of_the_shop(root))
    tests = (
        Tested(test="Confirmed on fresh customers", evidence="Planned beforehand."),
        Tested(test="Signed off by somebody else", evidence="Grace, on 30 April 2026."),
    )
    tries = tuple(_try(number, verdict) for number, verdict in ((1, "cannot_tell"), (2, "adapt"), (3, "promote")))
    return replace(made, identity=replace(made.identity, simulated=MADE_UP), tests=tests, iterations=tries)


def _try(number: int, verdict: str) -> IterationEvidence:
    return IterationEvidence(
        pilot="note",
        number=number,
        stage="confirm" if number == 3 else "explore",
        question="Does a note bring people back?",
        arm="note",
        label="A note",
        same_core=number > 1,
        verdict=verdict,
        effect=Estimate(log_ratio=0.1 + 0.03 * number, variance=0.06**2),
        why=None,
        customers_control=4000,
        customers_treated=4000,
        launched_at=f"2026-0{number}-01T12:00:00+00:00",
        as_of=f"2026-0{number}-28",
        plan_digest="0" * 64,
        result_digest="0" * 64,
    )


def card_pages(root: Path) -> dict[str, str]:
    """The card of a pack, and of one with hostile words."""
    made = a_pack(root)
    identity = replace(made.identity, title=LONG_NAME, summary=LONG_NAME, owner=LONG_NAME, scope_label=LONG_NAME)
    claim = replace(made.claim, label=LONG_NAME)
    return {"pack": card(made), "hostile": card(replace(made, identity=identity, claim=claim))}


def registry_pages(root: Path, packs: int = 3, adoptions: Sequence[float | None] = (0.1, -2.0, None)) -> dict[str, str]:
    """The pages of a registry: packs, one of them with hostile words, a file that is none, and adoptions."""
    pack = a_pack(root / "shop")
    shelf: dict[Path, bytes | str] = {root / "packs" / "broken.pilotpack": b"PK nothing"}
    for at in range(packs):
        title = LONG_NAME if at == packs - 1 else f"{pack.identity.title}, number {at + 1}"
        one = replace(pack, identity=replace(pack.identity, version=f"1.0.{at}", title=title))
        payload: Files = {CONTENTS: to_json(one).encode("utf-8")}
        shelf[root / "packs" / f"bread-note-1.0.{at}.pilotpack"] = packed(one, payload)
    prediction = predict(pack, {"area": {"town": 0.5, "land": 0.5}}, level=0.1)
    assert isinstance(prediction, Prediction)
    for at, came in enumerate(adoptions):
        shelf[root / "adoptions" / f"{at}.json"] = dumps(_adoption(pack, prediction, at, came)) + "\n"
    write_all(shelf)
    write(root, TODAY)
    return {path.name: path.read_text("utf-8") for path in _html(root)}


def _adoption(pack: Contents, prediction: Prediction, at: int, came: float | None) -> Published:
    return Published(
        pack=pack.identity.name,
        version="1.0.0",
        core_digest=pack.core_digest,
        program="Corner shop",
        pilot=f"note-{at}",
        place=f"Place {at + 1}",
        simulated=MADE_UP,
        adopted_at="2026-05-02",
        claimed=0.18,
        prediction=prediction,
        look=None if came is None else Look(iteration=1, as_of="2026-08-01", log_ratio=came, standard_error=0.05),
        over=None,
    )


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _html(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))

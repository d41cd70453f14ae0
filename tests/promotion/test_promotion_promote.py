"""From a confirmation that passed to a pack: every promotion test stands in the way until it is met."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pitcairn.canonical import plain
from pitcairn.design.plan import MeasuredCost
from pitcairn.errors import DataError, PitcairnError, Refused, SpecError
from pitcairn.examples.reference import SEED, TURNS, reference
from pitcairn.iteration.decide import decide
from pitcairn.ledger import history
from pitcairn.ledger.entry import AmendmentBody
from pitcairn.ledger.ledger import Ledger
from pitcairn.ledger.verify import verify
from pitcairn.program import ProgramFolder
from pitcairn.promotion.candidate import Candidate, candidate
from pitcairn.promotion.compare import compared
from pitcairn.promotion.pack import opened
from pitcairn.promotion.payback import payback, spent_of
from pitcairn.promotion.promote import Promotion, promote, read_again
from pitcairn.promotion.readiness import standings
from pitcairn.reading.cost_row import CostRow
from pitcairn.reading.encode import from_json
from promotion import other_pythons
from promotion.test_promotion_inside import gif

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)
SOMEBODY = "Priya Nair"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference pilots, run: pickup-note has a confirmation that passed, and no decision."""
    root = tmp_path_factory.mktemp("reference")
    shutil.copy(ROOT / "program.yaml", root)
    shutil.copytree(ROOT / "pilots", root / "pilots", ignore=shutil.ignore_patterns("lists"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pitcairn.examples.reference.promoted", lambda _: 0)
        patch.setattr("pitcairn.examples.reference.TURNS", TURNS[1:])
        assert reference(root, SEED) == 0
    return root


@pytest.fixture
def folder(run: Path, tmp_path: Path) -> ProgramFolder:
    root = tmp_path / "program"
    shutil.copytree(run, root, ignore=shutil.ignore_patterns(".pitcairn", "data"))
    shutil.copytree(run / "data", root / "data", copy_function=os.link)
    return ProgramFolder(root.resolve())


@pytest.fixture
def decided(folder: ProgramFolder) -> ProgramFolder:
    decide(
        folder, "pickup-note", 2, arm="one", decision="promote", why="It is used.", by=SOMEBODY, now=NOW, dry_run=False
    )
    return folder


def done(folder: ProgramFolder, arm: str | None = "one", *, day: int = 3, number: int | None = None) -> Promotion:
    now = datetime(2026, 6, day, 12, tzinfo=UTC)
    return promote(folder, "pickup-note", arm, by="Tom", now=now, number=number)


def unmet(folder: ProgramFolder, arm: str = "one", number: int | None = None) -> dict[str, str]:
    asked = candidate(folder, "pickup-note", arm, number)
    found = standings(asked, read_again(asked))
    return {one.test: f"{one.evidence} {one.todo}" for one in found if not one.met}


@contextmanager
def edited(path: Path) -> Iterator[Callable[[str, str], None]]:
    def change(old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    yield change


def test_a_proven_model_becomes_a_pack_and_a_row(decided: ProgramFolder) -> None:
    made = done(decided)
    assert made.file == decided.packs / "pickup-note-1.0.0.pilotpack"
    pack = opened(made.file)
    (row,) = history.entries(decided.ledger_file, "promotion")
    assert row.body["pack_digest"] == pack.digest == made.digest
    assert row.body["archive_digest"] == hashlib.sha256(made.file.read_bytes()).hexdigest()
    assert row.recorded_by == "Tom"
    assert verify(decided.ledger_file).intact
    assert pack.contents.decided_by == SOMEBODY
    assert pack.contents.identity.promoted_at.startswith("2026-06-03T09:00:00")
    assert [one.test for one in pack.contents.tests] == [
        *(one.test for one in made.standings),
        "Nothing in it names a customer",
    ]


def test_the_pack_holds_raw_and_shrunken_numbers_groups_and_every_try(decided: ProgramFolder) -> None:
    contents = done(decided).contents
    result = from_json(decided.result_file("pickup-note", 2).read_text(encoding="utf-8"))
    (block,) = [one for one in result.measures if one.role == "deciding"]
    rows = {row.arm: row for row in result.details if row.where == "All customers" and row.measure == "told_us"}
    shown = block.rows[0].effect
    claim = contents.claim
    assert claim.raw.share == pytest.approx(float(rows["one"].mean) / float(rows["none"].mean) - 1, rel=1e-4)
    assert f"+{claim.raw.share * 100:.1f}%" in rows["one"].relative
    assert (claim.control, claim.treated) == (shown.control, shown.treated)  # type: ignore[union-attr]
    assert 0 < claim.shrunk.log_ratio < claim.raw.log_ratio
    assert claim.shrunk.variance < claim.raw.variance
    assert [(one.number, one.arm, one.verdict, one.same_core) for one in contents.iterations] == [
        (1, "five", "cannot_tell", False),
        (1, "one", "adapt", True),
        (2, "one", "promote", True),
    ]
    assert sum(one.customers or 0 for one in contents.by_group) == claim.customers_control + claim.customers_treated
    assert sum(one.share or 0 for one in contents.by_group) == pytest.approx(1, abs=0.002)
    assert contents.model.practice.message == "“Packed for you by [[packer]]. [[question]]”"
    assert [one.column for one in contents.model.targeting.place] == ["home_store"]
    assert [one.column for one in contents.model.targeting.keep] == ["shops"]


def test_the_same_ledger_and_files_make_the_same_bytes_on_another_day(decided: ProgramFolder, tmp_path: Path) -> None:
    other = ProgramFolder(tmp_path / "elsewhere")
    shutil.copytree(decided.root, other.root)
    one, two = done(decided, day=3), done(other, day=29)
    assert one.file.read_bytes() == two.file.read_bytes()


def test_another_python_promotes_the_same_bytes(decided: ProgramFolder, tmp_path: Path) -> None:
    script = (
        "from pitcairn.commands.group import run\n"
        "sys.exit(run(['-C', sys.argv[1], 'promote', 'pickup-note', '--arm=one', '--by=Tom', '--today=2026-06-03']))\n"
    )
    found = []
    for turn, python in enumerate(other_pythons.others()):
        other = ProgramFolder(tmp_path / str(turn))
        shutil.copytree(decided.root, other.root)
        other_pythons.run(python, script, other.root, umask="077", TZ="Asia/Tokyo", PYTHONHASHSEED=str(turn + 7))
        (made,) = other.packs.glob("*.pilotpack")
        found.append(made.read_bytes())
    assert set(found) == {done(decided).file.read_bytes()}


def test_promoting_again_changes_nothing_but_brings_back_a_lost_file(decided: ProgramFolder) -> None:
    first = done(decided)
    data = first.file.read_bytes()
    first.file.unlink()
    again = done(decided, day=20)
    assert again.again
    assert again.file.read_bytes() == data
    assert len(history.entries(decided.ledger_file, "promotion")) == 1
    again.file.write_bytes(b"signed by somebody, let us say")
    done(decided)
    assert again.file.read_bytes() == b"signed by somebody, let us say"


def test_a_dry_run_writes_nothing(decided: ProgramFolder) -> None:
    found = promote(decided, "pickup-note", "one", by="Tom", now=NOW, dry_run=True)
    assert found.size > 10_000
    assert not decided.packs.exists()
    assert not history.entries(decided.ledger_file, "promotion")


def test_a_disk_that_says_no_leaves_neither_file_nor_row(
    decided: ProgramFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(files: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pitcairn.promotion.promote.write_all", full)
    with pytest.raises(OSError, match="No space"):
        done(decided)
    assert not decided.packs.exists()
    assert not history.entries(decided.ledger_file, "promotion")


# --- versions ---------------------------------------------------------------------------------------------------


def test_versions_follow_what_changed(decided: ProgramFolder) -> None:
    spec = decided.pack_file("pickup-note")
    first = opened(done(decided).file)
    with edited(spec) as change:
        change("Deliveries,", "Deliveries by van,")
        texts = opened(done(decided).file)
        change("per_contact: 0.09", "per_contact: 0.08")
        use = opened(done(decided).file)
        change("value: What should we always", "value: What should we never")
        core = opened(done(decided).file)
    versions = [one.contents.identity.version for one in (first, texts, use, core)]
    assert versions == ["1.0.0", "1.0.1", "1.1.0", "2.0.0"]
    assert compared(first, use).same_core
    assert "may be put together" in compared(first, use).sentence
    assert "two models" in compared(use, core).sentence
    assert compared(first, first).same
    assert [where for where, _, _ in compared(first, texts).changes] == ["identity.version", "out_of_scope.1"]


def test_a_promotion_row_that_holds_something_else_is_told(decided: ProgramFolder) -> None:
    record(decided, {"name": "pickup-note"}, by="x", kind="promotion")
    with pytest.raises(DataError, match="does not hold what a promotion should"):
        done(decided)


# --- every test, not met ----------------------------------------------------------------------------------------


def test_every_unmet_test_is_told_at_once(folder: ProgramFolder) -> None:
    folder.pack_file("pickup-note").unlink()
    with pytest.raises(Refused) as caught:
        done(folder, "five", number=1)
    told = [problem.message for problem in caught.value.problems]
    assert "cannot be promoted yet" in told[0]
    assert any(one.startswith("A confirmation was passed: Iteration 1 is an exploration") for one in told)
    assert any(one.startswith("Others can do it") for one in told)
    assert any(one.startswith("A second person decided it: No decision") for one in told)
    assert all(problem.hint for problem in caught.value.problems[1:])


def test_without_a_decision_nothing_is_promoted(folder: ProgramFolder) -> None:
    assert list(unmet(folder)) == ["A second person decided it"]


@pytest.mark.parametrize("who", ["reference", "Harbour Street (Tom Adeyemi)", "adeyemi, tom", "Reference"])
def test_the_first_person_is_not_a_second_one(folder: ProgramFolder, who: str) -> None:
    record(folder, decision_body(folder), by=who)
    assert "A second person decided it" in unmet(folder)


@pytest.mark.parametrize("change", [{"decision": "wait"}, {"result_digest": "0" * 64}])
def test_a_decision_for_something_else_is_none(folder: ProgramFolder, change: dict[str, str]) -> None:
    record(folder, decision_body(folder) | change, by=SOMEBODY)
    assert "A second person decided it" in unmet(folder)


def decision_body(folder: ProgramFolder) -> dict[str, Any]:
    reading = history.readings(folder.ledger_file, "pickup-note", 2)[-1]
    return {
        "arm": "one",
        "label": "A note",
        "decision": "promote",
        "why": "It is used.",
        "verdict": "promote",
        "as_of": reading.body.as_of,
        "result_digest": reading.body.result_digest,
        "owner": "Harbour Street (Tom Adeyemi)",
    }


def record(folder: ProgramFolder, body: dict[str, Any], *, by: str, kind: str = "decision", number: int = 2) -> None:
    launch = history.launch_of(folder.ledger_file, "pickup-note", number)
    assert launch is not None
    with Ledger.open(folder.ledger_file) as ledger:
        ledger.append(
            kind,  # type: ignore[arg-type]
            pilot="pickup-note",
            iteration=number,
            lineage=launch.lineage,
            body=body,
            by=by,
            at=NOW,
        )


def test_a_deviation_that_matters_bars(decided: ProgramFolder) -> None:
    small = AmendmentBody(what="the code was printed in blue", why="no black ink", touches=("other",))
    record(decided, plain(small), by="Tom", kind="amendment")
    assert not unmet(decided)
    record(decided, plain(replace(small, touches=("arms",))), by="Tom", kind="amendment")
    assert "printed in blue" in unmet(decided)["Nothing deviated from the plan that matters"]


def test_a_later_confirmation_of_the_same_model_takes_the_place_of_the_first(decided: ProgramFolder) -> None:
    launch = history.launch_of(decided.ledger_file, "pickup-note", 2)
    assert launch is not None
    body = plain(launch.body)
    body["plan"] = body["plan"] | {"number": 3}
    with Ledger.open(decided.ledger_file) as ledger:
        ledger.append("launch", pilot="pickup-note", iteration=3, lineage=launch.lineage, body=body, by="x", at=NOW)
    assert "confirmed again since: pickup-note 3" in unmet(decided, number=2)["A confirmation was passed"]
    assert "was not read" in unmet(decided)["A confirmation was passed"]


def test_a_result_that_was_changed_bars(decided: ProgramFolder) -> None:
    path = decided.result_file("pickup-note", 2)
    path.write_text(path.read_text(encoding="utf-8").replace("+62", "+92"), encoding="utf-8")
    found = unmet(decided)
    assert "is not the result of the last reading" in found["The analysis is the one in the ledger"]
    assert "The data can be trusted" in found
    path.unlink()
    assert "is missing" in unmet(decided)["The analysis is the one in the ledger"]


REPRODUCES = "The analysis reproduces from the ledger"


def replaced(path: Path, data: bytes) -> None:
    """Written anew beside and put in its place: the folder's files are links to those of every other test."""
    path.unlink()
    path.write_bytes(data)


def test_the_reading_is_taken_again_and_every_number_compared(decided: ProgramFolder) -> None:
    (told,) = [one for one in done(decided).standings if one.test == REPRODUCES]
    count = int(told.evidence.partition("all ")[2].partition(" numbers")[0].replace(",", ""))
    text = decided.result_file("pickup-note", 2).read_text(encoding="utf-8")
    numbers = re.findall(r"^\s*(?:\"\w+\": )?(-?\d[\d.e+-]*),?$", text, flags=re.MULTILINE)
    files = from_json(text).provenance.files
    assert count == len(numbers) - len(files)
    assert f"the same {len(files)} files" in told.evidence


def test_a_forged_reading_in_a_ledger_that_is_whole_does_not_reproduce(decided: ProgramFolder) -> None:
    result = from_json(decided.result_file("pickup-note", 2).read_text(encoding="utf-8"))
    first = result.promised[0]
    spoilt_result(decided, promised=(replace(first, estimate=first.estimate + 0.01), *result.promised[1:]))
    found = unmet(decided)
    assert "The analysis is the one in the ledger" not in found
    assert "promised.1.estimate was " in found[REPRODUCES]
    assert "comes out as " in found[REPRODUCES]


def test_a_data_file_that_changed_or_is_gone_is_named(decided: ProgramFolder, tmp_path: Path) -> None:
    file = decided.root / "data" / "customers.parquet"
    data = file.read_bytes()
    replaced(file, data + b" ")
    with pytest.raises(Refused, match=r"data/customers\.parquet has changed since it was read") as caught:
        promote(decided, "pickup-note", "one", by="Tom", now=NOW, dry_run=True)
    assert "--data SOURCE=FILE" in str(caught.value.problems[-1].hint)
    file.unlink()
    assert "There is no file customers.parquet" in unmet(decided)[REPRODUCES]
    elsewhere = tmp_path / "brought-back.parquet"
    elsewhere.write_bytes(data)
    promote(decided, "pickup-note", "one", by="Tom", now=NOW, data={"customers": (elsewhere,)})


def test_files_that_came_since_are_not_read_and_one_that_went_is_missed(decided: ProgramFolder, tmp_path: Path) -> None:
    folder = decided.root / "data" / "complaints"
    shutil.copyfile(next(folder.glob("*.csv")), folder / "later.csv")
    done(decided)
    gone = folder / "pickup-note-2.csv"
    away = Path(shutil.move(gone, tmp_path / gone.name))
    assert f"{gone.name} of source “complaints” is gone" in unmet(decided)[REPRODUCES]
    promote(decided, "pickup-note", "one", by="Tom", now=NOW, dry_run=True, data={"complaints": (away,)})


def test_a_list_that_is_gone_or_another_one_is_told(decided: ProgramFolder) -> None:
    path = decided.assignment_file("pickup-note", 2)
    path.write_bytes(path.read_bytes() + b"x")
    assert "is not the file that the launch wrote" in unmet(decided)[REPRODUCES]
    path.unlink()
    assert "who was drawn to what is not known" in unmet(decided)[REPRODUCES]


def test_what_the_ledger_got_since_does_not_change_the_reading(decided: ProgramFolder) -> None:
    reading = history.readings(decided.ledger_file, "pickup-note", 1)[-1]
    gains = [one | {"relative": 9.0} for one in plain(reading.body)["gains"]]
    record(decided, plain(reading.body) | {"gains": gains}, by="x", kind="reading", number=1)
    assert REPRODUCES not in unmet(decided)


def test_another_version_may_choose_other_words_and_not_other_figures(
    decided: ProgramFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitcairn.reading.take.headlines.headline", lambda *_: "Told otherwise: 7 things.")
    assert 'comes out as "Told otherwise' in unmet(decided)[REPRODUCES]
    monkeypatch.setattr("pitcairn.iteration.read.versions", lambda: (("pitcairn", "99.0"), ("numpy", "9")))
    assert REPRODUCES not in unmet(decided)
    monkeypatch.setattr("pitcairn.reading.take.attempt_of", lambda _: None)
    assert "attempt was " in unmet(decided)[REPRODUCES]


def test_a_missing_result_is_a_pass_for_nothing(decided: ProgramFolder) -> None:
    decided.result_file("pickup-note", 2).unlink()
    assert {"Every guardrail held", "No group is clearly worse off", "The data can be trusted"} <= set(unmet(decided))


def spoilt_result(folder: ProgramFolder, **changes: object) -> None:
    """The last result with other findings, recorded as a reading of its own."""
    from pitcairn.reading.encode import to_json

    path = folder.result_file("pickup-note", 2)
    text = to_json(replace(from_json(path.read_text(encoding="utf-8")), **changes))  # type: ignore[arg-type]
    reading = history.readings(folder.ledger_file, "pickup-note", 2)[-1]
    digest = hashlib.sha256(text.encode()).hexdigest()
    record(folder, json.loads(json.dumps(plain(replace(reading.body, result_digest=digest)))), by="x", kind="reading")
    path.write_text(text, encoding="utf-8")


def test_guardrails_groups_and_health_each_bar(decided: ProgramFolder) -> None:
    result = from_json(decided.result_file("pickup-note", 2).read_text(encoding="utf-8"))
    worse = tuple(replace(row, state="not_shown_safe", word="Not shown safe") for row in result.guardrails[:1])
    table = result.groups[0]
    harmed = replace(
        table,
        rows=(replace(table.rows[0], effect=replace(table.rows[0].effect, high=-0.001)), *table.rows[1:]),  # type: ignore[type-var]
    )
    sick = tuple(replace(check, state="unchecked") if check.gating else check for check in result.health)
    spoilt_result(decided, guardrails=(*worse, *result.guardrails[1:]), groups=(harmed,), health=sick)
    found = unmet(decided)
    assert "1 of 2 held" in found["Every guardrail held"]
    assert "Worse off: " in found["No group is clearly worse off"]
    assert "0 of" in found["The data can be trusted"]
    spoilt_result(decided, guardrails=(), groups=())
    found = unmet(decided)
    assert "could be looked at" in found["Every guardrail held"]
    assert "could be looked at" in found["No group is clearly worse off"]


def test_a_model_that_nobody_described_is_not_promoted(decided: ProgramFolder) -> None:
    found = candidate(decided, "pickup-note", "one", None)
    arms = tuple(
        replace(arm, message=None, channel=None, when=None, how_often=None, offer=None) for arm in found.turn.plan.arms
    )
    nameless = replace(found, turn=replace(found.turn, plan=replace(found.turn.plan, arms=arms)))
    (told,) = [one for one in standings(nameless, None) if one.test.startswith("Others can do it")]
    assert (told.met, "does not say what customers get" in told.evidence) == (False, True)


def test_what_does_not_pay_is_not_promoted(decided: ProgramFolder) -> None:
    with edited(decided.pack_file("pickup-note")) as change:
        change("per_contact: 0.09", "per_contact: 0.30")
        assert "spent for each 1,000" in unmet(decided)["It pays for itself"]
        change("  value_per_outcome: 4.50", "  # value_per_outcome: 4.50")
        assert "value_per_outcome" in unmet(decided)["It pays for itself"]
        change("  per_contact: 0.30", "  # per_contact: 0.30")
        change("  fixed_per_place: 40", "  # fixed_per_place: 40")
        assert "It pays for itself" not in {
            one.test for one in standings(candidate(decided, "pickup-note", "one"), None)
        }


def spending(folder: ProgramFolder, each: float | None) -> Candidate:
    """The confirmed arm, had its cost been measured: so much more a customer, a cent of it known beforehand."""
    found = candidate(folder, "pickup-note", "one", None)
    result, watched = found.turn.result, found.turn.plan.measures[-1]
    assert result is not None
    cost = MeasuredCost(measure=watched.id, per_customer=0.01)
    arms = tuple(replace(arm, cost=cost if arm.id == "one" else None) for arm in found.turn.plan.arms)
    row = CostRow(
        measure=found.turn.plan.deciding.id,
        arm="one",
        kind="price",
        extra=each,
        estimate=None,
        low=None,
        high=None,
        text="Extra orders: £2.00 each (£1.00 to £9.00)",
        spent=watched.id,
    )
    turn = replace(found.turn, plan=replace(found.turn.plan, arms=arms), result=replace(result, costs=(row,)))
    return replace(found, turn=turn)


def test_what_was_measured_to_be_spent_must_be_earned_back(decided: ProgramFolder) -> None:
    cheap, dear, unknown = (payback(spending(decided, each)) for each in (0.02, 5.0, None))
    assert cheap is not None
    assert dear is not None
    assert unknown is not None
    label = spending(decided, 0.02).turn.plan.measures[-1].label
    assert (cheap.pays, dear.pays, unknown.pays) == (True, False, False)
    assert f"10.00 of it was measured as “{label}”. Extra orders: £2.00 each (£1.00 to £9.00)." in cheap.sentence
    assert "4,990.00 of it was measured" in dear.sentence
    assert unknown.sentence == f"What was spent as “{label}” is not known."


def test_a_known_cost_of_the_plan_counts_where_the_pack_declares_no_contact(decided: ProgramFolder) -> None:
    found = candidate(decided, "pickup-note", "one", None)
    assert found.spec is not None
    free = found.spec.model_copy(update={"cost": found.spec.cost.model_copy(update={"per_contact": None})})
    arms = tuple(replace(arm, cost=9.0 if arm.id == "one" else 1.0) for arm in found.turn.plan.arms)
    priced = replace(found, spec=free, turn=replace(found.turn, plan=replace(found.turn.plan, arms=arms)))
    told = payback(priced)
    assert told is not None
    assert not told.pays
    assert "8," in told.sentence


def test_a_pack_holds_what_was_measured_to_be_spent(decided: ProgramFolder) -> None:
    turn = spending(decided, 0.02).turn
    found = spent_of(turn, "one")
    assert found is not None
    assert (found.each, found.found) == (0.02, ("Extra orders: £2.00 each (£1.00 to £9.00)",))
    assert spent_of(turn, "five") is None


def test_the_only_arm_tried_need_not_be_named(decided: ProgramFolder) -> None:
    assert done(decided, None).contents.identity.arm == "one"
    with pytest.raises(Refused, match="It is not said which arm") as caught:
        done(decided, None, number=1)
    assert caught.value.problems[0].hint == "say --arm with one of: five, one"
    with pytest.raises(SpecError, match="Iteration 9 of pickup-note was not launched"):
        done(decided, None, number=9)


def test_an_arm_nobody_knows_is_told_with_those_there_are(folder: ProgramFolder) -> None:
    with pytest.raises(SpecError, match="There is no arm “ten”") as caught:
        done(folder, "ten")
    assert caught.value.problems[0].hint == "the arms are: five, one"
    with pytest.raises(Refused, match="No iteration of nothing was launched"):
        promote(folder, "nothing", "one", by="x", now=NOW)


# --- pack.yaml --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("playbook: playbook.md", "playbook: ../../program.yaml", "leads out|Markdown"),
        ("playbook: playbook.md", "playbook: nowhere.md", "there is no file"),
        ("kind: local", "kind: locale", "locale"),
        ("kind: core", "kind: local", "no value of its own"),
        ("smallest_audience: 800", "smallest_audience: 0", "1"),
        ("most_contacts", "most_contact", "not a known key"),
    ],
)
def test_a_pack_yaml_that_is_wrong_is_told_with_its_line(decided: ProgramFolder, old: str, new: str, why: str) -> None:
    with edited(decided.pack_file("pickup-note")) as change:
        change(old, new)
    with pytest.raises(Refused, match=r"pilots/pickup-note/pack.yaml:\d+:\d+") as caught:
        done(decided)
    assert any(word in str(caught.value) for word in why.split("|"))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("in_text: Marta", "in_text: Berta", "is in no text of this arm"),
        ("place: [home_store]", "place: [street]", "does not test"),
    ],
)
def test_a_pack_yaml_that_does_not_fit_the_plan_is_told_so(
    decided: ProgramFolder, old: str, new: str, why: str
) -> None:
    with edited(decided.pack_file("pickup-note")) as change:
        change(old, new)
    with pytest.raises(PitcairnError, match=why):
        done(decided)


# --- privacy ----------------------------------------------------------------------------------------------------


def a_customer(folder: ProgramFolder) -> str:
    import duckdb

    path = folder.assignment_file("pickup-note", 2)
    return str(duckdb.sql(f"SELECT customer FROM '{path}' ORDER BY customer LIMIT 1").fetchall()[0][0])


def asset(folder: ProgramFolder, name: str, data: bytes) -> None:
    home = folder.pilot_folder("pickup-note")
    (home / name).write_bytes(data)
    spec = folder.pack_file("pickup-note")
    spec.write_text(spec.read_text(encoding="utf-8") + f"assets: [{name}]\n", encoding="utf-8")


def test_a_customer_in_the_playbook_is_refused_by_line_and_not_by_name(decided: ProgramFolder) -> None:
    who = a_customer(decided)
    book = decided.pilot_folder("pickup-note") / "playbook.md"
    book.write_text(f"# Note\n\nAs we did with ({who}).\n", encoding="utf-8")
    with pytest.raises(Refused, match="names a customer") as caught:
        done(decided)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("playbook.md", 3)
    assert who not in str(caught.value)


def test_a_customer_in_a_decision_is_refused_too(folder: ProgramFolder) -> None:
    why = f"Because {a_customer(folder)} liked it."
    decide(folder, "pickup-note", 2, arm="one", decision="promote", why=why, by=SOMEBODY, now=NOW, dry_run=False)
    with pytest.raises(Refused, match="names a customer"):
        done(folder)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("list.csv", b"a,b\n1,2\n", "may hold customers"),
        ("list.parquet", b"PAR1", "may hold customers"),
        ("list.db", b"SQLite format 3\0", "may hold customers"),
        ("list.png", b"PAR1 and much more", "no png file"),
        ("list.txt", b"\x50\x4b\x03\x04\x00\xff", "not text"),
        ("list.txt", b"name;visits\n" * 30, "look like a table"),
        ("note.txt", b"Write to ada@example.org\n", "e-mail address"),
        ("note.txt", b"Call +44 20 7946 0958 first\n", "telephone number"),
        ("note.txt", b"-----BEGIN RSA PRIVATE KEY-----\n", "a secret"),
    ],
)
def test_what_may_be_customers_or_secrets_stays_here(decided: ProgramFolder, name: str, data: bytes, why: str) -> None:
    asset(decided, name, data)
    with pytest.raises(Refused, match=why) as caught:
        done(decided)
    assert caught.value.problems[0].file == name
    assert not decided.packs.exists()


def test_a_name_that_no_pack_may_have_is_refused(decided: ProgramFolder) -> None:
    asset(decided, "café.txt", b"hello\n")
    with pytest.raises(Refused, match="cannot be in a pack"):
        done(decided)


def test_harmless_assets_go_along(decided: ProgramFolder) -> None:
    asset(decided, "card.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><text>{{ first_name }}</text></svg>\n")
    pack = opened(done(decided).file)
    assert b"{{ first_name }}" in pack.payload["practice/assets/card.svg"]


def test_a_customer_behind_a_picture_is_refused_and_an_unsearchable_one_needs_a_persons_word(
    decided: ProgramFolder,
) -> None:
    who = a_customer(decided).encode()
    asset(decided, "card.gif", gif(b"\x21\xfe" + bytes([len(who)]) + who + b"\0"))
    with pytest.raises(Refused, match="names a customer") as caught:
        done(decided)
    assert caught.value.problems[0].file == "card.gif, behind what people see"
    (decided.pilot_folder("pickup-note") / "card.gif").write_bytes(gif() + b"more")
    with pytest.raises(Refused, match="4 bytes follow its end") as caught:
        done(decided)
    assert "looked_through" in str(caught.value.problems[0].hint)
    with edited(decided.pack_file("pickup-note")) as change:
        change("assets: [card.gif]", "assets: [card.gif]\nlooked_through: {card.gif: Ines Duarte saw no name in it.}")
        told = opened(done(decided).file).contents.tests[-1]
        assert told.evidence.endswith("card.gif cannot be searched: Ines Duarte saw no name in it.")
        change("looked_through: {card.gif:", "looked_through: {card.jpg:")
    with pytest.raises(Refused, match="is not one of the assets"):
        done(decided)


def test_no_id_and_no_small_count_is_in_a_pack(decided: ProgramFolder) -> None:
    import duckdb

    path = decided.assignment_file("pickup-note", 2)
    ids = [str(row[0]) for row in duckdb.sql(f"SELECT customer FROM '{path}'").fetchall()]
    pack = opened(done(decided).file)
    text = b"\n".join(pack.payload.values()).decode("utf-8", "replace")
    assert not [one for one in ids if f'"{one}"' in text or f" {one} " in text]
    for name, data in pack.payload.items():
        if name.startswith("evidence/iterations/"):
            result = from_json(data.decode())
            assert all(one.count == 0 or one.count >= 50 for one in result.flow.left_out)
            assert all(row.customers >= 50 for row in result.details)


def test_the_day_and_time_of_a_pack_are_the_decisions(decided: ProgramFolder) -> None:
    assert date.fromisoformat(done(decided).contents.identity.valid_until) == date(2027, 6, 2)

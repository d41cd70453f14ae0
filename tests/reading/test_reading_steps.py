from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from readings import SPAM, VISIT, a_check, a_cube, a_lock, a_plan, a_reading, an_arm, shares, some_facts

from pitcairn.reading import steps
from pitcairn.reading.past import Ruling
from pitcairn.reading.result import Result

TWO = (
    an_arm("control", 0, 3333, "control", "Nothing"),
    an_arm("note", 3333, 6666),
    an_arm("call", 6666, 10000),
)


def reading(note: int, call: int | None = None, **changes: object) -> Result:
    """Of 5,000 customers an arm, so many visited; 500 without anything."""
    events = {"control": 500, "note": note} | ({} if call is None else {"call": call})
    cube = a_cube({(arm,): {"visit": shares(count, 5000)} for arm, count in events.items()})
    plan = a_plan(**({} if call is None else {"arms": TWO}) | changes)
    return a_reading(plan, cube)


def ruling(decision: str, arm: str = "note") -> Ruling:
    return Ruling(arm=arm, label=arm.title(), decision=decision, by="Bo", on=date(2026, 3, 20), why="It pays.")


def commands(found: tuple[steps.Step, ...]) -> list[str]:
    return [step.command for step in found]


def test_every_arm_has_a_decision_the_most_urgent_first_and_the_first_step_is_the_readings_own() -> None:
    result = reading(800, 300)
    assert commands(result.steps) == [
        "pitcairn decide note --arm call --decision stop",
        "pitcairn decide note --arm note --decision confirm",
        "pitcairn iterate note --confirm --arm note",
    ]
    assert (result.next_sentence, result.next_command) == (result.steps[0].what, result.steps[0].command)
    assert steps.title(result.steps) == "Two decisions and one confirmation"
    assert steps.more(result.steps) == "and two more steps"


@pytest.mark.parametrize(
    ("visits", "what", "then"),
    [
        (300, "Stop sending “Note”, and record who decided so and why.", None),
        (505, "Decide whether “Note” is stopped or reworked: it makes no difference that matters.", "iterate"),
        (560, "Decide whether “Note” is worth more customers, a rework, or an end.", "iterate"),
        (800, "Decide whether to confirm “Note” as it is, on fresh customers.", "confirm"),
    ],
)
def test_what_there_is_to_decide_follows_the_verdict(visits: int, what: str, then: str | None) -> None:
    found = reading(visits).steps
    assert found[0].what == what
    assert [step.kind for step in found[1:]] == ([then] if then else [])
    assert all("--arm" not in step.command for step in found), "there is only one arm"


def test_whoever_owns_a_pilot_does_not_decide_its_promotion_and_packs_it_afterwards() -> None:
    plan = a_plan(stage="confirm")
    cube = a_cube({(arm,): {"visit": shares(count, 5000)} for arm, count in (("control", 500), ("note", 800))})
    found = a_reading(plan, cube, lock=a_lock(attempt=1)).steps
    assert [step.kind for step in found] == ["decide", "promote"]
    assert found[0].who == "Somebody other than crm"
    assert commands(found) == ["pitcairn decide note --decision promote", "pitcairn promote note --arm note"]


def test_before_the_end_there_is_nothing_to_decide_and_a_day_to_read_again() -> None:
    cube = a_cube({(arm,): {"visit": shares(count, 5000)} for arm, count in (("control", 500), ("note", 560))})
    plan = a_plan()
    found = a_reading(plan, cube, facts=some_facts(plan, cube, as_of=date(2026, 3, 10), pending=40)).steps
    assert [(step.kind, step.command) for step in found] == [("read", "pitcairn read note")]
    assert found[0].what == "Read again when the follow-up is over, on 16 March 2026."


def test_data_that_cannot_be_read_is_mended_or_the_iteration_ends() -> None:
    cube = a_cube({(arm,): {"visit": shares(count, 5000)} for arm, count in (("control", 500), ("note", 560))})
    found = a_reading(a_plan(), cube, checks=(a_check("fail"),)).steps
    assert commands(found) == ["pitcairn read note", "pitcairn close note"]
    assert steps.title(found) == "Find the cause of the failed check and mend the data, then read again"


def test_a_guardrail_in_the_way_is_named() -> None:
    cells = {"control": (500, 20), "note": (800, 40)}
    cube = a_cube({(arm,): {"visit": shares(a, 5000), "spam": shares(b, 5000)} for arm, (a, b) in cells.items()})
    found = a_reading(a_plan(measures=(VISIT, SPAM)), cube).steps
    assert found[0].what == "Decide how to rework “Note”: it gains enough, but is not shown safe on “Complaints”."


@pytest.mark.parametrize(
    ("decision", "command"),
    [
        ("confirm", "pitcairn iterate note --confirm"),
        ("rework", "pitcairn iterate note"),
        ("promote", "pitcairn promote note --arm note"),
        ("stop", "pitcairn site"),
        ("wait", "pitcairn decide note --decision confirm"),
    ],
)
def test_once_it_is_decided_the_page_says_what_follows(decision: str, command: str) -> None:
    assert commands(steps.since(reading(800), (ruling(decision),)))[0] == command


def test_a_decision_on_one_arm_leaves_the_other_open() -> None:
    found = steps.since(reading(800, 300), (ruling("stop", "call"),))
    assert commands(found) == [
        "pitcairn decide note --arm note --decision confirm",
        "pitcairn iterate note --confirm --arm note",
    ]


def test_a_model_that_is_packed_needs_no_packing() -> None:
    (done,) = steps.since(reading(800), (ruling("promote"),), packed={"note"})
    assert done.what == "It is decided, and the lesson is kept."


def test_a_result_of_an_earlier_version_still_has_its_next_step() -> None:
    old = replace(reading(800), steps=())
    assert commands(steps.since(old, ())) == [old.next_command]


def test_the_tag_of_a_model_that_is_ready_to_be_confirmed_says_so() -> None:
    verdict = reading(800).verdicts[0]
    assert (verdict.code, verdict.word, verdict.mark) == ("adapt", "Confirm", "good")
    assert "Confirm it on fresh customers." in verdict.headline


PACK = "bag-note 1.0.0"


def rollout(visits: int, **changes: object) -> Result:
    """A stage of an adoption: nothing but the ledger's word on it differs from an exploration."""
    cube = a_cube({(arm,): {"visit": shares(count, 5000)} for arm, count in (("control", 500), ("note", visits))})
    return a_reading(a_plan(), cube, **{"lock": a_lock(adopts=PACK)} | changes)


@pytest.mark.parametrize(
    ("visits", "word", "headline"),
    [
        (505, "No gain here", "“Note” makes no difference that matters here."),
        (560, "Cannot tell", "We cannot tell yet about “Note”."),
        (800, "Works here", "“Note” gained enough here too."),
    ],
)
def test_an_adoption_is_held_against_its_prediction_and_goes_on_by_its_gates(
    visits: int, word: str, headline: str
) -> None:
    result = rollout(visits)
    assert (result.verdicts[0].word, result.headline) == (word, headline)
    assert commands(result.steps) == ["pitcairn watch note", "pitcairn rollout note"]
    assert (result.next_sentence, result.next_command) == (result.steps[0].what, result.steps[0].command)
    assert (steps.title(result.steps), steps.more(result.steps)) == (
        "Hold what came against what was predicted",
        "and one more step",
    )


def test_an_adoption_is_neither_confirmed_nor_promoted_and_no_word_of_it_says_so() -> None:
    result, same = rollout(800), reading(800)
    assert (result.adopts, same.adopts) == (PACK, None)
    assert result.verdicts[0].code == same.verdicts[0].code == "adapt"
    assert result.promotion == ()
    assert same.promotion
    said = " ".join([*result.notices, result.headline, *(one.text for one in result.verdicts[0].bullets)])
    said += " ".join(step.what for step in result.steps)
    assert PACK in said
    for word in ("confirm", "promot", "explor", "fresh"):
        assert word not in said.lower()


def test_harm_where_a_pack_is_adopted_is_rolled_back_first() -> None:
    assert commands(rollout(300).steps) == ["pitcairn rollout note --rollback --because TEXT", "pitcairn watch note"]


def test_a_stage_that_still_runs_is_read_again_before_anything_else() -> None:
    plan = a_plan()
    cube = a_cube({(arm,): {"visit": shares(500, 5000)} for arm in ("control", "note")})
    found = rollout(500, facts=some_facts(plan, cube, as_of=date(2026, 3, 10), pending=100))
    assert commands(found.steps) == ["pitcairn read note"]


def test_a_decision_on_an_adoption_does_not_end_its_rollout() -> None:
    result = rollout(800)
    assert steps.since(result, [ruling("stop")]) == result.steps


def test_an_adoption_that_looks_back_is_said_to_look_back() -> None:
    found = rollout(800, lock=a_lock(adopts=PACK, retrospective=True))
    assert "Looking back" in found.notices[0]
    assert found.promotion == ()


def test_an_adopted_practice_that_is_not_shown_safe_works_in_part() -> None:
    cells = {"control": (500, 20), "note": (800, 40)}
    cube = a_cube({(arm,): {"visit": shares(a, 5000), "spam": shares(b, 5000)} for arm, (a, b) in cells.items()})
    (verdict,) = a_reading(a_plan(measures=(VISIT, SPAM)), cube, lock=a_lock(adopts=PACK)).verdicts
    assert (verdict.word, verdict.mark) == ("Works in part", "watch")
    assert verdict.headline == "“Note” gains enough, but is not shown safe on “Complaints”."

from __future__ import annotations

import pytest
from plan_files import changed, program_folder

from pitcairn.spec.customer import advice
from pitcairn.spec.example import ITERATION, PILOT, PROGRAM
from pitcairn.spec.iteration_rules import PRACTICE
from pitcairn.spec.load import load

GUARDRAILS = "guardrails:\n  - {measure: unsubscribed, margin: 3 per 1000}\n"
COMPETING = "  competing:\n    - The large web shop's recommendations.\n"
PREDICTIONS = ITERATION[ITERATION.index("predictions:") : ITERATION.index("groups:")]
POLICY = PROGRAM[PROGRAM.index("  opt_out:") :]
CAPS = POLICY[POLICY.index("  caps:") :]
MONEY = changed(
    PILOT,
    ("deciding: came_back", "deciding: spend"),
    ("watch: [spend]", "watch: [unsubscribed]"),
    ("also: {spend: 0.30 each}", "no_group_worse: true"),
)
LINES = (
    ("worth_it: 20 per 1000 ", "worth_it: 0.20 each "),
    ("measure: came_back, gain: 10 to 40 per 1000", "measure: spend, gain: 0 to 1 each"),
)


def given(tmp_path, *, program=PROGRAM, pilot=PILOT, iteration=ITERATION) -> dict[str | None, str]:
    found = advice(load(program_folder(tmp_path, program, pilot, {1: iteration}), "card"))
    assert all(problem.severity == "warning" and problem.hint for problem in found)
    return {problem.id: problem.where for problem in found}


def test_a_plan_that_thinks_of_the_customer_gets_no_advice(tmp_path):
    assert given(tmp_path) == {}


@pytest.mark.parametrize(
    ("file", "change", "id", "place"),
    [
        ("pilot", (GUARDRAILS, ""), "customer/no-guardrail", "pilots/card/pilot.yaml:25:1"),
        ("pilot", (COMPETING, ""), "customer/no-competing", "pilots/card/pilot.yaml:7:1"),
        ("iteration", ("4 weeks", "3 days"), "customer/short-follow-up", "pilots/card/iteration-1.yaml:20:1"),
        ("iteration", ("4 weeks", "10 days"), "customer/part-weeks", "pilots/card/iteration-1.yaml:20:1"),
        ("iteration", (PREDICTIONS, ""), "customer/no-prediction", "pilots/card/iteration-1.yaml:3:1"),
        ("iteration", ("groups: [age, reader]\n", ""), "customer/no-groups", "pilots/card/iteration-1.yaml:3:1"),
        ("program", (CAPS, ""), "customer/no-contact-cap", "program.yaml:58:1"),
    ],
)
def test_each_lack_of_thought_gets_one_piece_of_advice_at_its_line(tmp_path, file, change, id, place):
    texts = {"program": PROGRAM, "pilot": PILOT, "iteration": ITERATION}
    texts[file] = changed(texts[file], change)
    found = given(tmp_path, **texts)
    assert list(found) == [id]
    number = texts[file].split("\n")[int(found[id].split(":")[1]) - 1]
    assert found[id].startswith(place.split(":")[0])
    assert number.startswith(("deciding", "customer:", "follow_up", "question", "contact_policy"))


def test_a_confirmation_without_a_prediction_is_told_what_it_loses(tmp_path):
    text = changed(ITERATION, (PREDICTIONS, ""), ("stage: explore", "stage: confirm"))
    told = {one.id: one for one in advice(load(program_folder(tmp_path, PROGRAM, PILOT, {1: text}), "card"))}
    assert "can never be promoted" in told["customer/no-prediction"].message


def test_an_arm_that_says_nothing_of_what_customers_get_is_told(tmp_path):
    kept = (line for line in ITERATION.splitlines() if line.split(":")[0].strip() not in PRACTICE)
    assert "customer/no-practice" in given(tmp_path, iteration="\n".join(kept) + "\n")


def test_a_pilot_at_a_location_that_draws_everybody_is_told_which_key_is_missing(tmp_path):
    groups = changed(PROGRAM, ("  reader:\n", "  home: {label: Home shop, column: home_shop}\n  reader:\n"))
    pilot = changed(PILOT, ("    shop: CS01\n", ""))
    (told,) = advice(load(program_folder(tmp_path, groups, pilot, {1: ITERATION}), "card"))
    assert told.id == "customer/no-place-kept"
    assert told.message == "nothing keeps only the customers of “Canal Street”; “members” may hold others"
    assert "keep: {home_shop: Canal Street}" in (told.hint or "")
    assert told.excerpt is not None
    assert told.excerpt.startswith("customers:")


def test_a_draw_by_others_at_a_location_is_not_told_whom_to_keep(tmp_path):
    theirs = changed(ITERATION, ("groups: [age", "assignment: {source: members, column: arm}\ngroups: [age"))
    assert given(tmp_path, pilot=changed(PILOT, ("    shop: CS01\n", "")), iteration=theirs) == {}


def test_a_program_without_a_contact_policy_gets_both_pieces_of_advice(tmp_path):
    bare = changed(PROGRAM, ("contact_policy:\n" + POLICY, ""))
    assert set(given(tmp_path, program=bare)) == {"customer/no-opt-out", "customer/no-contact-cap"}


def test_a_draw_by_others_is_not_told_about_our_contact_policy(tmp_path):
    bare = changed(PROGRAM, ("contact_policy:\n" + POLICY, ""))
    observed = changed(ITERATION, ("worth_it:", "assignment: {source: members, column: arm}\nworth_it:"))
    assert given(tmp_path, program=bare, iteration=observed) == {}


def test_money_that_decides_needs_a_guardrail_that_protects_the_customer(tmp_path):
    guarded_by_money = changed(MONEY, ("measure: unsubscribed, margin: 3 per 1000", "measure: refunds, margin: 1 each"))
    program = changed(
        PROGRAM,
        (
            "groups:\n  age",
            "  refunds: {label: Refunds, kind: sum, source: purchases, column: refund, money: true}\ngroups:\n  age",
        ),
    )
    iteration = changed(ITERATION, *LINES)
    assert list(given(tmp_path, program=program, pilot=guarded_by_money, iteration=iteration)) == [
        "customer/money-without-care"
    ]
    protected = changed(MONEY, ("watch: [unsubscribed]", ""))
    assert given(tmp_path, program=program, pilot=protected, iteration=iteration) == {}


def test_a_pilot_without_an_iteration_gets_advice_about_itself(tmp_path):
    folder = program_folder(tmp_path, pilot=changed(PILOT, (GUARDRAILS, "")), iterations={})
    assert [problem.id for problem in advice(load(folder, "card"))] == ["customer/no-guardrail"]


def test_a_program_alone_gets_no_advice(tmp_path):
    assert advice(load(program_folder(tmp_path))) == ()

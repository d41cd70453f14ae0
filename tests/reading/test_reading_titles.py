from dataclasses import replace

import pytest

from pitcairn.reading import titles
from pitcairn.reading.result import GuardrailRow, PredictionRow, Result
from result_samples import CODES, LABELS, result


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("promote", "“Repeat orders” is clearly better with “A note from the shop”, by enough to be worth it"),
        ("harm", "“Repeat orders” is clearly worse with “A note from the shop”"),
        ("not_worth_it", "“Repeat orders” is clearly better with “A note from the shop”, but by less than it must be"),
        ("no_difference", "“Repeat orders” is as good as unchanged with “A note from the shop”"),
        ("cannot_tell", "“Repeat orders” shows no clear difference with “A note from the shop”"),
        ("too_early", "“Repeat orders” so far: nothing is judged before the planned end"),
    ],
)
def test_the_effect_says_what_happened_to_the_deciding_measure(code, title):
    assert titles.effect(result(code, 1)) == title


def test_where_less_is_better_a_fall_is_a_gain():
    base = result("harm", 1)
    block = replace(base.measures[0], better="down", worth_it=-0.02)
    assert "clearly better" in titles.effect(replace(base, measures=(block, *base.measures[1:])))


def test_arms_that_stand_alike_are_named_together_and_many_are_counted():
    assert "with “A note from the shop” and “A voucher by post”" in titles.effect(result("harm", 2))
    assert titles.effect(result("harm", 5)) == "“Repeat orders” is clearly worse with all five arms"


def states(base: Result, *given: str) -> Result:
    """The same reading, with other words for its guardrails."""
    rows: list[GuardrailRow] = [replace(row, state=state) for row, state in zip(base.guardrails, given, strict=True)]
    return replace(base, guardrails=tuple(rows))


def test_guardrails_name_the_arm_and_the_measure_that_is_not_inside():
    base = result("adapt", 2)
    assert titles.guardrails(states(base, "held", "held")) == "Everything that must not get worse is inside its limit"
    told = titles.guardrails(states(base, "not_shown_safe", "broken"))
    assert told == (f"“{LABELS[2]}” is over the limit on “Opt-outs”; “{LABELS[1]}” is not shown safe on “Opt-outs”")
    assert titles.guardrails(states(base, "withheld", "withheld")) == "No guardrail could be read"
    together = titles.guardrails(states(base, "broken", "broken"))
    assert together == f"“{LABELS[1]}” and “{LABELS[2]}” are over the limit on “Opt-outs”"


def test_a_look_without_numbers_counts_no_guardrails_and_compares_no_groups():
    base = result("too_early", 1)
    assert titles.guardrails(states(base, "withheld")) == "No guardrail could be read yet"
    empty = tuple(replace(table, differs_for=(), rows=()) for table in base.groups)
    assert titles.groups(replace(base, groups=empty)) == "Too few customers to compare groups"


def matches(base: Result, *given: str) -> Result:
    rows: list[PredictionRow] = [replace(base.predictions[0], match=match) for match in given]
    return replace(base, predictions=tuple(rows))


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (("inside",), "It happened as predicted"),
        (("inside", "inside"), "Both predictions came true"),
        (("inside", "higher", "higher", "lower"), "One of four came true; two came out higher and one came out lower"),
        (("withheld",), "No prediction could be held against what happened"),
    ],
)
def test_predictions_are_counted(given, title):
    assert titles.predictions(matches(result("promote", 1), *given)) == title


def test_the_surprise_is_the_first_prediction_that_failed():
    base = result("promote", 1)
    assert titles.surprise(base) is None
    told = titles.surprise(matches(base, "inside", "higher"))
    assert told is not None
    assert told.startswith("“Repeat orders” with “A note from the shop”: +30 to +60 orders per 1,000 customers was wri")
    assert titles.surprise(matches(result("too_early", 1), "higher")) is None


def one_ready(base: Result) -> Result:
    """The same reading, with one test open for every arm but the first."""
    rows = [
        replace(row, met=row.met and (row.arm == base.verdicts[0].arm or "guardrail" not in row.test))
        for row in base.promotion
    ]
    return replace(base, promotion=tuple(rows))


def test_promotion_counts_tests_by_arm():
    assert titles.promotion(result("promote", 1)) == "“A note from the shop” meets 4 of 4 promotion tests"
    assert titles.promotion(one_ready(result("promote", 2))) == (
        "“A note from the shop” meets 4 of 4 promotion tests and “A voucher by post” 3"
    )
    assert titles.promotion(one_ready(result("promote", 5))) == "One of five arms meets every promotion test"


def test_the_lock_is_told_with_its_day():
    base = result()
    assert titles.data(base) == "The plan was locked on 1 March 2026, before the first customer"
    late = replace(base, provenance=replace(base.provenance, locked_at="2026-05-01T00:00:00+00:00"))
    assert titles.data(late) == "The plan was locked on 1 May 2026, after the start on 2 March 2026"


@pytest.mark.parametrize("code", CODES)
def test_every_title_of_every_verdict_is_one_sentence_without_a_full_stop(code):
    base = result(code, 3)
    told = [titles.tried(base), titles.limits(base), titles.data(base), titles.effect(base)]
    if not base.withheld:
        told += [titles.guardrails(base), titles.groups(base), titles.predictions(base), titles.promotion(base)]
    assert all(title and title[0] == title[0].upper() and not title.endswith(".") for title in told)

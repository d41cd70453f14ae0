"""Every fault is noticed by its check in every form, clean shops ring nothing, and the page's table is complete."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.faults import CUSTOMERS, FAULTS, Fault, found  # noqa: E402
from benchmarks.health import PAGE, of_clean  # noqa: E402
from benchmarks.shop import FORMS, Form, checked, clean  # noqa: E402

from pitcairn.errors import DataError  # noqa: E402
from pitcairn.evidence import questions  # noqa: E402

# Of a draw that this shop never makes, and of a plan that nobody changes behind the ledger's back: tested elsewhere.
ELSEWHERE = {"plan", "previous"}
EACH = [(fault, form) for fault in FAULTS for form in fault.forms]
# One form of each fault in the default run; all of them behind the marker.
SOME = [(fault, fault.forms[place % len(fault.forms)]) for place, fault in enumerate(FAULTS)]


def name(one: object) -> str:
    return one.name if isinstance(one, Fault | Form) else str(one)


def noticed(fault: Fault, form: Form) -> bool:
    made = np.random.default_rng([11, *fault.name.encode()])
    try:
        item = found(fault, form, made)[fault.check]
    except DataError as error:
        return fault.check == "once" and "40 customers" in str(error)
    return item.state in ("warn", "fail") and item.value is not None and bool(item.sentence)


@pytest.mark.parametrize(("fault", "form"), SOME, ids=name)
def test_a_fault_is_noticed_by_the_check_that_asks_for_it(fault: Fault, form: Form) -> None:
    assert noticed(fault, form)


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "form"), EACH, ids=name)
def test_a_fault_is_noticed_in_every_form_of_the_data(fault: Fault, form: Form) -> None:
    assert noticed(fault, form)


@pytest.mark.parametrize("form", FORMS, ids=name)
def test_a_clean_shop_is_asked_everything_and_rings_nothing(form: Form) -> None:
    checks = checked(clean(np.random.default_rng(4), CUSTOMERS, own_starts=form.own_starts), form)
    assert list(checks) == [question.id for question in questions.ALL]
    assert [one.sentence for one in checks.values() if one.state in ("warn", "fail")] == []
    unanswered = {one.id for one in checks.values() if one.state == "unchecked"}
    expected = {"reached_alike"}
    if not form.own_starts:
        expected |= {"start"} if not form.drawn else set()
        expected |= {"novelty"} if form.outcomes == "wide" else set()
    assert unanswered == expected, "only what the data cannot answer"


@pytest.mark.slow
@pytest.mark.parametrize("form", range(len(FORMS)), ids=[form.name for form in FORMS])
def test_clean_shops_ring_no_more_often_than_promised(form: int) -> None:
    counts = of_clean(form, 200, 99)
    rang = {id: counts[id, "warn"] + counts[id, "fail"] for id, _ in counts}
    # 2 % of 200 is 4; 10 is three standard errors above.
    assert all(number <= 10 for number in rang.values()), rang
    assert all(counts[id, "fail"] <= 2 for id in rang), "1 in 1,000 at most"


def test_every_question_has_a_fault_and_a_row() -> None:
    assert {fault.check for fault in FAULTS} | ELSEWHERE == {question.id for question in questions.ALL}
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"(`{question.id}`)" in page for question in questions.ALL)
    assert all(f"| {fault.name} |" in page for fault in FAULTS)

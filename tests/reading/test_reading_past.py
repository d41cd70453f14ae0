from dataclasses import replace
from datetime import date

from pitcairn.reading import past
from pitcairn.reading.past import Turn
from pitcairn.reading.result import Result
from result_samples import result


def turn(number: int, found: Result | None, attempt: int | None = None) -> Turn:
    return Turn(
        pilot="second-order",
        title="A reason for a second order",
        number=number,
        stage="confirm" if attempt else "explore",
        attempt=attempt,
        question="Do they come back?",
        launched=date(2026, 1, number),
        here=False,
        result=found,
        missing="" if found else "Not read yet.",
    )


def test_the_title_tells_the_verdicts_in_order():
    turns = [turn(1, result("cannot_tell")), turn(2, result("adapt")), turn(3, result("promote"))]
    assert past.title(turns) == "Three iterations: first cannot tell, then adapt, now promote"
    assert past.title(turns[:1]) == "This is the first iteration"
    assert past.title([turn(1, None), *turns[1:2]]) == "Two iterations; one has been read"
    assert past.title([turn(1, None), turn(2, None)]) == "Two iterations; none has been read"


def test_the_budget_counts_attempts_and_says_what_the_next_would_face():
    turns = [turn(1, None), turn(2, None, attempt=1), turn(3, None, attempt=2)]
    assert past.budget(turns[:1]) is None
    assert past.budget(turns) == (
        "Two confirmations have spent 3.75% of the 5% that this lineage has. "
        "The next would be judged at 0.625% at most."
    )
    stricter = [replace(one, level=0.001) if one.attempt else one for one in turns]
    assert "spent 0.2% of the 5%" in (past.budget(stricter) or "")
    assert (past.asked(turns[0]), past.asked(turns[2])) == ("an exploration", "a confirmation, attempt 2")


def test_a_reading_is_told_with_its_day_and_a_launch_with_its_own():
    assert past.when(turn(1, None)) == "launched on 1 January 2026"
    assert past.when(turn(1, result())).startswith("read as of ")


def test_a_withheld_reading_has_no_deciding_measure_to_show():
    assert past.deciding(result("unsafe_to_read")) is None
    found = past.deciding(result("adapt"))
    assert found is not None
    assert found.id == "orders"

import math
from dataclasses import replace

import pytest
from past_builders import append, decided, launched, was_read

from pitcairn.canonical import plain
from pitcairn.errors import DataError
from pitcairn.ledger.entry import AmendmentBody
from pitcairn.program import ProgramFolder
from pitcairn.reading.holdback import HeldBack, Look
from pitcairn.reading.result import Shown
from pitcairn.report.context import ALONE, NOT_HERE, NOT_READ, NOT_READABLE, Records
from pitcairn.report.render import iteration_page
from result_samples import result, with_extras


@pytest.fixture
def folder(tmp_path) -> ProgramFolder:
    return ProgramFolder(tmp_path)


def test_a_page_tells_the_iterations_up_to_its_own_and_none_after(folder):
    launched(folder, 1)
    was_read(folder, 1, "cannot_tell")
    launched(folder, 1, pilot="other-name", stage="confirm")
    launched(folder, 2, stage="confirm")
    second = was_read(folder, 2, "adapt")
    before = iteration_page(second, Records.of(folder).context(second))
    launched(folder, 3, stage="confirm")
    was_read(folder, 3, "promote")
    context = Records.of(folder).context(second)
    assert [(turn.pilot, turn.number, turn.attempt, turn.here) for turn in context.turns] == [
        ("second-order", 1, None, False),
        ("other-name", 1, 1, False),
        ("second-order", 2, 2, True),
    ]
    assert context.turns[1].missing == NOT_READ
    assert iteration_page(second, context) == before
    assert "Three iterations: first cannot tell, now adapt" in before
    assert "Two confirmations have spent 3.75%" in before


def test_the_last_decision_for_each_arm_and_every_deviation_are_on_the_page(folder):
    launched(folder, 1)
    found = was_read(folder, 1, "adapt")
    open_page = iteration_page(found, Records.of(folder).context(found))
    assert "Decision open" in open_page
    assert "a named person decides" in open_page
    for decision, why in (("wait", "Too early for me."), ("promote", "The shops can cope.")):
        decided(folder, found, decision, why)
    assert "Pack “" not in iteration_page(found, Records.of(folder).context(found))
    decided(folder, found, "stop", "Nobody asked for it.", arm="voucher")
    assert "Pack “A note from the shop”" in iteration_page(found, Records.of(folder).context(found))
    amendment = AmendmentBody(what="Half the vouchers were late.", why="The printer broke.", touches=("other",))
    append(folder, "amendment", 1, plain(amendment), "second-order")
    page = iteration_page(found, Records.of(folder).context(found))
    assert "“A note from the shop”, by mara on 5 January 2026: The shops can cope." in page
    assert "Too early for me." not in page
    assert "Decision open" not in page
    assert "Not as planned: Half the vouchers were late. Why: The printer broke." in page


def test_only_a_result_that_the_ledger_knows_is_shown(folder):
    launched(folder, 1)
    was_read(folder, 1, "promote")
    launched(folder, 2)
    second = was_read(folder, 2, "adapt")
    file = folder.result_file("second-order", 1)
    file.write_text(file.read_text(encoding="utf-8").replace("Repeat", "Forged"), encoding="utf-8")
    turn = Records.of(folder).context(second).turns[0]
    assert (turn.result, turn.missing) == (None, NOT_HERE)
    file.unlink()
    assert Records.of(folder).context(second).turns[0].missing == NOT_HERE


def test_a_result_of_another_version_says_that_it_cannot_be_read(folder):
    launched(folder, 1)
    was_read(folder, 1, "promote", changed=lambda text: text.replace('"headline"', '"headlong"'))
    assert Records.of(folder).result("second-order", 1) == (None, NOT_READABLE)


def test_a_result_of_no_ledger_stands_alone(folder):
    assert Records.of(folder).context(result()) == ALONE
    assert 'id="iterations"' not in iteration_page(result(), ALONE)


# --- since a promotion ----------------------------------------------------------------------------------------


def since(folder: ProgramFolder) -> str:
    """What the page of the promoted iteration gives as the number to promise."""
    (one,) = Records.of(folder).held_back("second-order", 1)
    reading = with_extras(result("promote", 2))
    (row,) = [promised for promised in reading.promised if promised.arm == "note"]
    (block,) = [block for block in reading.measures if block.role == "deciding"]
    return one.promise(row, block)


def test_a_promise_is_replaced_by_what_customers_held_out_since_have_shown(tmp_path):
    folder = ProgramFolder(tmp_path)
    launched(folder, 1)
    was_read(folder, 1, "promote")
    assert Records.of(folder).held_back("second-order", 1) == ()
    core = {"core_digest": "c" * 64}
    append(folder, "promotion", 1, core | {"arm": "note", "name": "note", "version": "1.0.0"}, "second-order")
    assert since(folder).startswith("Promise +35 orders")
    assert "“note 1.0.0” was promoted; what it does since has not been measured here" in since(folder)
    append(folder, "adoption", 1, {"core_digest": "d" * 64}, "another-model")
    assert "has not been measured here" in since(folder)
    append(folder, "adoption", 1, core, "note-on")
    assert since(folder).startswith("Promise +35 orders")
    assert since(folder).endswith("measured in note-on, on customers held out; nothing yet.")
    look = {"iteration": 1, "as_of": "2026-05-01", "log_ratio": 0.0953101798, "standard_error": 0.02}
    append(folder, "stage", 1, {"happened": "advanced", "look": look}, "note-on")
    assert since(folder).endswith("nothing yet.")
    append(folder, "stage", 1, {"happened": "watched", "look": look}, "note-on")
    level = with_extras(result("promote", 2)).measures[0].rows[0].effect
    assert isinstance(level, Shown)
    changes = [f"{level.control * 1000 * share:+.0f}" for share in (0.1, 0.0577, 0.144)]
    assert since(folder) == (
        f"Promise {changes[0]} orders per 1,000 customers, likely between {changes[1]} and {changes[2]} (+10.0%, "
        "+5.8% to +14.4%): that is what came since the decision, as of 1 May 2026, against customers held out in "
        "note-on, where nobody chose the number for being ahead. It takes the place of +35, promised at the decision, "
        "and of +44, measured then."
    )


def test_a_number_from_few_customers_is_said_to_move():
    reading = with_extras(result("promote", 2))
    row, block = reading.promised[0], reading.measures[0]
    confirmed = row.variance**0.5 / (1 + row.relative)
    for times, young in ((1.40, False), (1.43, True)):
        look = Look(as_of="2026-05-01", log_ratio=0.1, standard_error=times * confirmed)
        held = HeldBack(arm=row.arm, pack="note 1.0.0", pilot="note-on", look=look)
        assert ("expect it to move" in held.promise(row, block)) is young


@pytest.mark.parametrize(
    ("estimate", "log_ratio", "came"),
    [("+$0.77", 0.1, "+$0.29"), ("−£1,204.5", -0.1, "−£0.3"), ("+7", 0.0, "0"), ("+0.04", 0.1, "+0.29")],
)
def test_what_came_since_is_written_as_the_reading_writes_its_numbers(estimate, log_ratio, came):
    block = with_extras(result("promote", 2)).measures[0]
    row = with_extras(result("promote", 2)).promised[0]
    shown = replace(block.rows[0].effect, control=math.e, estimate_text=estimate)
    block = replace(block, scale=1.0, rows=(replace(block.rows[0], arm=row.arm, effect=shown),))
    look = Look(as_of="2026-05-01", log_ratio=log_ratio, standard_error=0.01)
    held = HeldBack(arm=row.arm, pack="note 1.0.0", pilot="note-on", look=look)
    assert held.promise(row, block).startswith(f"Promise {came} ")


def test_a_look_that_is_none_is_told_as_damage(tmp_path):
    folder = ProgramFolder(tmp_path)
    launched(folder, 1)
    append(folder, "promotion", 1, {"core_digest": "c", "arm": "note"}, "second-order")
    append(folder, "adoption", 1, {"core_digest": "c"}, "note-on")
    append(folder, "stage", 1, {"happened": "watched", "look": {"as_of": "soon"}}, "note-on")
    with pytest.raises(DataError, match="does not hold what it should"):
        Records.of(folder).held_back("second-order", 1)

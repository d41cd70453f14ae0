import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pitcairn.canonical import plain
from pitcairn.ledger.entry import AmendmentBody, DecisionBody, LaunchBody, ReadingBody
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder
from pitcairn.reading.encode import to_json
from pitcairn.reading.result import Result
from pitcairn.report.context import ALONE, NOT_HERE, NOT_READ, Records
from pitcairn.report.render import iteration_page
from result_samples import LABELS, result

MORNING = datetime(2026, 1, 5, 8, tzinfo=UTC)


def launch(folder: ProgramFolder, number: int, *, pilot: str = "second-order", stage: str = "explore") -> None:
    body = LaunchBody(
        plan={"title": "A reason for a second order", "stage": stage, "question": f"Question {number}?"},
        plan_digest="0" * 64,
        retrospective=False,
        list_digest=None,
        in_scope=10,
        left_out=(),
        arms=(),
        files=(),
    )
    append(folder, "launch", number, plain(body), pilot)


def read(folder: ProgramFolder, number: int, code: str, *, pilot: str = "second-order") -> Result:
    found = replace(result(code, 2), number=number, pilot=pilot)  # type: ignore[arg-type]
    text = to_json(found)
    file = folder.result_file(pilot, number)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    body = ReadingBody(
        as_of=found.as_of,
        plan_digest="0" * 64,
        result_digest=hashlib.sha256(text.encode()).hexdigest(),
        withheld=found.withheld,
        headline=found.headline,
        verdicts=tuple((verdict.arm, verdict.code) for verdict in found.verdicts),
        files=(),
    )
    append(folder, "reading", number, plain(body), pilot)
    return found


def append(folder: ProgramFolder, kind: str, number: int, body: object, pilot: str) -> None:
    with Ledger.open(folder.ledger_file) as ledger, ledger.transaction():
        ledger.append(
            kind,  # type: ignore[arg-type]
            pilot=pilot,
            iteration=number,
            lineage="product_line:shoes:orders",
            body=body,  # type: ignore[arg-type]
            by="mara",
            at=MORNING,
        )


@pytest.fixture
def folder(tmp_path) -> ProgramFolder:
    return ProgramFolder(tmp_path)


def test_a_page_tells_the_iterations_up_to_its_own_and_none_after(folder):
    launch(folder, 1)
    read(folder, 1, "cannot_tell")
    launch(folder, 1, pilot="other-name", stage="confirm")
    launch(folder, 2, stage="confirm")
    second = read(folder, 2, "adapt")
    before = iteration_page(second, Records.of(folder).context(second))
    launch(folder, 3, stage="confirm")
    read(folder, 3, "promote")
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
    launch(folder, 1)
    found = read(folder, 1, "adapt")
    open_page = iteration_page(found, Records.of(folder).context(found))
    assert "Decision open" in open_page
    assert "a named person decides" in open_page
    for decision, why in (("wait", "Too early for me."), ("promote", "The shops can cope.")):
        body = DecisionBody(
            arm="note",
            label=LABELS[1],
            decision=decision,  # type: ignore[arg-type]
            why=why,
            verdict="adapt",
            as_of=found.as_of,
            result_digest="0" * 64,
            owner="Mara",
        )
        append(folder, "decision", 1, plain(body), "second-order")
    amendment = AmendmentBody(what="Half the vouchers were late.", why="The printer broke.", touches=("other",))
    append(folder, "amendment", 1, plain(amendment), "second-order")
    page = iteration_page(found, Records.of(folder).context(found))
    assert "“A note from the shop”, by mara on 5 January 2026: The shops can cope." in page
    assert "Too early for me." not in page
    assert "Decision open" not in page
    assert "Not as planned: Half the vouchers were late. Why: The printer broke." in page


def test_only_a_result_that_the_ledger_knows_is_shown(folder):
    launch(folder, 1)
    read(folder, 1, "promote")
    launch(folder, 2)
    second = read(folder, 2, "adapt")
    file = folder.result_file("second-order", 1)
    file.write_text(file.read_text(encoding="utf-8").replace("Repeat", "Forged"), encoding="utf-8")
    turn = Records.of(folder).context(second).turns[0]
    assert (turn.result, turn.missing) == (None, NOT_HERE)
    file.unlink()
    assert Records.of(folder).context(second).turns[0].missing == NOT_HERE


def test_a_result_of_no_ledger_stands_alone(folder):
    assert Records.of(folder).context(result()) == ALONE
    assert 'id="iterations"' not in iteration_page(result(), ALONE)

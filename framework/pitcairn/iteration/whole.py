"""A confirmation spends what the ledger says is left, so the ledger must be whole, and the one this program wrote."""

from __future__ import annotations

from pitcairn.design.plan import Plan
from pitcairn.errors import Problem, Refused
from pitcairn.ledger.verify import verify
from pitcairn.ledger.witnesses import witnesses
from pitcairn.program import ProgramFolder

MOST_SHOWN = 3


def refuse_broken(folder: ProgramFolder, plan: Plan) -> None:
    """Refused where rows are gone that a result remembers, or anything in the ledger is not as it was written.

    An older copy put back in its place would have forgotten what was spent since. PitcairnError where the ledger or a
    result cannot be read.
    """
    if plan.stage != "confirm":
        return
    known = witnesses(folder)
    found = verify(folder.ledger_file, expected_heads=known.heads, expected_results=known.results)
    broken = [finding.text for finding in found.findings if finding.kind == "broken"]
    if broken:
        raise Refused(
            [
                Problem(
                    message="A confirmation spends from the error budget, and the ledger that keeps it is not whole.",
                    file=folder.relative(folder.ledger_file),
                    hint="bring the last ledger back; everything that is wrong: pitcairn ledger verify",
                ),
                *(Problem(message=text) for text in broken[:MOST_SHOWN]),
            ]
        )

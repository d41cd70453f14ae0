"""Before a confirmation spends: how likely it is to pass, given what the exploration before it saw."""

from __future__ import annotations

import math

from pitcairn.design.plan import Plan
from pitcairn.estimate.assurance import assurance
from pitcairn.iteration.known import Known, explored
from pitcairn.iteration.sight import Bar, Pair, standard_error
from pitcairn.program import ProgramFolder

TYPICAL = 0.03
"""How much models differ in their true gain, as a share of today's level, before anything is known of them."""


def promise(folder: ProgramFolder, plan: Plan, known: Known | None, bar: Bar, pair: Pair) -> str | None:
    """The sentence on a confirmation's chance to pass, None where no exploration or no level is known."""
    deciding = plan.deciding
    found = explored(folder, plan)
    if known is None or found is None or deciding.worth_it is None or known.mean <= 0:
        return None
    gain, error = found.gain, found.standard_error
    # The exploration's own line widens the prior where a program asks for more than models usually bring.
    prior = max(TYPICAL * known.mean, deciding.worth_it / 2)
    kept = prior**2 / (prior**2 + error**2)
    then = standard_error(deciding, known, bar, pair, kept * gain)
    if then is None:
        return None
    chance = assurance(
        seen=gain, seen_error=error, prior_sd=prior, standard_error=then, level=bar.level, least=deciding.worth_it
    )
    often = min(99, max(1, math.floor(chance * 100 + 0.5)))
    return (
        f"Going by what iteration {found.number} saw, with its luck taken off, about {often} of 100 such confirmations "
        "would pass. Every one that is launched spends, passed or not."
    )

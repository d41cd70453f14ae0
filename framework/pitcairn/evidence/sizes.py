"""Are the groups as large as they were drawn: all together, and within every level that was declared?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, lgamma, log
from typing import Literal

from pitcairn.design.plan import Plan
from pitcairn.evidence.facts import ArmCount, Check, Facts

State = Literal["pass", "warn", "fail"]

WARN_SIZES, FAIL_SIZES = 100.0, 1000.0
"""Evidence against the planned shares: drawn fairly, it passes 1,000 at any look in 1 of 1,000 pilots at most."""


def log_evidence(counts: Sequence[int], shares: Sequence[float], *, concentration: float) -> float:
    """Log of the evidence that customers were not drawn by these shares; fair draws keep it low at every look.

    Lindon and Malek, "Anytime-valid inference for multinomial count data" (2022): a Dirichlet mixture around the
    planned shares. A concentration of a tenth of the customers, at least 100, finds small gaps soonest.
    """
    total = sum(counts)
    found = lgamma(concentration) - lgamma(concentration + total)
    for count, share in zip(counts, shares, strict=True):
        prior = concentration * share
        found += lgamma(prior + count) - lgamma(prior) - count * log(share)
    return found


def sizes_check(plan: Plan, arms: Sequence[ArmCount]) -> Check:
    """Whether the arms have the customers that their shares promise."""
    counts = {arm.arm: arm.assigned for arm in arms}
    total = sum(counts.values())
    said = " / ".join(f"{counts[arm.id]:,}" for arm in plan.arms)
    whole = sum(arm.share for arm in plan.arms)
    evidence = _evidence(plan, counts)
    planned = " / ".join(f"{total * arm.share / whole:,.0f}" for arm in plan.arms)
    if evidence < WARN_SIZES:
        drawn = "as drawn" if plan.observed is None else "as planned"
        return _answer("sizes", "Groups as planned", "pass", f"Group sizes are {drawn}: {said}.", evidence, FAIL_SIZES)
    odd = evidence >= FAIL_SIZES
    often = "in fewer than 1 of 1,000" if odd else "in fewer than 1 of 100"
    return _answer(
        "sizes",
        "Groups as planned",
        "fail" if odd else "warn",
        f"Group sizes are not as planned: {said}, where {planned} were expected. Chance does this {often} draws.",
        evidence,
        FAIL_SIZES,
    )


def within_check(plan: Plan, facts: Facts) -> Check:
    """The same question inside every level of the declared groups: a message that failed on some phones shows here.

    The limit grows with the number of levels, so that looking at more of them raises no more false alarms.
    """
    id, name = "sizes_within", "Groups as planned for every kind of customer"
    by_level: dict[tuple[str, str], dict[str, int]] = {}
    for one in facts.levels:
        by_level.setdefault((one.group, one.level), {})[one.arm] = one.counted
    if not by_level:
        return _answer(id, name, "pass", "No groups are declared.")
    evidence = {key: _evidence(plan, counts) for key, counts in by_level.items()}
    limit = FAIL_SIZES * len(by_level)
    worst = max(evidence, key=lambda key: evidence[key])
    found = evidence[worst]
    label = next(group.label for group in plan.groups if group.id == worst[0])
    said = " / ".join(f"{by_level[worst].get(arm.id, 0):,}" for arm in plan.arms)
    if found < WARN_SIZES * len(by_level):
        sentence = f"Sizes are as planned in all {len(by_level)} levels of the declared groups."
        return _answer(id, name, "pass", sentence, found, limit)
    sentence = f"Sizes are not as planned where “{label}” is “{worst[1]}”: {said}. Was something lost there?"
    return _answer(id, name, "fail" if found >= limit else "warn", sentence, found, limit)


def _evidence(plan: Plan, counts: Mapping[str, int]) -> float:
    """Evidence against the planned shares; as large as a float can safely be where it is overwhelming."""
    each = [counts.get(arm.id, 0) for arm in plan.arms]
    found = log_evidence(each, _shares(plan), concentration=max(100.0, sum(each) / 10))
    return exp(min(found, 700.0))


def _shares(plan: Plan) -> list[float]:
    whole = sum(arm.share for arm in plan.arms)
    return [arm.share / whole for arm in plan.arms]


def _answer(
    id: str,
    name: str,
    state: State,
    sentence: str,
    value: float | None = None,
    limit: float | None = None,
    *,
    gating: bool = True,
) -> Check:
    return Check(id=id, name=name, gating=gating, state=state, sentence=sentence, value=value, limit=limit)

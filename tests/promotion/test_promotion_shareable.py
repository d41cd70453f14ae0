"""No count under fifty leaves, neither said nor left to be worked out from what is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pitcairn.promotion.shareable import OTHER, shareable
from pitcairn.reading.result import DetailRow, GroupRow, GroupTable, LeftOut, Result, Withheld
from result_samples import result


def cell(where: str, arm: str, customers: int) -> DetailRow:
    return DetailRow(
        measure="deciding",
        where=where,
        arm=arm,
        customers=customers,
        mean="0.1",
        deviation="0.3",
        difference="",
        low="",
        high="",
        relative="",
        p="",
        method="",
    )


def with_levels(**levels: tuple[int, int]) -> Result:
    """1,000 customers in each of two arms, with these of them in the levels that are told."""
    base = result()
    deciding = replace(base.measures[0], id="deciding", role="deciding")
    rows = [cell("All customers", arm, 1000) for arm in ("none", "note")]
    for level, counts in levels.items():
        rows += [cell(f"Home: {level}", arm, count) for arm, count in zip(("none", "note"), counts, strict=True)]
    table = GroupTable(
        id="home",
        label="Home",
        heading="No clear difference between groups",
        differs_for=(),
        rows=tuple(
            GroupRow(level=level, arm="note", customers=sum(counts), effect=base.measures[0].rows[0].effect)
            for level, counts in levels.items()
        ),
    )
    return replace(base, measures=(deciding,), details=tuple(rows), groups=(table,))


def told(found: Result | None) -> set[str]:
    assert found is not None
    return {row.where.removeprefix("Home: ") for row in found.details} - {"All customers"}


def test_levels_that_add_up_are_all_told() -> None:
    assert told(shareable(with_levels(town=(600, 610), land=(400, 390)))) == {"town", "land"}


def test_a_large_rest_is_nobodys_secret() -> None:
    assert told(shareable(with_levels(town=(600, 610), land=(300, 300)))) == {"town", "land"}


@pytest.mark.parametrize("sea", [(960, 1000), (1000, 951)])
def test_one_level_that_leaves_a_few_is_withheld_with_them(sea: tuple[int, int]) -> None:
    assert told(shareable(with_levels(sea=sea))) == set()


def test_the_smallest_level_goes_with_a_small_rest() -> None:
    found = shareable(with_levels(town=(600, 600), land=(280, 280), sea=(90, 90)))
    assert told(found) == {"town", "land"}
    assert found is not None
    rows = {row.level: row for row in found.groups[0].rows}
    assert rows["sea"].customers is None
    assert isinstance(rows["sea"].effect, Withheld)
    assert rows["land"].customers == 560


@pytest.mark.parametrize(("again", "leaves"), [((940, 940), True), ((970, 940), False), ((1000, 1000), True)])
def test_what_customers_had_last_time_stays_at_home_where_the_fresh_are_few(
    again: tuple[int, int], leaves: bool
) -> None:
    base = with_levels(town=(600, 610), land=(400, 390))
    rows = [cell("Last time: drawn to “note”", arm, count) for arm, count in zip(("none", "note"), again, strict=True)]
    found = shareable(replace(base, details=(*base.details, *rows)))
    assert ("Last time: drawn to “note”" in told(found)) is leaves


def test_reasons_of_few_customers_are_told_together_or_not_at_all() -> None:
    base = result()
    many = replace(base, flow=replace(base.flow, in_scope=900, left_out=_reasons(400, 30, 25)))
    found = shareable(many)
    assert found is not None
    assert found.flow.left_out == (LeftOut(reason="r0", count=400), LeftOut(reason=OTHER, count=55))
    assert found.flow.in_scope == 900
    few = replace(base, flow=replace(base.flow, in_scope=900, left_out=_reasons(400, 30)))
    found = shareable(few)
    assert found is not None
    assert found.flow.left_out == (LeftOut(reason="r0", count=400),)
    assert found.flow.in_scope is None


def test_a_result_with_a_tiny_arm_stays_at_home() -> None:
    base = result()
    tiny = replace(base, arms=(replace(base.arms[0], counted=49), *base.arms[1:]))
    assert shareable(tiny) is None


def _reasons(*counts: int) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(reason=f"r{at}", count=count) for at, count in enumerate(counts))

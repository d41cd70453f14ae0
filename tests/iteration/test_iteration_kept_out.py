"""The program's own holdout: nobody in it is ever drawn, and it stays as it was first drawn."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_shop import CUSTOMERS, ITERATION, a_shop, assigned, go, look, luck

from pitcairn.design.assignment import is_kept_out
from pitcairn.design.plan import HoldoutPlan
from pitcairn.errors import Refused, SpecError
from pitcairn.evidence.draw import count
from pitcairn.evidence.engine import Engine
from pitcairn.iteration.locked import plan_of
from pitcairn.iteration.outlook import outlook
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

HOLDOUT = "holdout: {share: 5%, source: customers, since: 2026-01-01}\n"
KEPT = HoldoutPlan(share=0.05, source="customers", since=date(2026, 1, 1))


def a_shop_with(root: Path, holdout: str = HOLDOUT, pilots: tuple[str, ...] = ("note",)) -> ProgramFolder:
    folder = a_shop(root, pilots=pilots)
    change(folder, "", holdout)
    return folder


def change(folder: ProgramFolder, before: str, after: str) -> None:
    text = folder.program_file.read_text(encoding="utf-8")
    text = text.replace(before, after) if before else text + after
    folder.program_file.write_text(text, encoding="utf-8")


def kept_out() -> set[str]:
    return {one for number in range(CUSTOMERS) if is_kept_out(KEPT, one := f"c{number:05d}")}


def test_nobody_kept_out_is_in_a_list_and_the_launch_counts_them(tmp_path: Path) -> None:
    folder = a_shop_with(tmp_path)
    launched = go(folder)
    assert not kept_out() & assigned(folder).keys()
    left = {one.reason: one.count for one in launched.left_out}
    assert left["kept out of all pilots"] == len(kept_out())
    assert 150 < len(kept_out()) < 250
    assert launched.in_scope == sum(left.values()) + len(assigned(folder))
    assert launched.plan.holdout == KEPT


def test_whoever_opted_out_as_well_counts_as_kept_out_so_that_the_share_can_be_seen(tmp_path: Path) -> None:
    left = {one.reason: one.count for one in go(a_shop_with(tmp_path)).left_out}
    both = {f"c{number:05d}" for number in range(7, CUSTOMERS, 100)} & kept_out()
    assert both
    assert left["opted out"] == CUSTOMERS // 100 - len(both)


def test_an_iteration_that_starts_before_the_holdout_is_not_bound(tmp_path: Path) -> None:
    launched = go(a_shop_with(tmp_path, HOLDOUT.replace("2026-01-01", "2026-03-03")))
    assert launched.plan.holdout is None
    assert "kept out of all pilots" not in {one.reason for one in launched.left_out}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (HOLDOUT.replace("5%", "4%"), "holdout.share: was “5%”, is now “4%”"),
        (HOLDOUT.replace("2026-01-01", "2026-02-01"), "holdout.since: was “2026-01-01”, is now “2026-02-01”"),
        ("", "holdout"),
    ],
)
def test_no_later_launch_may_draw_from_who_was_kept_out_before(tmp_path: Path, now: str, said: str) -> None:
    folder = a_shop_with(tmp_path, pilots=("note", "card"))
    go(folder)
    change(folder, HOLDOUT, now)
    with pytest.raises(Refused, match="kept out for good") as refused:
        go(folder, "card")
    assert said in str(refused.value)
    with pytest.raises(Refused, match="kept out for good"):
        outlook(folder, "card", 1)
    assert len(history.launches(folder.ledger_file)) == 1


def test_a_locked_plan_remembers_the_holdout(tmp_path: Path) -> None:
    folder = a_shop_with(tmp_path)
    go(folder)
    row = history.launch_of(folder.ledger_file, "note", 1)
    assert row is not None
    assert plan_of(row).holdout == KEPT


def test_somebody_elses_draw_is_not_bound_and_remembers_it(tmp_path: Path) -> None:
    folder = a_shop_with(tmp_path)
    text = ITERATION + "assignment: {source: customers, column: area, values: {usual: town, note: land}}\n"
    folder.iteration_file("note", 1).write_text(text, encoding="utf-8")
    found = outlook(folder, "note", 1)
    assert found.drawn == CUSTOMERS
    assert found.plan.holdout == KEPT


@settings(max_examples=12, deadline=None)
@given(
    share=st.sampled_from(["1%", "5%", "12.34%", "50%"]),
    take=st.sampled_from(["1", "40%"]),
    name=st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True),
)
def test_adding_a_pilot_never_draws_from_the_holdout(
    tmp_path_factory: pytest.TempPathFactory, share: str, take: str, name: str
) -> None:
    folder = a_shop_with(tmp_path_factory.mktemp("shop"), HOLDOUT.replace("5%", share), pilots=(name,))
    folder.iteration_file(name, 1).write_text(ITERATION + f"take: {take}\n", encoding="utf-8")
    plan = go(folder, name).plan
    assert plan.holdout is not None
    assert not any(is_kept_out(plan.holdout, customer) for customer in assigned(folder, name))
    with Engine.open(folder.scratch) as engine:
        again = count(engine, plan, {"customers": (folder.root / "data" / "customers.csv",)}, taken=())
    assert dict(again.arms) == dict(count_arms(assigned(folder, name)))


def count_arms(drawn: dict[str, str]) -> dict[str, int]:
    return {arm: list(drawn.values()).count(arm) for arm in drawn.values()}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{share: 60%, source: customers, since: 2026-01-01}", "write a share from 0.1% to 50%"),
        ("{share: 0.01%, source: customers, since: 2026-01-01}", "write a share from 0.1% to 50%"),
        ("{share: 5%, source: custmers, since: 2026-01-01}", "“custmers” is not a source of the program"),
        ("{share: 5%, source: customers}", "since"),
    ],
)
def test_a_holdout_that_cannot_be_is_refused_at_its_line(tmp_path: Path, written: str, said: str) -> None:
    folder = a_shop_with(tmp_path, f"holdout: {written}\n")
    with pytest.raises(SpecError, match=said):
        load(folder)


def test_the_page_of_somebody_elses_draw_says_that_it_may_have_customers_kept_out(tmp_path: Path) -> None:
    folder = a_shop_with(tmp_path)
    text = ITERATION + "assignment: {source: customers, column: area, values: {usual: town, note: land}}\n"
    folder.iteration_file("note", 1).write_text(text.replace("groups: [area]\n", ""), encoding="utf-8")
    go(folder)
    rows = "".join(f"c{number:05d},{int(luck(number, 'visit') < 0.1)},0\n" for number in range(CUSTOMERS))
    (folder.root / "data" / "outcomes.csv").write_text("id,visit,complaint\n" + rows, encoding="utf-8")
    limits = look(folder).result.limits
    assert any(limit.startswith("The program keeps 5% of its customers out of all pilots.") for limit in limits)

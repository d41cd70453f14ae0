from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from pitcairn.design.difference import ABSENT, Difference, difference

leaves = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b", ""])
names = st.text("abc", min_size=1, max_size=2)
named = st.lists(st.fixed_dictionaries({"id": names, "share": leaves}), max_size=3, unique_by=lambda item: item["id"])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3) | named, max_leaves=12
)
plans = st.dictionaries(names, values, max_size=4)

PLAN = {
    "question": "Tea?",
    "arms": [{"id": "none", "share": 0.5, "label": "Nothing"}, {"id": "early", "share": 0.5, "label": "Early"}],
    "customer": {"barriers": ["price", "time"]},
    "keep": [],
    "observed": None,
    "take": 1.0,
}


def changes(**keys) -> list[str]:
    return [str(one) for one in difference(PLAN, copy.deepcopy(PLAN) | keys)]


def test_a_changed_leaf_is_found_by_a_readable_path():
    arms = copy.deepcopy(PLAN["arms"])
    arms[1]["share"] = 0.25
    assert difference(PLAN, PLAN | {"arms": arms}) == (Difference("arms.early.share", "0.5", "0.25"),)


def test_differences_come_in_the_order_of_the_plan():
    arms = [PLAN["arms"][0], PLAN["arms"][1] | {"label": "Later"}]
    assert changes(take=0.5, question="Coffee?", arms=arms, customer={"barriers": ["price", "taste"]}) == [
        "question: “Tea?” → “Coffee?”",
        "arms.early.label: “Early” → “Later”",
        "customer.barriers.2: “time” → “taste”",
        "take: 1.0 → 0.5",
    ]


def test_what_is_new_or_gone_is_told_by_its_name():
    late = {"id": "late", "share": 0.1, "label": "Late"}
    assert changes(arms=[PLAN["arms"][0], late]) == [
        f"arms.early: “Early” → {ABSENT}",
        f"arms.late: {ABSENT} → “Late”",
    ]
    assert changes(keep=[{"column": "age", "values": [1]}]) == [
        f'keep.1: {ABSENT} → {{"column":"age","values":[1]}}',
    ]
    assert changes(observed={"column": "arm"}) == ['observed: nothing → {"column":"arm"}']


def test_a_new_order_is_a_difference():
    assert changes(arms=PLAN["arms"][::-1]) == ["arms.order: none, early → early, none"]


def test_numbers_that_are_the_same_promise_do_not_differ():
    assert difference({"share": 0.1 + 0.2}, {"share": 0.3}) == ()


def test_text_and_number_differ():
    assert [str(one) for one in difference({"x": "1"}, {"x": 1})] == ["x: “1” → 1"]


@given(plans)
def test_nothing_differs_from_itself(plan):
    assert difference(plan, copy.deepcopy(plan)) == ()


@given(plans, plans)
def test_two_plans_differ_exactly_when_something_is_told(before, after):
    assert (difference(before, after) == ()) == (typed(before) == typed(after))


def typed(value):
    """The value with the type of every leaf, so that True is not 1; the order of keys does not count."""
    if isinstance(value, dict):
        return {key: typed(part) for key, part in value.items()}
    return [typed(part) for part in value] if isinstance(value, list) else (type(value).__name__, value)


def places(value, path=()):
    """Every leaf of a plan: its keys and positions, and the same as a difference names it."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from places(part, (*path, (key, key)))
    elif isinstance(value, list) and value:
        ids = [part.get("id") if isinstance(part, dict) else None for part in value]
        by_id = None not in ids and len(set(map(str, ids))) == len(ids)
        for index, part in enumerate(value):
            yield from places(part, (*path, (index, str(ids[index]) if by_id else str(index + 1))))
    else:
        yield path


@given(plans, st.data())
def test_every_changed_leaf_is_told(plan, data):
    found = [path for path in places(plan) if path and path[-1][0] != "id"]
    if not found:
        return
    path = data.draw(st.sampled_from(found))
    after = copy.deepcopy(plan)
    holder = after
    for step, _ in path[:-1]:
        holder = holder[step]
    holder[path[-1][0]] = "changed for good"
    assert [one.path for one in difference(plan, after)] == [".".join(name for _, name in path)]

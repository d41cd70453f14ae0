from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.canonical import dumps, plain
from pitcairn.design.plan import Condition, Plan
from pitcairn.design.resolve import conditions, resolve
from pitcairn.errors import SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec.fields import Bounds
from pitcairn.spec.load import Loaded, load
from pitcairn.spec.measures import Measure
from pitcairn.spec.models import Arm, IterationSpec, PilotSpec, ProgramSpec

PROGRAM = {
    "program": "Corner shop",
    "purpose": "Serve the street.",
    "currency": "GBP",
    "product_lines": {"tea": "Tea"},
    "locations": {"high-street": "High Street"},
    "sources": {
        "unused": {"kind": "wide", "files": "unused.csv"},
        "orders": {
            "kind": "events",
            "files": "orders.csv",
            "customer": "who",
            "time": "at",
            "columns": {"z": "Z", "a": "A"},
        },
        "people": {"kind": "wide", "files": "people.csv", "customer": "id", "absent": "zero", "decimal": ","},
        "contacts": {"kind": "events", "files": "contacts.csv", "customer": "who", "time": "at"},
        "traits": {"kind": "wide", "files": "traits.parquet", "customer": "id"},
    },
    "measures": {
        "ordered": {"label": "Ordered tea", "kind": "any", "source": "orders", "before": "ordered_before"},
        "spend": {
            "label": "Spend",
            "kind": "sum",
            "source": "orders",
            "column": "amount",
            "money": True,
            "window": "7 days",
        },
        "cups": {"label": "Cups", "kind": "count", "source": "orders", "unit": "cups of tea"},
        "weight": {
            "label": "KG per order",
            "kind": "ratio",
            "source": "orders",
            "column": "kg",
            "over": {"where": {"kg": {"above": 0}}},
        },
        "stops": {
            "label": "Opt-outs",
            "kind": "any",
            "source": "contacts",
            "where": {"what": "stop"},
            "better": "down",
            "usual": "1%",
        },
    },
    "groups": {
        "age": {"label": "Age", "column": "age", "cuts": [30, 60]},
        "taste": {"label": "Taste", "source": "traits", "column": "taste", "names": {"b": "Black", "a": "Green"}},
        "size": {"label": "Size", "levels": {"Big": {"orders": {"at_least": 5}}, "Rest": {}}},
    },
    "contact_policy": {
        "opt_out": [{"source": "people", "where": {"out": True}}],
        "caps": [{"source": "contacts", "at_most": 2, "within": "4 weeks"}],
    },
}
PILOT = {
    "title": "Tea",
    "owner": "Sam",
    "scope": {"location": "high-street"},
    "challenge": "engage",
    "customer": {"audience": "a", "behaviour": "b", "barriers": ["c"], "benefits": ["d"]},
    "customers": {"source": "people", "keep": {"street": ["High", "Low"], "visits": {"at_least": 1, "below": 9}}},
    "deciding": "ordered",
    "guardrails": [{"measure": "stops", "margin": "2.5 per 1000"}],
    "signals": ["cups"],
    "watch": ["weight", "spend"],
    "promotion": {"iterations": 2, "also": {"spend": "0.30 each"}},
}
ITERATION = {
    "stage": "explore",
    "question": "Tea?",
    "arms": {
        "none": {"label": "Nothing", "share": "1/3", "role": "holdout"},
        "early": {"label": "Early", "share": "1/3", "message": "Now"},
        "late": {"label": "Late", "share": "1/3"},
    },
    "worth_it": "20 per 1000",
    "predictions": [{"arm": "late", "measure": "ordered", "gain": "1 to 3%"}],
    "groups": ["size", "taste"],
    "start": "2026-03-02",
    "follow_up": "2 weeks",
    "end": "2026-03-16",
}


def resolved(program=None, pilot=None, iteration=None, number: int = 1) -> Plan:
    """The plan of the corner shop, with some keys put in place of others."""
    loaded = Loaded(
        program=ProgramSpec.model_validate(PROGRAM | (program or {})),
        pilot_id="tea",
        pilot=PilotSpec.model_validate(PILOT | (pilot or {})),
        number=number,
        iteration=IterationSpec.model_validate(ITERATION | (iteration or {})),
    )
    return resolve(loaded)


def observed(**keys) -> Plan:
    return resolved(iteration={"assignment": {"source": "traits", "column": "arm", **keys}})


def test_measures_come_in_the_order_of_their_roles():
    found = [(measure.id, measure.role) for measure in resolved().measures]
    assert found == [
        ("ordered", "deciding"),
        ("stops", "guardrail"),
        ("cups", "signal"),
        ("weight", "watch"),
        ("spend", "watch"),
    ]


def test_every_default_is_filled_in():
    plan = resolved()
    assert [(measure.id, measure.decimals, measure.window_days) for measure in plan.measures] == [
        ("ordered", 0, 14),
        ("stops", 0, 14),
        ("cups", 0, 14),
        ("weight", 4, 14),
        ("spend", 2, 7),
    ]
    assert [measure.unit for measure in plan.measures] == [
        "ordered tea",
        "opt-outs",
        "cups of tea",
        "KG per order",
        "spend",
    ]
    assert (plan.measure("ordered").worth_it, plan.measure("stops").worth_it) == (0.02, None)
    assert (plan.measure("ordered").margin, plan.measure("stops").margin) == (None, 0.0025)
    assert plan.measure("stops").usual == 0.01
    assert (plan.time_zone, plan.take, plan.confidence, plan.simulated) == ("UTC", 1.0, 0.95, None)
    assert (plan.start, plan.end, plan.follow_up_days) == (date(2026, 3, 2), date(2026, 3, 16), 14)
    assert plan.promotion_also == (("spend", 0.3),)


def test_decimals_written_are_decimals_kept():
    measures = PROGRAM["measures"] | {"spend": PROGRAM["measures"]["spend"] | {"decimals": 0}}
    assert resolved({"measures": measures}).measure("spend").decimals == 0


def test_a_ratio_keeps_both_halves():
    weight = resolved().measure("weight")
    assert (weight.column, weight.over_column) == ("kg", None)
    assert weight.over_where == (Condition(column="kg", comparison="above", values=(0.0,)),)
    assert weight.size == 2


def test_only_sources_that_are_read_are_in_the_plan():
    assert [source.id for source in resolved().sources] == ["orders", "people", "contacts", "traits"]
    lean = resolved({"contact_policy": {}}, {"guardrails": []}, {"groups": []})
    assert [source.id for source in lean.sources] == ["orders", "people"]


def test_sources_say_how_to_read_and_not_where():
    orders, people = resolved().source("orders"), resolved().source("people")
    assert (orders.kind, orders.customer, orders.time, orders.columns) == (
        "events",
        "who",
        "at",
        (("a", "A"), ("z", "Z")),
    )
    assert (people.kind, people.time, people.absent, people.decimal) == ("wide", None, "zero", ",")
    assert "people.csv" not in dumps(plain(resolved()))


def test_the_scope_has_its_name_and_the_lineage_follows_it():
    assert (resolved().scope_kind, resolved().scope_label) == ("location", "High Street")
    line = resolved(pilot={"scope": {"product_line": "tea"}})
    assert (line.scope_kind, line.scope, line.scope_label, line.lineage) == (
        "product_line",
        "tea",
        "Tea",
        "product_line:tea:ordered",
    )


def test_conditions_become_tests_joined_by_and():
    assert resolved().keep == (
        Condition(column="street", comparison="in", values=("High", "Low")),
        Condition(column="visits", comparison="at_least", values=(1.0,)),
        Condition(column="visits", comparison="below", values=(9.0,)),
    )
    every = conditions({"x": Bounds(at_least=1, at_most=2, above=0, below=3)})
    assert [test.comparison for test in every] == ["at_least", "at_most", "above", "below"]
    assert conditions({"yes": True})[0].values == (True,)


def test_groups_are_read_from_the_population_unless_they_say_otherwise():
    size, taste = resolved().groups
    assert (size.source, taste.source) == ("people", "traits")
    assert taste.names == (("b", "Black"), ("a", "Green"))
    assert [(level.name, len(level.conditions)) for level in size.levels] == [("Big", 1), ("Rest", 0)]


def test_a_draw_of_our_own_is_bound_by_the_contact_policy():
    plan = resolved()
    assert plan.observed is None
    assert [rule.source for rule in plan.opt_out] == ["people"]
    assert [(rule.source, rule.at_most, rule.within_days) for rule in plan.caps] == [("contacts", 2, 28)]


def test_a_draw_by_others_names_what_the_column_says_for_every_arm():
    plan = observed(values={"late": 2, "none": "No mail"}, start="sent")
    assert plan.observed.values == (("none", "No mail"), ("early", "early"), ("late", 2))
    assert (plan.observed.source, plan.observed.column, plan.observed.start) == ("traits", "arm", "sent")
    assert (plan.opt_out, plan.caps) == ((), ())


def test_thirds_are_cut_at_whole_pieces_of_the_range():
    assert [(arm.id, arm.first, arm.last) for arm in resolved().arms] == [
        ("none", 0, 3333),
        ("early", 3333, 6667),
        ("late", 6667, 10000),
    ]
    assert (resolved().comparison.id, [arm.id for arm in resolved().treatments]) == ("none", ["early", "late"])


@given(st.lists(st.integers(1, 997), min_size=1, max_size=8))
def test_any_shares_cover_the_range_without_gaps_to_the_nearest_piece(weights):
    total = sum(weights)
    shares = [Fraction(weight, total) for weight in weights]
    arms = {
        f"a{index}": Arm(label="A", share=f"{share.numerator}/{share.denominator}")
        for index, share in enumerate(shares)
    }
    loaded = IterationSpec.model_validate(
        ITERATION | {"arms": {id: arm.model_dump() | {"share": str(arm.share)} for id, arm in arms.items()}}
    )
    plan = resolve(Loaded(ProgramSpec.model_validate(PROGRAM), "tea", PilotSpec.model_validate(PILOT), 1, loaded))
    assert [plan.arms[0].first, plan.arms[-1].last] == [0, 10_000]
    assert all(left.last == right.first for left, right in zip(plan.arms, plan.arms[1:], strict=False))
    assert all(abs(arm.last - arm.first - share * 10_000) <= 1 for arm, share in zip(plan.arms, shares, strict=True))


def test_the_same_files_give_the_same_digest_and_any_promise_changes_it():
    plan = resolved()
    assert resolved().digest == plan.digest
    assert resolved(iteration={"worth_it": "21 per 1000"}).digest != plan.digest
    assert resolved(iteration={"worth_it": "2%"}).digest == plan.digest  # another way to write the same promise
    moved = PROGRAM["sources"] | {"people": PROGRAM["sources"]["people"] | {"files": "elsewhere.csv"}}
    assert resolved({"sources": moved}).digest == plan.digest


def test_a_plan_has_a_canonical_form():
    plan = resolved()
    assert plain(plan)["schema"] == "pitcairn.plan/1"
    assert set(plain(plan)) == {field.name for field in dataclasses.fields(Plan)}


def test_without_an_iteration_there_is_no_plan():
    pilot = PilotSpec.model_validate(PILOT)
    with pytest.raises(SpecError, match=r"Pilot “tea” has no iteration yet"):
        resolve(Loaded(ProgramSpec.model_validate(PROGRAM), "tea", pilot))
    with pytest.raises(SpecError, match=r"No pilot is named"):
        resolve(Loaded(ProgramSpec.model_validate(PROGRAM)))


@pytest.mark.parametrize("kind", ["any", "count", "share", "sum", "mean", "ratio"])
def test_decimals_follow_the_kind(kind):
    measure = Measure(label="M", kind=kind, source="orders", column="x")
    plan = resolved({"measures": PROGRAM["measures"] | {"cups": measure.model_dump(exclude_unset=True)}})
    assert plan.measure("cups").decimals == (0 if kind in ("any", "count", "share") else 4)


def test_files_on_disk_resolve_like_models(tmp_path):
    text = dumps(PROGRAM), dumps(PILOT), dumps(ITERATION)
    (tmp_path / "pilots" / "tea").mkdir(parents=True)
    for name, content in zip(
        ("program.yaml", "pilots/tea/pilot.yaml", "pilots/tea/iteration-1.yaml"), text, strict=True
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
    from_files = resolve(load(ProgramFolder(tmp_path), "tea"))
    assert from_files.deciding == resolved().deciding
    assert {arm.id for arm in from_files.arms} == {"none", "early", "late"}

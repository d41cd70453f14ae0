"""Differences between plans in the words and units of the plan files."""

from __future__ import annotations

from typing import Any

from pitcairn.design.as_written import as_written, told

VISIT = {"id": "visit", "kind": "any", "window_days": 14, "worth_it": 0.02, "usual": 0.1, "margin": None}
PLAN: dict[str, Any] = {
    "scope_kind": "location",
    "scope": "harbour",
    "scope_label": "Harbour Street",
    "population": "customers",
    "keep": [
        {"column": "months", "comparison": "at_least", "values": [1.0]},
        {"column": "months", "comparison": "at_most", "values": [12.0]},
        {"column": "home", "comparison": "in", "values": ["K1", "K2"]},
    ],
    "arms": [
        {"id": "none", "share": 2 / 3, "first": 0, "last": 6667},
        {"id": "note", "share": 1 / 3, "first": 6667, "last": 10000},
    ],
    "take": 0.25,
    "caps": [{"source": "mails", "at_most": 2, "within_days": 7, "where": []}],
    "measures": [VISIT, {"id": "spend", "kind": "sum", "cap": 1 / 3, "margin": 0.5, "worth_it": None}],
    "predictions": [{"arm": "note", "measure": "visit", "low": 0.02, "high": 0.06}],
    "promotion_iterations": 1,
    "promotion_also": [["spend", 0.25]],
    "follow_up_days": 14,
    "start_days": 1,
}


def test_a_plan_reads_as_people_write_it() -> None:
    assert as_written(PLAN) == {
        "scope": {"location": "harbour"},
        "locations": {"harbour": "Harbour Street"},
        "customers": {"source": "customers", "keep": {"months": "at least 1 and at most 12", "home": "K1, K2"}},
        "arms": [{"id": "none", "share": "2/3"}, {"id": "note", "share": "1/3"}],
        "take": "25%",
        "contact_policy": {"caps": [{"source": "mails", "at_most": 2, "within": "7 days", "where": {}}]},
        "measures": {
            "visit": {"kind": "any", "window": "14 days", "usual": "100 per 1000"},
            "spend": {"kind": "sum", "cap": 0.333333},
        },
        "worth_it": "20 per 1000",
        "guardrails": {"spend": {"margin": "0.5 each"}},
        "predictions": {"note": {"visit": "20 to 60 per 1000"}},
        "promotion": {"iterations": 1, "also": {"spend": "0.25 each"}},
        "follow_up": "14 days",
        "starts_over": "1 day",
    }


def test_one_change_is_told_once_where_people_made_it() -> None:
    arms = [PLAN["arms"][0] | {"share": 0.5, "last": 5000}, PLAN["arms"][1] | {"share": 0.5, "first": 5000}]
    assert [str(one) for one in told(PLAN, PLAN | {"arms": arms, "follow_up_days": 28})] == [
        "arms.none.share: “2/3” → “50%”",
        "arms.note.share: “1/3” → “50%”",
        "follow_up: “14 days” → “28 days”",
    ]


def test_a_difference_without_words_is_told_all_the_same() -> None:
    assert [one.path for one in told(PLAN | {"schema": "1"}, PLAN | {"schema": "2"})] == ["schema"]
    nearly = [PLAN["measures"][0], PLAN["measures"][1] | {"cap": 1 / 3 + 1e-10}]
    assert [one.path for one in told(PLAN, PLAN | {"measures": nearly})] == ["measures.spend.cap"]
    assert told(PLAN, PLAN) == ()

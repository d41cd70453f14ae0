from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitcairn.design.assignment import BUCKETS
from pitcairn.errors import Refused
from pitcairn.promotion.contents import Stage
from pitcairn.promotion.exports import ATTRIBUTE, flagd, growthbook, growthbook_rest, nothing_of
from pitcairn.promotion.layout import Cut, Piece, Span, arm_at, cuts_at, growth, spans_of
from promotion.adoptable import STAGES

FACTS: dict[str, str | int] = {"pilot": "bread-note", "plan": "f" * 64, "stage": 2}
PLACES = range(BUCKETS)
needs_flagd = pytest.mark.skipif(
    importlib.util.find_spec("openfeature") is None, reason="openfeature-flagd-core is not installed (extra: exports)"
)
needs_growthbook = pytest.mark.skipif(
    importlib.util.find_spec("growthbook") is None, reason="growthbook is not installed (extra: exports)"
)
stages = range(len(STAGES))


def cuts(stage: int) -> tuple[Cut, ...]:
    return cuts_at(spans_of(STAGES)[stage], "note", "usual")


def by_flagd(document: dict[str, Any], attributes: dict[str, Any]) -> str:
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    core.set_flags(json.dumps(document))
    found = core.resolve_string_value("bread-note", "own default", EvaluationContext("c1", attributes))
    return str(found.value)


def all_by_flagd(document: dict[str, Any]) -> list[str]:
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    core.set_flags(json.dumps(document))
    return [
        str(core.resolve_string_value("bread-note", "own", EvaluationContext("c", {ATTRIBUTE: place})).value)
        for place in PLACES
    ]


def by_growthbook(document: dict[str, Any], attributes: dict[str, Any]) -> str:
    from growthbook import GrowthBook

    book = GrowthBook(features=document["features"], attributes=attributes)
    return str(book.get_feature_value("bread-note", "own default"))


@needs_flagd
@pytest.mark.parametrize("stage", stages)
def test_flagd_says_what_the_plan_says_at_every_place(stage: int) -> None:
    said = all_by_flagd(flagd("bread-note", cuts(stage), FACTS))
    assert said == [arm_at(cuts(stage), place) or "none" for place in PLACES]


@needs_growthbook
@pytest.mark.parametrize("stage", stages)
def test_growthbook_says_what_the_plan_says_at_every_place(stage: int) -> None:
    from growthbook import GrowthBook

    book = GrowthBook(features=growthbook("bread-note", cuts(stage))["features"], attributes={})
    said = []
    for place in PLACES:
        book.set_attributes({ATTRIBUTE: place})
        said.append(book.get_feature_value("bread-note", "own default"))
    assert said == [arm_at(cuts(stage), place) or "none" for place in PLACES]


@pytest.mark.parametrize("stage", stages)
def test_the_rest_body_has_the_same_conditions_as_text(stage: int) -> None:
    rules = growthbook("bread-note", cuts(stage))["features"]["bread-note"]["rules"]
    body = growthbook_rest("bread-note", cuts(stage), FACTS)
    written = body["environments"]["production"]["rules"]
    assert [json.loads(rule["condition"]) for rule in written] == [rule["condition"] for rule in rules]
    assert [rule["value"] for rule in written] == [rule["force"] for rule in rules]
    assert body["valueType"] == "string"


@needs_flagd
def test_a_customer_without_a_place_gets_nothing_from_flagd() -> None:
    document = flagd("bread-note", cuts(2), FACTS)
    assert [by_flagd(document, attributes) for attributes in ({}, {ATTRIBUTE: -1}, {ATTRIBUTE: BUCKETS})] == [
        "none"
    ] * 3


@needs_growthbook
def test_a_customer_without_a_place_gets_nothing_from_growthbook() -> None:
    document = growthbook("bread-note", cuts(2))
    assert [by_growthbook(document, attributes) for attributes in ({ATTRIBUTE: -1}, {ATTRIBUTE: BUCKETS})] == [
        "none"
    ] * 2
    assert by_growthbook(document, {}) == "none"


@needs_flagd
@needs_growthbook
def test_what_was_rolled_back_reaches_nobody() -> None:
    assert by_flagd(flagd("bread-note", cuts(2), FACTS, enabled=False), {ATTRIBUTE: 1}) == "own default"
    assert by_growthbook(growthbook("bread-note", cuts(2), enabled=False), {ATTRIBUTE: 1}) == "none"


def test_an_arm_may_be_called_none() -> None:
    odd = (Cut(arm="none", first=0, last=5000), Cut(arm="note", first=5000, last=10000))
    assert nothing_of(odd) not in {"none", "note"}
    assert flagd("key", odd, FACTS)["flags"]["key"]["defaultVariant"] == nothing_of(odd)


@st.composite
def growing(draw: st.DrawFn) -> tuple[Span, ...]:
    count = draw(st.integers(1, 5))
    ends = sorted(draw(st.sets(st.integers(1, 500), min_size=count, max_size=count)))
    held = sorted(draw(st.sets(st.integers(1, 500), min_size=count, max_size=count)))
    return spans_of(
        [
            Stage(name=f"s{n}", treat=a / 1000, control=b / 1000, days=7, smallest=None, gate="safety", approval=())
            for n, (a, b) in enumerate(zip(ends, held, strict=True))
        ]
    )


@given(growing())
@settings(max_examples=30, deadline=None)
def test_growth_never_moves_anyone_between_arms(spans: tuple[Span, ...]) -> None:
    before: list[str | None] = [None] * BUCKETS
    for span in spans:
        layout = cuts_at(span, "note", "usual")
        now = [arm_at(layout, place) for place in PLACES]
        assert all(was is None or was == is_ for was, is_ in zip(before, now, strict=True))
        before = now


@given(growing(), st.data())
@settings(max_examples=50, deadline=None)
def test_every_customer_of_a_stage_has_a_place_that_only_their_stage_added(
    spans: tuple[Span, ...], data: st.DataObject
) -> None:
    stage = data.draw(st.integers(0, len(spans) - 1))
    (first, last), (held, held_to) = growth(spans, stage)
    share = data.draw(st.integers(1, BUCKETS - 1))
    practice = Piece(iteration=stage + 1, arm="note", from_first=0, from_last=share, first=first, last=last)
    comparison = Piece(iteration=stage + 1, arm="usual", from_first=share, from_last=BUCKETS, first=held, last=held_to)
    layout = cuts_at(spans[stage], "note", "usual")
    earlier = cuts_at(spans[stage - 1], "note", "usual") if stage else ()
    for piece, bucket in ((practice, 0), (practice, share - 1), (comparison, share), (comparison, BUCKETS - 1)):
        assert arm_at(layout, piece.place(bucket)) == piece.arm
        assert arm_at(earlier, piece.place(bucket)) is None


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"treat": 0.05, "control": 0.2}, "does not grow both arms"),
        ({"treat": 0.5, "control": 0.1}, "does not grow both arms"),
        ({"treat": 0.7, "control": 0.4}, "more than all customers"),
        ({"treat": 0.5, "control": 0.0}, "none to compare with"),
    ],
)
def test_stages_that_would_move_somebody_are_refused(second: dict[str, float], why: str) -> None:
    first = Stage(name="smoke", treat=0.1, control=0.1, days=7, smallest=None, gate="safety", approval=())
    after = Stage(name="half", days=7, smallest=None, gate="safety", approval=(), **second)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=why):
        spans_of([first, after])


OTHER_VERSION = """
import json, os, sys
from openfeature.contrib.tools.flagd import core
from openfeature.contrib.tools.flagd.core import FlagdCore
assert core.__file__.startswith(os.environ["PYTHONPATH"]), core.__file__
from openfeature.evaluation_context import EvaluationContext
core = FlagdCore()
core.set_flags(sys.stdin.read())
ask = lambda place: EvaluationContext("c", {"pilot_bucket": place})
print(json.dumps([core.resolve_string_value("bread-note", "own", ask(place)).value for place in range(10000)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_every_version_of_flagd_says_the_same(version: str, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(packages)]
    installed = subprocess.run([*command, f"openfeature-flagd-core=={version}"], capture_output=True, check=False)
    if installed.returncode:
        pytest.skip(f"openfeature-flagd-core {version} could not be had")
    for stage in stages:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", OTHER_VERSION],
            input=json.dumps(flagd("bread-note", cuts(stage), FACTS)),
            env={**os.environ, "PYTHONPATH": str(packages)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == [arm_at(cuts(stage), place) or "none" for place in PLACES]

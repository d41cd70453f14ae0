"""Real experiments, from their files through a reading's own steps: every figure that was published of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from evidence_plans import group, is_, measure, observed, plan, wide

from pitcairn.design.plan import Level, Plan
from pitcairn.estimate.effect import Effect
from pitcairn.estimate.means import two_sided_p
from pitcairn.estimate.moments import Moments
from pitcairn.evidence.collect import collect
from pitcairn.evidence.cube import Cube
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.facts import Facts
from pitcairn.evidence.health import check
from pitcairn.reading.effects import effect

AS_OF = date(2026, 4, 30)
Read = Callable[[Plan, Path], tuple[Cube, Facts]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    with Engine.open(tmp_path / "scratch", threads=2) as engine:

        def reading(asked: Plan, file: Path) -> tuple[Cube, Facts]:
            return collect(engine, asked, {"customers": (file,)}, assignment=None, as_of=AS_OF)

        yield reading


def told(asked: Plan, cube: Cube, id: str, arms: tuple[str, str]) -> Effect:
    """The effect as a reading has it."""
    control, treated = (cube.moments(id)[arm,] for arm in arms)
    found = effect(asked.measure(id), control, treated, 0.95)
    assert isinstance(found, Effect)
    return found


def percent(moments: Moments) -> float:
    return 100 * float(moments.mean[0])


# --- a gate in a game -----------------------------------------------------------------------------------------

GATES = ("gate_30", "gate_40")


@pytest.fixture
def gates(read: Read, real_data: Callable[[str], Path]) -> tuple[Plan, Cube]:
    asked = plan(
        [
            measure("week", "share", column="retention_7", answers=(True,), role="deciding", worth_it=0.005),
            measure("day", "share", column="retention_1", answers=(True,)),
            measure("rounds", "sum", column="sum_gamerounds", decimals=0),
        ],
        arms=GATES,
        sources=(wide(customer="userid"),),
        draw=observed(GATES, column="version"),
    )
    return asked, read(asked, real_data("cookie_cats.csv"))[0]


@pytest.mark.parametrize(
    ("id", "shares", "z", "p"),
    [("day", (44.8188, 44.2283), 1.784, 0.0744), ("week", (19.0201, 18.2000), 3.164, 0.00155)],
)
def test_players_who_come_back_are_the_published_ones(
    gates: tuple[Plan, Cube], id: str, shares: tuple[float, float], z: float, p: float
) -> None:
    asked, cube = gates
    for arm, share, count in zip(GATES, shares, (44_700, 45_489), strict=True):
        assert round(percent(cube.moments(id)[arm,]), 4) == share
        assert cube.moments(id)[arm,].count == count
    found = told(asked, cube, id, GATES)
    assert found.estimate < 0, "the later gate is worse"
    assert -found.estimate / found.standard_error == pytest.approx(z, abs=2e-3)
    assert two_sided_p(found) == pytest.approx(p, rel=6e-3)


def test_rounds_are_the_published_ones_with_the_player_who_never_sleeps(gates: tuple[Plan, Cube]) -> None:
    asked, cube = gates
    assert [round(float(cube.moments("rounds")[arm,].mean[0]), 3) for arm in GATES] == [52.456, 51.299]
    found = told(asked, cube, "rounds", GATES)
    assert found.low < 0 < found.high


# --- letters to donors ----------------------------------------------------------------------------------------

RATIOS = {"1:1": (0, 0), "2:1": (1, 0), "3:1": (0, 1)}
LETTERS = ("0", "1")


@pytest.fixture
def letters(read: Read, real_data: Callable[[str], Path]) -> tuple[Plan, Cube]:
    ratio = tuple(
        Level(name=name, conditions=(is_("treatment", 1), is_("treat_ratio2", two), is_("treat_ratio3", three)))
        for name, (two, three) in RATIOS.items()
    )
    asked = plan(
        [
            measure("gave", "any", column="out_gavedum", role="deciding", worth_it=0.001),
            measure("amount", "sum", column="out_amountgive", money=True),
        ],
        arms=LETTERS,
        sources=(wide(customer=None),),
        draw=observed(LETTERS, column="treatment"),
        groups=(group("red0"), group("ratio", column=None, levels=ratio)),
    )
    control, treated = asked.arms
    asked = replace(asked, arms=(replace(control, share=1 / 3), replace(treated, share=2 / 3)))
    return asked, read(asked, real_data("charitable_match_mail.csv"))[0]


def test_a_match_brings_more_donors_as_published(letters: tuple[Plan, Cube]) -> None:
    asked, cube = letters
    gave = cube.moments("gave")
    assert [(gave[arm,].count, round(float(gave[arm,].mean[0]), 6)) for arm in LETTERS] == [
        (16_687, 0.017858),
        (33_396, 0.022039),
    ]
    found = told(asked, cube, "gave", LETTERS)
    assert round(found.estimate, 5) == 0.00418
    assert two_sided_p(found) == pytest.approx(0.0013, abs=1e-3)
    assert found.low > 0


def test_dollars_a_letter_are_the_published_ones_but_for_two_amounts_that_are_lost(letters: tuple[Plan, Cube]) -> None:
    asked, cube = letters
    assert [round(float(cube.moments("amount")[arm,].mean[0]), 4) for arm in LETTERS] == [0.8133, 0.9652]
    assert sum(cube.moments("gave")[arm,].count - cube.moments("amount")[arm,].count for arm in LETTERS) == 2
    assert told(asked, cube, "amount", LETTERS).estimate == pytest.approx(0.154, abs=0.003)


def test_a_larger_match_brings_no_more_as_published(letters: tuple[Plan, Cube]) -> None:
    asked, cube = letters
    gave, amount = cube.moments("gave", "ratio"), cube.moments("amount", "ratio")
    assert {name: gave["1", name].count for name in RATIOS} == {"1:1": 11_133, "2:1": 11_134, "3:1": 11_129}
    rates = {name: round(float(gave["1", name].mean[0]), 6) for name in RATIOS}
    assert rates == {"1:1": 0.020749, "2:1": 0.022633, "3:1": 0.022733}
    assert {name: round(float(amount["1", name].mean[0]), 4) for name in RATIOS} == {
        "1:1": 0.9367,
        "2:1": 1.0261,
        "3:1": 0.9327,
    }
    for name in ("2:1", "3:1"):
        found = effect(asked.deciding, gave["1", "1:1"], gave["1", name], 0.95)
        assert isinstance(found, Effect)
        assert found.low < 0 < found.high


def test_the_match_works_where_bush_won_as_published(letters: tuple[Plan, Cube]) -> None:
    _, cube = letters
    gave = cube.moments("gave", "red0")
    shares = {state: tuple(round(percent(gave[arm, state]), 3) for arm in LETTERS) for state in ("0", "1")}
    assert shares == {"1": (1.459, 2.339), "0": (2.004, 2.109)}


# --- a subject line and a sender ------------------------------------------------------------------------------

FACTORIAL = "email_subject_from_factorial.csv"


def opened(arms: tuple[str, str], column: str, *, only: tuple[str, str] | None = None) -> Plan:
    """Who opened, by one of the two factors; a mail that was not sent was not opened."""
    return plan(
        [
            measure("open", "any", role="deciding", worth_it=0.02),
            measure("click", "count", decimals=0),
            measure("bounce", "count", decimals=0),
        ],
        arms=arms,
        sources=(wide(customer="subject_id", absent="zero"),),
        draw=observed(arms, column=column),
        keep=(is_(*only),) if only else (),
        groups=(group("from_line"),) if column == "subject_line" else (),
    )


def test_open_rates_of_the_four_cells_are_the_published_ones(read: Read, real_data: Callable[[str], Path]) -> None:
    asked = opened(("invest", "catalyst"), "subject_line")
    cube, facts = read(asked, real_data(FACTORIAL))
    cells = {key: (one.count, round(percent(one), 2)) for key, one in cube.moments("open", "from_line").items()}
    assert cells == {
        ("catalyst", "executive_director"): (495, 24.44),
        ("catalyst", "board_chair"): (495, 28.48),
        ("invest", "executive_director"): (495, 21.41),
        ("invest", "board_chair"): (495, 22.63),
    }
    everybody = Moments.total(cube.moments("open").values())
    assert (everybody.count, round(percent(everybody), 2)) == (1_980, 24.24)
    for id, number in (("click", 4), ("bounce", 103)):
        assert sum(round(float(one.mean[0]) * one.count) for one in cube.moments(id).values()) == number
    states = {item.id: item.state for item in check(asked, facts, plan_unchanged=True)}
    assert states["sizes"] == states["sizes_within"] == states["alike"] == "pass"


@pytest.mark.parametrize(
    ("arms", "column", "only", "published"),
    [
        (("invest", "catalyst"), "subject_line", None, (0.0444, 0.0067, 0.0822)),
        (("board_chair", "executive_director"), "from_line", None, (-0.0263, -0.0640, 0.0115)),
        # With the interaction in the model each effect is the one where the other factor is at its base.
        (("invest", "catalyst"), "subject_line", ("from_line", "board_chair"), (0.0586, 0.0043, 0.1129)),
        (("board_chair", "executive_director"), "from_line", ("subject_line", "invest"), (-0.0121, -0.0638, 0.0396)),
    ],
)
def test_the_effects_of_the_factors_are_the_published_ones(
    read: Read,
    real_data: Callable[[str], Path],
    arms: tuple[str, str],
    column: str,
    only: tuple[str, str] | None,
    published: tuple[float, float, float],
) -> None:
    asked = opened(arms, column, only=only)
    found = told(asked, read(asked, real_data(FACTORIAL))[0], "open", arms)
    assert (found.estimate, found.low, found.high) == pytest.approx(published, abs=1.5e-4)


def test_the_factors_do_not_interact_as_published(read: Read, real_data: Callable[[str], Path]) -> None:
    effects = []
    for sender in ("board_chair", "executive_director"):
        asked = opened(("invest", "catalyst"), "subject_line", only=("from_line", sender))
        effects.append(told(asked, read(asked, real_data(FACTORIAL))[0], "open", ("invest", "catalyst")))
    gap = effects[1].estimate - effects[0].estimate
    error = sum(one.standard_error**2 for one in effects) ** 0.5
    assert (gap, gap - 1.96 * error, gap + 1.96 * error) == pytest.approx((-0.0283, -0.1038, 0.0472), abs=2e-4)

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pitcairn.canonical import dumps
from pitcairn.commands.group import run
from pitcairn.errors import DataError
from pitcairn.promotion.adoption import Look
from pitcairn.promotion.calibration import Published, calibrated, learnt, seen_elsewhere
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.gates import Colour, Gate, observed_range, together
from pitcairn.promotion.pack import packed
from pitcairn.promotion.payload import CONTENTS, to_json
from pitcairn.promotion.places import places_in
from pitcairn.promotion.predict import Prediction, predict
from pitcairn.promotion.registry import adoptions_in
from pitcairn.promotion.watch import judged
from pitcairn.promotion.waves import plan_waves
from promotion.adoptable import WAVES, contents, plan_of_the_shop

EVEN = {"area": {"town": 0.5, "land": 0.5}}
TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return contents(plan_of_the_shop(tmp_path_factory.mktemp("shop")))


@pytest.fixture(scope="module")
def prediction(pack: Contents) -> Prediction:
    found = predict(pack, EVEN, level=0.1)
    assert isinstance(found, Prediction)
    return found


# --- gates


def gates(*colours: Colour, extra: Colour | None = None) -> tuple[Gate, ...]:
    found = [Gate(id=str(n), name="", must=True, colour=colour, why="") for n, colour in enumerate(colours)]
    return (*found, *([Gate(id="x", name="", must=False, colour=extra, why="")] if extra else []))


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        (gates("green", "green"), "green"),
        (gates("green", "amber"), "amber"),
        (gates("green", "inconclusive"), "inconclusive"),
        (gates("red", "inconclusive"), "red"),
        (gates("green", extra="red"), "amber"),
        (gates("green", extra="inconclusive"), "amber"),
        ((), "inconclusive"),
    ],
)
def test_what_cannot_be_told_holds_and_a_must_that_is_red_rolls_back(given: tuple[Gate, ...], whole: Colour) -> None:
    assert together(given).colour == whole


# --- watch


def looks(values: Sequence[float], errors: Sequence[float]) -> list[Look]:
    return [
        Look(iteration=1, as_of=f"2026-0{1 + n // 28}-{1 + n % 28:02}", log_ratio=value, standard_error=error)
        for n, (value, error) in enumerate(zip(values, errors, strict=True))
    ]


def watched(prediction: Prediction, values: Sequence[float], errors: Sequence[float], planned: float = 0.03):  # type: ignore[no-untyped-def]
    return judged(
        looks(values, errors),
        prediction,
        planned_information=planned**-2,
        valid_until="2027-05-01",
        today=TODAY,
    )


def test_without_a_look_nothing_is_said(prediction: Prediction) -> None:
    found = watched(prediction, [], [])
    assert (found.harm, found.confirmed, found.drifted) == ("not_yet", "not_yet", "not_yet")


def test_a_gain_as_predicted_is_confirmed_at_the_planned_information(prediction: Prediction) -> None:
    found = watched(prediction, [0.1, 0.13, prediction.estimate], [0.08, 0.05, 0.03])
    assert (found.harm, found.confirmed, found.drifted, found.inside) == ("no", "yes", "no", True)


def test_a_small_early_gain_is_not_confirmed_yet_and_a_late_one_not_at_all(prediction: Prediction) -> None:
    assert watched(prediction, [0.15], [0.1]).confirmed == "not_yet"
    assert watched(prediction, [0.02], [0.03]).confirmed == "no"


def test_harm_is_called_at_any_look_and_ends_it(prediction: Prediction) -> None:
    found = watched(prediction, [-0.15], [0.04])
    assert found.harm == "yes"
    assert "It does harm." in found.retire


def test_seven_looks_on_one_side_are_a_sign(prediction: Prediction) -> None:
    below = [prediction.estimate - 0.01] * 7
    errors = [0.1 - n * 0.01 for n in range(7)]
    assert watched(prediction, below, errors).run
    assert not watched(prediction, [*below[:3], prediction.estimate + 0.01, *below[4:]], errors).run


def test_expired_evidence_is_a_reason_to_retire(prediction: Prediction) -> None:
    found = judged([], prediction, planned_information=1.0, valid_until="2026-05-31", today=TODAY)
    assert found.expired
    assert found.retire


@pytest.mark.parametrize(("truth", "most"), [("predicted", 0.05), ("none", 0.05)])
def test_false_alarms_over_eight_looks_stay_under_their_level(prediction: Prediction, truth: str, most: float) -> None:
    """As predicted: neither harm nor drift; without any effect: no confirmation. 150 adoptions of eight looks."""
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(150):
        effect = rng.normal(prediction.estimate, prediction.width) if truth == "predicted" else 0.0
        batches = effect + 0.085 * rng.standard_normal(8)
        values = np.cumsum(batches) / np.arange(1, 9)
        found = watched(prediction, values.tolist(), (0.085 / np.sqrt(np.arange(1, 9))).tolist())
        alarms += found.drifted == "yes" if truth == "predicted" else found.confirmed == "yes"
    assert alarms / 150 <= most + 2 * (most * (1 - most) / 150) ** 0.5


# --- calibration


def published(prediction: Prediction, came: float | None, *, error: float = 0.05, n: int = 0) -> Published:
    return Published(
        pack="bread-note",
        version="1.0.0",
        core_digest="c" * 64,
        program="Corner shop",
        pilot=f"p{n}",
        place=f"Place {n}",
        simulated=None,
        adopted_at="2026-03-01",
        claimed=0.18,
        prediction=prediction,
        look=None if came is None else Look(iteration=1, as_of="2026-05-01", log_ratio=came, standard_error=error),
        over=None,
    )


def test_ranges_are_widened_by_the_error_of_what_came(prediction: Prediction) -> None:
    nine = prediction.ranges[-1]
    assert observed_range(prediction, 1e-9) == pytest.approx((nine.low, nine.high))
    low, high = observed_range(prediction, 0.1)
    assert low < nine.low
    assert high > nine.high


def test_coverage_and_voltage_count_every_adoption_that_was_read(prediction: Prediction) -> None:
    half = prediction.estimate / 2
    found = calibrated(
        [published(prediction, half, n=1), published(prediction, -9.0, n=2), published(prediction, None)]
    )
    assert found.count == 2
    assert [one.held for one in found.coverage][-1] == 1
    assert found.voltage == pytest.approx((half - 9.0) / (2 * prediction.estimate))
    assert found.experience.learnt_from == 2


def of_models(prediction: Prediction, *, spread: float, voltage: float, count: int) -> list[Published]:
    """Adoptions of models of their own, whose places differ by `spread` of the claim: true effects N(0, usual²)."""
    rng, found = np.random.default_rng(2), []
    for n in range(count):
        level, apart = rng.normal(0, 0.1), abs(rng.normal(0, spread * 0.18))
        own = level + apart * rng.standard_normal() + 0.04 * rng.standard_normal()
        came = voltage * level + apart * rng.standard_normal() + 0.02 * rng.standard_normal()
        told = replace(prediction, own=(own, 0.04), usual=0.1, untried=())
        found.append(replace(published(told, float(came), error=0.02, n=n), core_digest=f"{n:064}"))
    return found


@pytest.mark.parametrize(("spread", "voltage", "off"), [(0.2, 1.0, 0.1), (0.9, 1.0, 0.25), (0.5, 0.5, 0.15)])
def test_spread_and_voltage_are_learnt_together(
    prediction: Prediction, spread: float, voltage: float, off: float
) -> None:
    # The further places differ, the less a level at one says of another, and the less is known of the voltage.
    found = learnt(of_models(prediction, spread=spread, voltage=voltage, count=250))
    assert found.learnt_from == 250
    assert found.spread == pytest.approx(spread, rel=0.25)
    assert found.voltage == pytest.approx(voltage, abs=off)


def test_the_first_look_already_teaches_a_little_and_more_teach_more(prediction: Prediction) -> None:
    none = learnt([])
    assert (none.spread, none.voltage, none.learnt_from) == (0.5, 1.0, 0)
    told = replace(prediction, own=(0.18, 0.02), usual=0.18)
    far = [replace(published(told, -0.2, n=n), core_digest=f"{n:064}") for n in range(6)]
    spreads = [learnt(far[:count]).spread for count in (0, 1, 3, 6)]
    voltages = [learnt(far[:count]).voltage for count in (0, 1, 3, 6)]
    assert spreads == sorted(spreads)
    assert voltages == sorted(voltages, reverse=True)
    assert spreads[1] < 0.8
    assert voltages[1] > 0.8


def test_places_of_the_same_model_are_not_heard_twice(prediction: Prediction) -> None:
    past = of_models(prediction, spread=0.9, voltage=1.0, count=20)
    assert learnt(past, but=past[0].core_digest) == learnt(past[1:])
    without = [replace(one, prediction=replace(one.prediction, own=None)) for one in past]
    assert learnt(without) == learnt([])


def test_only_other_places_with_the_same_core_speak_for_the_next(prediction: Prediction) -> None:
    past = [published(prediction, 0.1, n=n) for n in range(3)]
    other = replace(past[0], core_digest="d" * 64, place="Place 9")
    assert [site.name for site in seen_elsewhere([*past, other], "c" * 64, but="Place 1")] == ["Place 0", "Place 2"]


# --- waves


def test_waves_take_the_most_different_first_and_every_place_once(pack: Contents) -> None:
    rng = np.random.default_rng(1)
    places = {
        f"p{n}": {"area": {"town": float(share), "land": float(1 - share)}} for n, share in enumerate(rng.random(20))
    }
    places["island"] = {"area": {"isle": 1.0}}
    found = plan_waves(pack, places, WAVES, seed=41)
    invited = [place for wave in found.waves for place, _ in wave.places]
    assert sorted([*invited, *(place for place, _ in found.refused)]) == sorted(places)
    assert [place for place, _ in found.refused] == ["island"]
    first = [alike.similarity for _, alike in found.waves[0].places]
    rest = [alike.similarity for wave in found.waves[1:] for _, alike in wave.places]
    assert max(first) <= min(rest)
    assert [len(wave.places) for wave in found.waves] == [2, 4, 14]
    assert plan_waves(pack, places, WAVES, seed=41) == found
    assert plan_waves(pack, places, WAVES, seed=42) != found


def test_rows_of_places_that_cannot_be_counted_are_all_told(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("place,group,level,customers\nleeds,area,town,nine\nyork,area,town,-1\n,area,town,3\n")
    with pytest.raises(DataError) as caught:
        places_in(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]


# --- registry


def test_a_registry_gets_an_index_and_a_page_that_grades_predictions(
    pack: Contents, prediction: Prediction, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = tmp_path / "registry"
    (registry / "packs").mkdir(parents=True)
    hostile = replace(pack, identity=replace(pack.identity, title="<script>alert(1)</script>"))
    (registry / "packs" / "bread-note-1.0.0.pilotpack").write_bytes(
        packed(hostile, {CONTENTS: to_json(hostile).encode("utf-8")})
    )
    (registry / "packs" / "broken.pilotpack").write_bytes(b"PK nothing")
    (registry / "adoptions").mkdir()
    for n, came in enumerate((0.1, -2.0, None)):
        one = published(prediction, came, n=n)
        (registry / "adoptions" / f"{n}.json").write_text(dumps(one), encoding="utf-8")
    (registry / "adoptions" / "z.json").write_text("{}", encoding="utf-8")
    assert run(["registry", str(registry), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["adoptions"] == 3
    assert said["calibration"]["count"] == 2
    index, page = ((registry / name).read_text(encoding="utf-8") for name in ("index.html", "calibration.html"))
    assert "<script>" not in index
    assert "broken.pilotpack" in index
    assert "adoptions/z.json" in index
    assert "held 1 of 2" in page
    assert page.count('class="came"') == 2
    first = index, page
    assert run(["registry", str(registry), "--json"]) == 0
    assert first == tuple((registry / name).read_text(encoding="utf-8") for name in ("index.html", "calibration.html"))
    assert run(["registry", str(registry), "--today", "2020-01-01"]) == 6
    assert "comes from simulated customers" in capsys.readouterr().err
    assert first == tuple((registry / name).read_text(encoding="utf-8") for name in ("index.html", "calibration.html"))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"look": {"iteration": 1, "as_of": "2026-05-01", "log_ratio": 0.1, "standard_error": 0.0}},
        {"look": {"iteration": 1, "as_of": "2026-05-01", "log_ratio": 1e300, "standard_error": 0.1}},
        {"claimed": 1e999},
        {"places": 0},
        {"width": -1.0},
        {"ranges": []},
    ],
    ids=["no error", "far", "infinite", "no place", "no width", "no ranges"],
)
def test_an_adoption_whose_numbers_cannot_be_is_told_and_left_out(
    spoilt: dict[str, object], prediction: Prediction, tmp_path: Path
) -> None:
    made = json.loads(dumps(published(prediction, 0.1)))
    for name, value in spoilt.items():
        (made if name in made else made["prediction"])[name] = value
    (tmp_path / "adoptions").mkdir()
    (tmp_path / "adoptions" / "one.json").write_text(json.dumps(made), encoding="utf-8")
    found, problems = adoptions_in(tmp_path)
    assert found == ()
    assert [problem.file for problem in problems] == ["adoptions/one.json"]


def test_a_registry_is_written_neither_into_a_program_nor_over_pages_of_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "program.yaml").write_text("program: x\n")
    assert run(["registry", str(tmp_path)]) == 6
    assert "is a program's folder" in capsys.readouterr().err
    (tmp_path / "program.yaml").rename(tmp_path / "index.html")
    assert run(["registry", str(tmp_path)]) == 6
    assert "has a file index.html that no registry made" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    (tmp_path / "index.html").unlink()
    for _ in "again", "and again":
        assert run(["registry", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"index.json", "index.html", "calibration.html"}

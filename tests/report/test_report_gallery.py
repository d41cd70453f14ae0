"""The pictures of the documentation: of every sample that matters one, none without a sentence, all of them small."""

from __future__ import annotations

import re
import struct

import pytest
from gallery import PHONE, PICTURES, SHOTS, SHOWN_IN, WIDE

from pitcairn.reading.result import Result
from pitcairn.reading.verdict import standing
from result_samples import CODES, result

ISSUED = {
    *(f"iteration: {code}" for code in CODES),
    *("iteration: three arms", "iteration: five arms", "iteration: no guardrails", "iteration: first iteration"),
    *("iteration: long labels", "iteration: German", "iteration: Japanese", "iteration: thirty measures"),
    *("iteration: one arm", "iteration: by day", "plan: cannot be shown", "card: pack"),
    *("site: index.html", "registry: index.html", "registry: calibration.html"),
}
"""Pages that a visitor must be able to see."""


def test_every_sample_that_matters_has_a_picture() -> None:
    assert {shot.page for shot in SHOTS} >= ISSUED
    assert {shot.width for shot in SHOTS} == {WIDE, PHONE}
    assert any(shot.dark and shot.width == width for shot in SHOTS for width in (WIDE, PHONE))
    assert any(shot.paper for shot in SHOTS)


def test_every_picture_is_there_and_is_a_small_picture() -> None:
    files = {path.name: path.read_bytes() for path in PICTURES.iterdir()}
    assert set(files) == {f"{shot.file}.png" for shot in SHOTS}
    for name, content in files.items():
        assert content.startswith(b"\x89PNG"), name
        width, height = struct.unpack(">II", content[16:24])
        assert 300 <= width <= 900, name
        assert height >= 150, name
    assert sum(map(len, files.values())) < 1_500_000


def test_the_documentation_shows_each_with_words_and_a_sentence() -> None:
    text = SHOWN_IN.read_text(encoding="utf-8")
    shown = re.findall(r"^!\[([^\]]+)\]\(pictures/([\w-]+)\.png\)\n(\S.+)$", text, flags=re.M)
    assert sorted(file for _, file, _ in shown) == sorted(shot.file for shot in SHOTS)
    assert len({words for words, _, _ in shown}) == len(SHOTS)
    assert text.count("![") == len(SHOTS)
    assert "made up" in text


def test_what_takes_them_is_told_and_is_there() -> None:
    (command,) = re.findall(r"^python (\S+\.py) --docs$", SHOWN_IN.read_text(encoding="utf-8"), flags=re.M)
    assert (SHOWN_IN.parents[1] / command).is_file()


@pytest.mark.parametrize("shot", [shot for shot in SHOTS if shot.part], ids=lambda shot: shot.file)
def test_a_part_that_is_shown_is_a_part_of_an_iterations_page(shot) -> None:  # type: ignore[no-untyped-def]
    from page_samples import pages

    assert f'<section id="{shot.part}"' in pages()[shot.page.removeprefix("iteration: ")]


def told(sample: Result) -> dict[str, int]:
    """What the cards count, and what the tables behind them hold: of all arms together."""
    counted = re.findall(
        r"(\d) of \d (guardrails|promotion)", "\n".join(b.text for v in sample.verdicts for b in v.bullets)
    )
    return {name: sum(int(number) for number, what in counted if what == name) for name in ("guardrails", "promotion")}


@pytest.mark.parametrize("arms", [1, 2, 5])
@pytest.mark.parametrize("code", CODES)
def test_a_sample_does_not_contradict_itself(code, arms):
    sample = result(code, arms)
    assert sample.flow.drawn == sum(arm.assigned for arm in sample.arms)
    assert sample.flow.counted == sum(arm.counted for arm in sample.arms)
    assert sample.flow.drawn == sample.flow.counted + sample.flow.pending
    assert sample.flow.in_scope == sample.flow.drawn + sum(one.count for one in sample.flow.left_out)
    if sample.withheld:
        return
    met = sum(row.met for row in sample.promotion)
    held = sum(row.state == "held" for row in sample.guardrails)
    assert told(sample) == {"guardrails": held, "promotion": 0 if code == "too_early" else met}
    assert (met == len(sample.promotion)) == (code == "promote")
    assert (held == len(sample.guardrails)) == (code not in ("adapt", "too_early"))
    for row in sample.measures[0].rows if code != "too_early" else ():
        expected = standing((row.effect.low, row.effect.estimate, row.effect.high), sample.measures[0].worth_it)
        wanted = {"promote": "pass", "adapt": "pass"}.get(code, code)
        assert expected == wanted

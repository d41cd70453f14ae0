from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from command_builders import result, taken, withheld

from pitcairn.commands import reading
from pitcairn.commands.paper import Paper


def on_paper(made, *, plain: bool = False) -> str:
    stream = io.StringIO()
    paper = Paper(stream, colour=False, typographic=not plain)
    reading.show(paper, taken=taken(made), shown=lambda path: path.relative_to(Path.cwd()).as_posix())
    return stream.getvalue()


def test_the_verdicts_stand_first_in_the_words_of_the_result():
    lines = on_paper(result()).splitlines()
    assert lines[0] == "✓ Promote “Men's e-mail”."
    assert lines[1] == "! Adapt. “Women's e-mail” is not shown safe on “Complaints”."


def test_effects_stand_in_a_table_with_the_numbers_of_the_result():
    shown = on_paper(result())
    row = next(line for line in shown.splitlines() if "+77" in line)
    assert row.startswith("  Visits to the website ")
    assert "\n(Visits to the website: visits per 1,000 customers)\n" in shown
    assert [cell for cell in ("106", "183", "+77", "+65 to +88", "+20") if cell in row] == [
        "106",
        "183",
        "+77",
        "+65 to +88",
        "+20",
    ]


def test_a_number_that_is_not_there_says_why():
    assert "Visits to the website, Women's e-mail: Fewer than 30 customers answered." in on_paper(result())


def test_guardrails_name_those_that_did_not_hold():
    shown = on_paper(result())
    assert "Guardrails, Men's e-mail: 1 of 1 held." in shown
    assert "Guardrails, Women's e-mail: 0 of 1 held." in shown
    assert "! complaint  Not shown safe (limit +1 per 1,000)" in shown


def test_health_names_what_did_not_pass_and_only_that():
    shown = on_paper(result())
    assert "! Missing  2 % have none." in shown
    assert "Group sizes" not in shown


def test_groups_promotion_and_files_follow():
    shown = on_paper(result())
    assert "Home: No clear difference between groups." in shown
    assert "Promotion, Men's e-mail: 1 of 2 tests met." in shown
    assert shown.splitlines()[-2:] == [
        "Wrote results/category-email/iteration-3.json",
        "Wrote reports/category-email/iteration-3.html",
    ]


def test_a_withheld_verdict_shows_no_effect():
    shown = on_paper(withheld(result()))
    assert shown.startswith("× Do not read this yet. Group sizes are off.")
    assert "likely between" not in shown
    assert "Guardrails" not in shown


def test_a_result_without_any_measure_still_shows():
    made = replace(result(), measures=(), guardrails=(), groups=(), promotion=(), health=())
    assert "Confirm it on fresh customers." in on_paper(made)


@pytest.mark.parametrize("plain", [False, True])
def test_nothing_is_wider_than_eighty_columns(plain):
    made = result()
    long = replace(made.measures[0], label="Visits to the website of the shop " * 3)
    arms = tuple(replace(arm, label=f"{arm.label} with the long name that people like") for arm in made.arms)
    shown = on_paper(replace(made, measures=(long,), arms=arms), plain=plain)
    assert max(map(len, shown.splitlines())) <= 80
    assert "+65 to +88" in shown


def test_plain_output_is_ascii_but_for_names():
    assert on_paper(result(), plain=True).isascii()


def test_no_forbidden_word_is_shown():
    shown = on_paper(result()).lower()
    for word in ("significant", "p-value", "lift", "variant", "treatment effect", "srm"):
        assert word not in shown


def test_data_gives_the_verdicts_in_short_and_the_whole_result():
    data = reading.data(taken(result()))
    assert data["verdicts"] == [
        {"arm": "mens", "code": "promote", "headline": "Promote “Men's e-mail”."},
        {"arm": "womens", "code": "adapt", "headline": "“Women's e-mail” is not shown safe on “Complaints”."},
    ]
    assert data["result"] == result()

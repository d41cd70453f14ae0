import csv
import io
from dataclasses import replace

import pytest

from pitcairn.reading.result import Shown
from pitcairn.report.plain import HEADER, markdown, table
from result_samples import CODES, relabelled, result


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_holds_every_effect_and_every_group_in_the_unit_it_names():
    sample = result("promote", 2)
    found = rows(table(sample))
    assert tuple(found[0]) == HEADER
    assert len(found) == sum(len(block.rows) for block in sample.measures) + sum(len(t.rows) for t in sample.groups)
    effect = sample.measures[0].rows[0].effect
    assert isinstance(effect, Shown)
    assert found[0]["unit"].endswith("per 1,000 customers")
    assert float(found[0]["difference"]) == pytest.approx(1000 * effect.estimate, rel=1e-11)
    assert float(found[0]["low"]) == pytest.approx(1000 * effect.low, rel=1e-11)
    level = next(row for row in found if row["level"] and row["difference"])
    split = next(row for row in sample.groups[0].rows if isinstance(row.effect, Shown))
    assert float(level["difference"]) == pytest.approx(1000 * split.effect.estimate, rel=1e-11)
    assert found[0]["verdict"] == "Promote"
    hidden = [row for row in found if row["why_not"]]
    assert hidden
    assert all(row["difference"] == "" for row in hidden)


def test_customers_are_those_whom_a_difference_rests_on_in_every_line():
    sample = result("promote", 2)
    counted = {arm.label: arm.counted for arm in sample.arms}
    control = next(arm.counted for arm in sample.arms if arm.role == "control")
    lines = [row for row in rows(table(sample)) if not row["group"]]
    assert {row["arm"]: int(row["customers"]) for row in lines} == {
        arm.label: control + counted[arm.label] for arm in sample.arms if arm.role == "treatment"
    }


def test_a_withheld_reading_has_no_number():
    unsafe = replace(result("adapt", 2), withheld=True)
    assert table(unsafe).splitlines() == [",".join(HEADER)]
    assert "+38" not in markdown(unsafe)


@pytest.mark.parametrize("label", ["=1+1", "+A", "-A", "@SUM(A1)", "\tA"])
def test_no_label_becomes_a_formula(label):
    found = rows(table(relabelled(result("promote", 1), ("Nothing", label))))
    assert found[0]["arm"] == f"'{label}"


@pytest.mark.parametrize("code", CODES)
def test_markdown_says_the_verdict_the_health_and_the_next_step(code):
    sample = result(code, 2)
    text = markdown(sample)
    assert text.startswith("## ")
    assert sample.health_headline.replace("~", "") in text
    assert f"`{sample.next_command}`" in text
    assert ("| Measure |" in text) != sample.withheld


def test_hostile_words_stay_words_in_markdown():
    label = "a|b <script>alert(1)</script> [x](javascript:y) `z`\n# h"
    text = markdown(relabelled(result("promote", 1), ("Nothing", label)))
    assert "<script" not in text
    line = next(line for line in text.splitlines() if "a\\|b" in line and line.startswith("|"))
    assert line.count(" | ") == 6
    assert "\\[x\\](javascript:y) \\`z\\` \\# h" in line

"""Whole readings of what is no average of customers drawn one by one: quantiles, changes, households."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from small_shop import a_shop, assigned, go, look, luck

from pitcairn.errors import PitcairnError
from pitcairn.iteration.rehearse import rehearse
from pitcairn.program import ProgramFolder
from pitcairn.reading.result import Shown

PROGRAM = (
    (
        "groups:",
        """  basket: {label: Median basket, kind: quantile, at: 0.5, source: outcomes, column: basket, money: true,
    unit: per customer who bought}
  trust: {label: Trust, kind: mean, source: outcomes, column: trust, before: trusted, change: true, unit: points}
groups:""",
    ),
)
PILOT = (("deciding: visit", "deciding: basket\nsignals: [trust]\nwatch: [visit]"),)


@pytest.fixture
def shop(tmp_path: Path) -> ProgramFolder:
    folder = a_shop(tmp_path / "shop")
    for path, changes in ((folder.program_file, PROGRAM), (folder.pilot_file("note"), PILOT)):
        for old, new in changes:
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    iteration = folder.iteration_file("note", 1)
    written = iteration.read_text(encoding="utf-8").replace("worth_it: 20 per 1000", "worth_it: 1 each")
    iteration.write_text(written, encoding="utf-8")
    people = folder.root / "data" / "customers.csv"
    first, *lines = people.read_text(encoding="utf-8").split()
    lines = [f"{line},{earlier(line.split(',')[0]) or ''}" for line in lines]
    people.write_text("\n".join([f"{first},trusted", *lines]) + "\n", encoding="utf-8")
    return folder


def earlier(customer: str) -> int | None:
    return 1 + int(luck(customer, "trusted") * 7) if luck(customer, "asked") < 0.8 else None


def happen(folder: ProgramFolder) -> dict[str, tuple[list[float], list[float]]]:
    """Writes outcomes; by arm the baskets, and the changes of those who answered both times."""
    found: dict[str, tuple[list[float], list[float]]] = {"usual": ([], []), "note": ([], [])}
    lines = ["id,visit,complaint,basket,trust"]
    for customer, arm in sorted(assigned(folder).items()):
        more = 1.3 if arm == "note" else 1.0
        basket = round(np.exp(3 + luck(customer, "basket")) * more, 2) if luck(customer, "buys") < 0.5 else None
        trust = round(4 + 2 * luck(customer, "trust") + more, 1) if luck(customer, "answers") < 0.6 / more else None
        if basket is not None:
            found[arm][0].append(basket)
        before = earlier(customer)
        if trust is not None and before is not None:
            found[arm][1].append(trust - before)
        lines.append(f"{customer},1,0,{'' if basket is None else basket},{'' if trust is None else trust}")
    (folder.root / "data" / "outcomes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def test_a_median_decides_and_a_change_is_read_beside_it(shop: ProgramFolder) -> None:
    go(shop)
    wanted = happen(shop)
    result = look(shop).result
    blocks = {block.id: block for block in result.measures}
    basket, trust = (blocks[id].rows[0].effect for id in ("basket", "trust"))
    assert isinstance(basket, Shown)
    assert isinstance(trust, Shown)
    medians = [np.quantile(wanted[arm][0], 0.5, method="inverted_cdf") for arm in ("usual", "note")]
    assert (basket.control, basket.treated) == pytest.approx(medians)
    assert basket.low < medians[1] - medians[0] < basket.high
    assert basket.control_text.startswith("$")
    by_rows = stats.ttest_ind(wanted["note"][1], wanted["usual"][1], equal_var=False).confidence_interval()
    assert (trust.low, trust.high) == pytest.approx(tuple(by_rows), rel=1e-9)
    assert result.verdicts[0].code == "adapt"
    rows = [row for row in result.groups[0].rows if isinstance(row.effect, Shown)]
    assert {row.level for row in rows} == {"town", "land"}
    ranks = [row for row in result.details if row.method == "Ranks"]
    assert ranks
    assert not any(row.p for row in ranks), "a range of ranks is no test"
    assert any("Woodruff" in sentence for sentence in result.method)
    assert any("“Trust” is a change" in sentence for sentence in result.method)


def test_who_answered_both_times_is_told_by_arm(shop: ProgramFolder) -> None:
    go(shop)
    wanted = happen(shop)
    result = look(shop).result
    drawn = list(assigned(shop).values())
    shares = [len(wanted[arm][1]) / drawn.count(arm) for arm in ("usual", "note")]
    (alike,) = (check for check in result.health if check.name == "Answers given alike")
    assert alike.state == "warn"
    said = f"“Trust” is known before and after for {shares[0]:.0%} of “As today” and {shares[1]:.0%} of “A note”."
    assert said in alike.sentence


def test_a_median_cannot_be_rehearsed_and_the_message_says_why(shop: ProgramFolder) -> None:
    with pytest.raises(PitcairnError, match="it is a quantile"):
        rehearse(shop, "note", 1, repetitions=1)


def test_beside_a_measure_that_can_be_rehearsed_they_are_left_out(shop: ProgramFolder) -> None:
    pilot, iteration = shop.pilot_file("note"), shop.iteration_file("note", 1)
    text = pilot.read_text(encoding="utf-8")
    text = text.replace(
        "deciding: basket\nsignals: [trust]\nwatch: [visit]", "deciding: visit\nsignals: [trust, basket]"
    )
    pilot.write_text(text, encoding="utf-8")
    text = iteration.read_text(encoding="utf-8").replace("worth_it: 1 each", "worth_it: 20 per 1000")
    iteration.write_text(text, encoding="utf-8")
    assert len(rehearse(shop, "note", 1, repetitions=2).scenarios) >= 3


def test_where_households_were_drawn_ranges_go_by_them_and_the_page_says_so(tmp_path: Path) -> None:
    folder = a_shop(tmp_path / "shop")
    iteration, people = folder.iteration_file("note", 1), folder.root / "data" / "customers.csv"
    observed = "assignment: {source: customers, column: arm, cluster: household}\nstart:"
    iteration.write_text(iteration.read_text(encoding="utf-8").replace("start:", observed), encoding="utf-8")
    first, *lines = people.read_text(encoding="utf-8").split()
    drawn, came = [f"{first},household,arm"], ["id,visit,complaint"]
    sums: dict[str, dict[str, list[int]]] = {"usual": {}, "note": {}}
    for number, line in enumerate(lines):
        home = f"h{number // 4}"
        arm = "note" if luck(home, "arm") < 0.5 else "usual"
        visit = int(luck(home, "visit") < 0.3 + 0.1 * (arm == "note"))
        drawn.append(f"{line},{home},{arm}")
        came.append(f"{line.split(',')[0]},{visit},0")
        sums[arm].setdefault(home, []).append(visit)
    people.write_text("\n".join(drawn) + "\n", encoding="utf-8")
    (folder.root / "data" / "outcomes.csv").write_text("\n".join(came) + "\n", encoding="utf-8")
    go(folder)
    result = look(folder).result
    # Households of four who all do the same: the range is that of their shares, each household counted once.
    shares = {arm: [float(np.mean(visits)) for visits in homes.values()] for arm, homes in sums.items()}
    plain = stats.ttest_ind(shares["note"], shares["usual"], equal_var=False).confidence_interval()
    visit = next(block for block in result.measures if block.id == "visit").rows[0].effect
    assert isinstance(visit, Shown)
    assert visit.high - visit.low == pytest.approx(plain.high - plain.low, rel=0.02)
    assert any("What was drawn is “household”" in sentence for sentence in result.method)
    sizes = next(check for check in result.health if check.name == "Groups as planned")
    assert f"{len(sums['usual'])} / {len(sums['note'])} by “household”" in sizes.sentence
    assert [twin.kind for twin in result.twins] == ["unadjusted"]

from dataclasses import replace

from pitcairn.reading.policy import policies
from pitcairn.reading.result import GroupRow, GroupTable, Result, Withheld
from result_samples import LABELS, result, shown


def reading(*rows: tuple[str, str, float, float]) -> Result:
    """(level, arm, difference, half of its range)"""
    table = GroupTable(
        id="bought",
        label="Bought before",
        heading="Groups clearly differ",
        differs_for=("note",),
        rows=tuple(
            GroupRow(level=level, arm=arm, customers=900, effect=shown(0.1, difference, half))
            for level, arm, difference, half in rows
        ),
    )
    return replace(result("adapt", 2), groups=(table,))


def test_the_arm_that_is_clearly_ahead_is_suggested():
    (policy,) = policies(reading(("Once", "note", 0.08, 0.02), ("Once", "voucher", 0.02, 0.01)))
    (one,) = policy.suggestions
    assert (policy.label, one.when, one.arm, one.best, one.why) == (
        "Bought before",
        "Once",
        "note",
        LABELS[1],
        f"“{LABELS[1]}” +80 (+60 to +100) and “{LABELS[2]}” +20 (+10 to +30).",
    )


def test_arms_whose_ranges_overlap_are_too_close_to_call():
    (policy,) = policies(reading(("Once", "note", 0.05, 0.03), ("Once", "voucher", 0.04, 0.03)))
    assert policy.suggestions[0].arm is None
    assert policy.suggestions[0].best == "Too close to call"
    assert policy.suggestions[0].why.endswith("+40 (+10 to +70): which gains more is open."), "with both numbers"


def test_without_a_sure_gain_things_stay_as_they_are():
    (policy,) = policies(reading(("Once", "note", 0.02, 0.03), ("Once", "voucher", -0.05, 0.03)))
    assert policy.suggestions[0].best == LABELS[0]
    assert policy.suggestions[0].why.startswith("No sure gain: “A note from the shop” +20 (−10 to +50)")


def test_where_less_is_better_a_fall_is_what_is_suggested():
    base = reading(("Once", "note", -0.08, 0.02), ("Once", "voucher", 0.08, 0.02))
    fewer = replace(base, measures=(replace(base.measures[0], better="down"), *base.measures[1:]))
    assert policies(fewer)[0].suggestions[0].arm == "note"


def test_hidden_groups_stay_hidden_and_nothing_is_suggested_early_or_without_a_difference():
    base = reading(("Once", "note", 0.08, 0.02))
    hidden = replace(base.groups[0], rows=(replace(base.groups[0].rows[0], effect=Withheld(why="Fewer than 50.")),))
    assert policies(replace(base, groups=(hidden,)))[0].suggestions[0].why == "Too few customers to say."
    assert policies(replace(base, groups=(replace(base.groups[0], differs_for=()),))) == ()
    assert policies(replace(result("too_early", 2), groups=base.groups)) == ()
    assert policies(replace(base, withheld=True)) == ()

"""What stayed the same since the iteration before, by the plan that was locked then."""

from dataclasses import replace

from readings import AREA, SPAM, VISIT, a_cube, a_lock, a_plan, a_reading, shares

from pitcairn.design.plan import ChangePlan
from pitcairn.reading.stayed import stayed_the_same

CHANGED = (ChangePlan(what="The note is shorter", why="Nobody read it."),)


def described(plan, message):
    """The plan with something said of its second arm."""
    return replace(plan, arms=(plan.arms[0], replace(plan.arms[1], message=message), *plan.arms[2:]))


def test_what_neither_plan_changed_is_named_and_nothing_else():
    before = a_plan(measures=(VISIT, SPAM), groups=(AREA,))
    after = replace(before, measures=(replace(VISIT, worth_it=0.03), SPAM), number=2)
    said = stayed_the_same(before, after)
    assert said is not None
    assert said.startswith("Which customers can be drawn, the shares of the draw, the guardrail with its margin")
    assert "the groups that are looked at" in said
    assert said.endswith(".")
    assert "deciding" not in said
    assert "got" not in said, "no plan says what anybody got"


def test_an_arm_stays_only_where_it_is_described_and_described_alike():
    before = described(a_plan(), "Come and see")
    label = before.arms[1].label
    assert f"what “{label}” got" in (stayed_the_same(before, before) or "")
    assert "got" not in (stayed_the_same(before, described(before, "Come back")) or "")


def test_another_name_is_no_change():
    before = a_plan()
    after = replace(before, measures=(replace(VISIT, label="Calls at the shop"), *before.measures[1:]))
    assert "the deciding measure, “Calls at the shop”, with its worth-it line" in (stayed_the_same(before, after) or "")


def test_nothing_is_said_without_an_earlier_plan_or_without_anything_that_stayed():
    plan = a_plan(measures=(VISIT,), groups=())
    assert stayed_the_same(None, plan) is None
    other = replace(
        plan,
        population="others",
        arms=tuple(replace(arm, share=arm.share / 2) for arm in plan.arms),
        measures=(replace(VISIT, column="call"),),
        follow_up_days=plan.follow_up_days + 1,
        promotion_iterations=plan.promotion_iterations + 1,
    )
    assert stayed_the_same(plan, other) is None


def test_a_reading_says_it_where_the_plan_says_what_changed():
    before = a_plan()
    after = replace(before, number=2, changed=CHANGED)
    cube = a_cube({("none",): {"visit": shares(500, 5000)}, ("note",): {"visit": shares(800, 5000)}})
    assert a_reading(after, cube, lock=a_lock(before=before)).stayed == stayed_the_same(before, after)
    assert a_reading(after, cube).stayed is None
    assert a_reading(before, cube, lock=a_lock(before=before)).stayed is None

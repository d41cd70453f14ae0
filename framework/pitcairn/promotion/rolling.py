"""The rollout plan of a pack: what `pack.yaml` asks for, and the usual where it says nothing."""

from __future__ import annotations

from pitcairn.promotion.contents import RolloutPlan, Stage, Wave
from pitcairn.spec.practice import Rollout

WAVES = (
    Wave(name="A few that differ", places=2, share=None, choose="most_different"),
    Wave(name="A quarter, by lot", places=None, share=0.25, choose="random"),
    Wave(name="Everybody", places=None, share=1.0, choose="all"),
)
STAGES = (
    Stage(name="Smoke", treat=0.05, control=0.05, days=7, smallest=400, gate="safety", approval=()),
    Stage(name="Half", treat=0.25, control=0.25, days=21, smallest=3000, gate="safety", approval=("owner",)),
    Stage(name="Read", treat=0.5, control=0.5, days=28, smallest=None, gate="final", approval=("owner", "analyst")),
    Stage(name="Scale", treat=0.9, control=0.1, days=90, smallest=None, gate="persistence", approval=()),
)
"""Nobody moves between arms as shares grow; only after the final reading is part of the control released."""
HOLDOUT = 0.10
ROLLBACK = (
    "Stop enrolling customers.",
    "Cancel what is queued and not sent.",
    "Go back to the practice before.",
    "Honour every offer that was made.",
    "Keep measuring the customers already reached until their follow-up is over.",
    "Tell the owner and whoever adopted the pack.",
)
"""A message cannot be unsent, so this is what stopping means."""


def rollout_of(spec: Rollout) -> RolloutPlan:
    """Waves, stages, holdout and rollback."""
    return RolloutPlan(
        waves=tuple(
            Wave(
                name=one.name,
                places=one.places,
                share=None if one.share is None else float(one.share),
                choose=one.choose,
            )
            for one in spec.waves
        )
        or WAVES,
        stages=tuple(
            Stage(
                name=one.name,
                treat=float(one.treat),
                control=float(one.control),
                days=one.hold,
                smallest=one.smallest,
                gate=one.gate,
                approval=tuple(one.approval),
            )
            for one in spec.stages
        )
        or STAGES,
        holdout=HOLDOUT if spec.holdout is None else float(spec.holdout),
        holdout_months=spec.holdout_months,
        rollback=tuple(spec.rollback) or ROLLBACK,
    )

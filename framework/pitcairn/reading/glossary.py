"""The words that pages and the terminal use, each explained once: `pitcairn explain`, and the end of every page."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word, in a few sentences that need no other knowledge."""

    id: str
    """Small letters and hyphens: what is typed, and what links point to."""
    name: str
    text: str
    also: tuple[str, ...] = ()
    """Other ways people ask for it."""


TERMS = (
    Term(
        id="arm",
        name="Arm",
        text="What a customer is drawn to: one of the practices being tried, or the comparison.",
        also=("group", "treatment", "variant", "cell"),
    ),
    Term(
        id="attempt",
        name="Attempt",
        text="Which confirmation of the same question at the same place this is, counted from one. Each is judged more "
        "strictly than the one before, so that trying often enough never becomes a way to win.",
    ),
    Term(
        id="comparison",
        name="Comparison",
        text="The arm every other arm is held against: customers who got today's practice, or nothing. Without it, "
        "nobody knows what would have happened anyway.",
        also=("control", "holdout", "baseline"),
    ),
    Term(
        id="confirmation",
        name="Confirmation",
        text="An iteration with a frozen model, fresh customers and a fixed end. It is the only road to promotion, and "
        "each one that starts spends from the error budget.",
        also=("confirm",),
    ),
    Term(
        id="customers-counted",
        name="Customers counted",
        text="Customers whose follow-up is over. Those still being followed are left out until theirs is, so that "
        "everybody had the same time to act.",
        also=("counted", "pending"),
    ),
    Term(
        id="deciding-measure",
        name="Deciding measure",
        text="The one measure the verdict is about, chosen before launch. Others are shown beside it and decide "
        "nothing, or can only stop.",
        also=("deciding", "primary metric", "goal"),
    ),
    Term(
        id="decision",
        name="Decision",
        text="What a named person decided, and why. The rules recommend; they never decide.",
        also=("decide",),
    ),
    Term(
        id="drawn-by-lot",
        name="Drawn by lot",
        text="Chance alone put each customer into an arm, so the arms were alike to begin with, and what differs "
        "afterwards comes from what they got.",
        also=("draw", "random", "randomised", "assignment"),
    ),
    Term(
        id="error-budget",
        name="Error budget",
        text="How often a worthless model may ever be promoted by luck, however many attempts are made: 5 in 100 for "
        "all confirmations of one question together. Half of what is left goes to each next attempt.",
        also=("alpha", "budget", "spent"),
    ),
    Term(
        id="exploration",
        name="Exploration",
        text="An iteration to learn from: look whenever you like, rework freely. It never promotes, because a model "
        "found by looking has to hold once more on customers nobody has looked at.",
        also=("explore",),
    ),
    Term(
        id="guardrail",
        name="Guardrail",
        text="A measure that must not get worse by more than its limit. It is held only when the whole range lies "
        "inside the limit: not shown to be harmful is not enough.",
        also=("limit", "margin", "held", "broken", "not shown safe"),
    ),
    Term(
        id="health-check",
        name="Health check",
        text="A question asked of the data before any effect is looked at, such as whether the groups are as large as "
        "they were drawn. Where one that must pass fails, no effect is shown.",
        also=("health", "group-sizes", "group sizes", "trust"),
    ),
    Term(
        id="iteration",
        name="Iteration",
        text="One turn of a pilot: a plan, a draw, a reading, a decision.",
    ),
    Term(
        id="kept-out",
        name="Kept out of all pilots",
        text="Customers whom a lot keeps out of every pilot of the program, for good. What they do is what would have "
        "been done without the program, so that all pilots together can be held against them.",
        also=("program holdout", "global holdout", "universal holdout"),
    ),
    Term(
        id="lineage",
        name="Lineage",
        text="All iterations that ask for the same deciding measure at the same place, in whichever pilot. The error "
        "budget belongs to it, so a new name buys no new chances.",
    ),
    Term(
        id="look",
        name="Look",
        text="A day fixed by the plan on which every measure is judged, whoever reads when. The ranges shown by day "
        "are wide enough for all looks together, so looking every day costs nothing.",
        also=("looks", "peeking", "built up"),
    ),
    Term(
        id="measure",
        name="Measure",
        text="Something counted or summed for each customer over their follow-up: whether they came back, what they "
        "spent.",
        also=("metric", "signal", "watch"),
    ),
    Term(
        id="model",
        name="Model",
        text="The practice being tried: who gets which message, by which channel, when and how often.",
        also=("practice",),
    ),
    Term(
        id="natural-frequencies",
        name="Out of every 1,000",
        text="Shares are told as customers out of every 1,000: 106 came back without the message, 150 with it.",
        also=("per 1,000", "rate"),
    ),
    Term(
        id="pilot",
        name="Pilot",
        text="One challenge at exactly one product line or one location, tried, read and reworked until it succeeds or "
        "is dropped for good reasons.",
    ),
    Term(
        id="plan",
        name="Plan",
        text="What an iteration promised: whom it draws, what it measures, what counts as enough. It is locked before "
        "the first customer is drawn, and a changed plan is refused.",
        also=("lock", "locked"),
    ),
    Term(
        id="prediction",
        name="Prediction",
        text="What the owner wrote before launch that would happen. Beside what did happen, it shows over time "
        "how well the team knows its customers.",
        also=("calibration",),
    ),
    Term(
        id="promotion-test",
        name="Promotion test",
        text="Something that must hold, besides a gain worth having, before a model may be promoted: confirmed on "
        "fresh customers, every guardrail held, no group worse off.",
        also=("promote", "promotion", "readiness"),
    ),
    Term(
        id="range",
        name="Range",
        text="Where the true difference likely lies. The best estimate stands in its middle part; a narrow range "
        "means much is known, a wide one that little is. “Likely” means: of 20 such ranges, 19 hold the truth; "
        "of those of a confirmation's guardrails, which are read at one end only, at least 18.",
        also=("likely between", "interval", "confidence interval", "likely"),
    ),
    Term(
        id="reading",
        name="Reading",
        text="One look at the outcomes as of a day, with everything that follows from it. All words and numbers on a "
        "page come from one reading.",
        also=("read", "result"),
    ),
    Term(
        id="verdict",
        name="Verdict",
        text="What the rules of the plan recommend for an arm: do not read, keep going, stop, promote, adapt, stop as "
        "too small, stop for want of a gain, or cannot tell.",
    ),
    Term(
        id="worth-it-line",
        name="Worth-it line",
        text="The smallest gain worth having, written before launch. A gain is held against this line, not only "
        "against nothing: a gain can be real and still not pay for the trouble.",
        also=("worth-it", "worth it", "line", "multiples"),
    ),
)
BY_ID = {term.id: term for term in TERMS}


def find(asked: str) -> Term | None:
    """The term somebody means, whichever way they write it; None where nothing is meant."""
    wanted = _key(asked)
    return next((term for term in TERMS if wanted in {_key(one) for one in (term.id, term.name, *term.also)}), None)


def near(asked: str) -> tuple[str, ...]:
    """Ids of terms that are written nearly like what was asked, best first."""
    names = {_key(name): term.id for term in TERMS for name in (*term.also, term.name, term.id)}
    return tuple(dict.fromkeys(names[one] for one in get_close_matches(_key(asked), names, 3, 0.6)))


def _key(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split())

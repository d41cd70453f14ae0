"""Every question that health asks: its name, whether it gates, and when it warns, fails or cannot be answered.

A check can only give an answer that its question describes, so docs/health.md, which is made from here
(`python -m pitcairn.evidence.questions > docs/health.md`), cannot leave one out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pitcairn.evidence.facts import Check

State = Literal["pass", "warn", "fail", "unchecked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, and in words when it is not a plain yes."""

    id: str
    name: str
    asks: str
    gating: bool = False
    """Failing withholds every effect; so that a model is promoted, it must be answered."""
    warns: str | None = None
    fails: str | None = None
    unchecked: str | None = None

    def answer(self, state: State, sentence: str, value: float | None = None, limit: float | None = None) -> Check:
        """The check. ValueError for an answer that the question does not describe."""
        if state != "pass" and {"warn": self.warns, "fail": self.fails, "unchecked": self.unchecked}[state] is None:
            raise ValueError(f"The question {self.id!r} has no answer {state!r}.")
        return Check(
            id=self.id,
            name=self.name,
            gating=self.gating,
            state=state,
            sentence=sentence,
            value=value,
            limit=limit,
        )


PLAN = Question(
    id="plan",
    name="Plan as locked",
    gating=True,
    asks="Is the plan the one that was locked at launch?",
    fails="it is not",
)
ARMS = Question(
    id="arms",
    name="Customers in every group",
    gating=True,
    asks="Does every arm have customers?",
    fails="an arm has nobody, or there is one arm only",
)
SIZES = Question(
    id="sizes",
    name="Groups as planned",
    gating=True,
    asks="Are the arms as large as their planned shares promise? Where whole households or the like were drawn, these "
    "are counted, here and in the two checks that follow.",
    warns="the evidence against the planned shares reaches 100 (a Dirichlet-multinomial e-value around the planned "
    "shares, with a concentration of a tenth of the customers and at least 100; it may be looked at any day); for "
    "somebody else's draw whose customers are all followed to the end also where a chi-square test, which then has its "
    "one look, gives less than 1 in 100",
    fails="it reaches 1,000; for such a draw also where the chi-square test gives less than 1 in 1,000",
)
SIZES_WITHIN = Question(
    id="sizes_within",
    name="Groups as planned for every kind of customer",
    gating=True,
    asks="The same inside every level of the declared groups; of households, those with somebody in it.",
    warns="the evidence in a level reaches 100 times the number of levels",
    fails="it reaches 1,000 times the number of levels",
)
SIZES_OVER_TIME = Question(
    id="sizes_over_time",
    name="Groups as planned on every day",
    gating=True,
    asks="Where customers start on days of their own: was the draw as planned on each day, and all days up to it "
    "together? Where all start on one day: are those whose deciding outcome is known still drawn as planned?",
    warns="the running evidence reaches 100 on some day, or that of one day alone 100 times the number of days",
    fails="the same with 1,000",
    unchecked="nobody has been counted yet, or whole households or the like were drawn and all started on one day",
)
ONCE = Question(
    id="once",
    name="Each customer once",
    gating=True,
    asks="Is nobody counted twice, or in two arms, and no household where these were drawn? Data that has somebody "
    "twice, or a household in two arms, is refused before any check.",
    unchecked="the data names no customers",
)
START = Question(
    id="start",
    name="Started after launch",
    gating=True,
    asks="Did nobody start before the planned start?",
    fails="somebody did",
    unchecked="the draw is somebody else's and has no days of start",
)
ALIKE = Question(
    id="alike",
    name="Alike before the start",
    gating=True,
    asks="Standardised differences of every value before the start and of every level of the declared groups.",
    warns="a gap is larger than chance gives in 1 of 370 readings, however many gaps are looked at",
    fails="it is larger than chance gives in 1 of 16,000 readings, and above 0.1 standard deviations",
    unchecked="no measure has a value before the start, and no groups are declared",
)
MISSING_ALIKE = Question(
    id="missing_alike",
    name="Outcomes known alike",
    gating=True,
    asks="Is an outcome that everybody should have missing equally often in every arm?",
    warns="a gap is larger than chance gives in 1 of 370 readings, however many gaps are looked at",
    fails="it is larger than chance gives in 1 of 16,000 readings, and more than 1 in 100 customers",
    unchecked="nobody has been counted yet",
)
SOMETHING = Question(
    id="something",
    name="Something happened",
    gating=True,
    asks="Is no measure zero for everybody?",
    warns="a measure other than the deciding one is",
    fails="the deciding measure is",
    unchecked="nobody has been counted yet",
)
REACHED = Question(
    id="reached",
    name="Customers were reached",
    asks="How many customers of each arm that tries something were really reached?",
    warns="more than 1 in 10 customers of an arm were never reached",
    fails="nobody of an arm was reached; this withholds every effect",
    unchecked="the plan has no `exposure`, or nobody has been counted yet",
)
NOT_MEANT = Question(
    id="not_meant",
    name="Nobody reached by mistake",
    asks="Did customers of the comparison get what only the others should get?",
    warns="more than 1 in 100 of them did",
    fails="the share of them that did is half of that of some arm, or more; this withholds every effect",
    unchecked="the plan has no `exposure`, or says with `would_have_been` that the comparison is in it by design",
)
REACHED_ALIKE = Question(
    id="reached_alike",
    name="Reached alike",
    asks="Where the comparison is logged when it would have been reached: do the reached customers have the planned "
    "shares? Results of reached customers alone rest on it.",
    warns="the evidence against the planned shares among them reaches 100",
    unchecked="the plan has no `exposure` with `would_have_been: true`, or nobody was reached yet",
)
BEFORE = Question(
    id="before",
    name="No effect before the start",
    asks="Each measure with a value before the start is compared between the arms as if that value were the outcome.",
    warns="a difference is larger than chance gives in 1 of 370 readings, however many are looked at",
    unchecked="no measure has a value before the start",
)
MISSING = Question(
    id="missing",
    name="Few outcomes missing",
    asks="How many counted customers lack an outcome that everybody should have?",
    warns="more than 5 in 100 do",
    unchecked="nobody has been counted yet",
)
WORST_CASE = Question(
    id="worst_case",
    name="Missing outcomes could not turn the result",
    asks="How far would the deciding difference move if everybody whose outcome is not known had done as badly as "
    "possible in one arm and as well as possible in the other (Manski 1990)? Where values have no limit, or only some "
    "customers have one: if the customers that one arm has too many of were its most extreme (Lee 2009; at most the "
    "standard deviation times √(q / (1 − q)) for a surplus of q).",
    warns="by the worth-it line or more",
    unchecked="nobody has been counted yet, or the deciding measure is a ratio",
)
ANSWERING_ALIKE = Question(
    id="answering_alike",
    name="Answers given alike",
    asks="Do as many customers have a value in every arm, for measures that only some customers have?",
    warns="a gap is larger than chance gives in 1 of 370 readings, however many gaps are looked at",
    unchecked="nobody has been counted yet",
)
PENDING = Question(
    id="pending",
    name="Follow-up over",
    asks="Is everybody's follow-up over? Who is not followed to the end is not counted.",
    warns="it is not",
)
OUTSIDE = Question(
    id="outside",
    name="Nothing after the end",
    asks="How many customers started too late to be followed to the planned end, and how many rows have a day that no "
    "measure looks at? They are left out.",
    warns="customers started too late, or rows have no day",
)
KEPT = Question(
    id="kept",
    name="No data lost",
    asks="Compared with the last reading in the ledger: are all rows, all customers and all outcomes still there?",
    warns="a source has fewer rows, an arm fewer customers, or the deciding outcomes of the customers counted then "
    "have changed",
    unchecked="the last reading was of a later day",
)
WEEKS = Question(
    id="weeks",
    name="Whole weeks",
    asks="Is every weekday equally often in the follow-up, and in the days that each measure looks at?",
    warns="the follow-up, or the days of a measure, are not whole weeks",
)
CARRIED = Question(
    id="carried",
    name="Not carried by a few",
    asks="How much would the deciding difference move without the ten highest customers of each arm?",
    warns="by more than half of itself, or of its standard error where it is smaller than that",
    unchecked="nobody has been counted yet, or the deciding measure is a ratio",
)
CAPPED = Question(
    id="capped",
    name="Caps cut little",
    asks="How much of a measure does its cap take away, in the arm where it takes most?",
    warns="more than 1 in 10 of it",
    unchecked="nobody has been counted yet",
)
NOVELTY = Question(
    id="novelty",
    name="Not only new",
    asks="Is the deciding difference the same early and later? From events: in each customer's first week and in the "
    "weeks after, per day. Where customers start on days of their own: for those who started in the first week, and "
    "for those after. A gain that stays so many per cent, or so much, does not wear off, whatever the level does.",
    warns="the two differ by more than chance gives in 1 of 370 readings, both in amounts and beside the comparison's "
    "level (of shares, the rate at which those who have not done it yet do it)",
    unchecked="the outcomes have no days and all start on one day, or there are not two whole weeks",
)
PREVIOUS = Question(
    id="previous",
    name="No trace of last time",
    asks="Where customers were drawn again after a wash-out: is the deciding difference the same among those who are "
    "fresh and those who were drawn to each arm last time? Groups of fewer than 50 are left out.",
    warns="the differences lie further apart than chance gives in 1 of 370 readings (Cochran's Q over what customers "
    "were drawn to last time; with several arms, each at its part of that)",
    unchecked="customers were drawn again, and fewer than two kinds of them have 50 customers in each arm, or the "
    "deciding measure is a quantile",
)
TAILS = Question(
    id="tails",
    name="Enough customers for averages",
    asks="Do a few customers hold so much of a measure that its averages have not settled? Is the deciding share so "
    "rare, or so common, that its range errs less often than it says?",
    warns="the smallest arm has fewer than 355 · skew² customers (Kohavi and others, 2014), or, by the share of all "
    "arms together, fewer than 20 who have what decides, or who lack it",
    unchecked="no amount varies yet",
)

ALL = (
    PLAN,
    ARMS,
    SIZES,
    SIZES_WITHIN,
    SIZES_OVER_TIME,
    ONCE,
    START,
    ALIKE,
    MISSING_ALIKE,
    SOMETHING,
    REACHED,
    NOT_MEANT,
    REACHED_ALIKE,
    BEFORE,
    MISSING,
    WORST_CASE,
    ANSWERING_ALIKE,
    PENDING,
    OUTSIDE,
    KEPT,
    WEEKS,
    CARRIED,
    CAPPED,
    NOVELTY,
    PREVIOUS,
    TAILS,
)
"""In the order in which they are asked."""


def page() -> str:
    """docs/health.md."""
    parts = [_HEAD]
    for title, chosen in (("Checks that gate", True), ("Checks that advise", False)):
        parts.append(f"## {title}\n")
        parts += [_entry(question) for question in ALL if question.gating == chosen]
    return "\n".join(parts)


_HEAD = """\
<!-- Made by `python -m pitcairn.evidence.questions > docs/health.md`. Change the questions, not this file. -->
# Health checks

Every reading asks all of these questions, in the same order, and answers each with one sentence and a number:
**passed**, **warning**, **failed**, or **could not be checked**, which is never left out and never counts as passed.

Where a check that gates fails, the verdict is `unsafe_to_read` and no effect is worked out. So that a model can be
promoted, every check that gates must have been answered. The others advise: they say how far to trust what is shown.

`exposure` is a key of `iteration-N.yaml` (see plan-files.md): where it is known who was really reached.
"""


def _entry(question: Question) -> str:
    lines = [f"### {question.name} (`{question.id}`)\n", f"{question.asks}\n"]
    said = (("warns", question.warns), ("fails", question.fails), ("could not be checked", question.unchecked))
    lines += [f"- **{word}** when {when}." for word, when in said if when]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")

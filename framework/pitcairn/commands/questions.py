"""What `new` asks: each question once, as a prompt and as a flag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pitcairn.commands import proposals, replies

if TYPE_CHECKING:
    from pitcairn.spec.models import ProgramSpec

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known while asking: the program, and the answers so far."""

    pilot: str
    program: ProgramSpec
    today: date
    person: str
    answers: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """The answer to a question with a single one."""
        return self.answers[name][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: how it is asked, what is proposed, what an answer may be."""

    name: str
    prompt: str
    example: str
    help: str
    propose: Callable[[Known], str]
    check: Callable[[Known, str], str] = replies.text
    """Gives the answer in its kept form; ValueError with a sentence where it cannot be one."""
    choices: Callable[[ProgramSpec], Iterable[str]] = lambda _: ()
    """The ids of the program that can be an answer."""
    several: bool = False
    personal: bool = True
    """Only a person knows: where nobody is asked, the proposal is not taken for an answer."""
    flags: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The flags that answer it."""
        return self.flags or (f"--{self.name.replace('_', '-')}",)


QUESTIONS: tuple[Question, ...] = (
    Question(
        name="title",
        prompt="What is the pilot called?",
        example="A second order",
        help="A name that the people around you understand. It heads every page.",
        propose=proposals.title,
        personal=False,
    ),
    Question(
        name="owner",
        prompt="Who answers for it?",
        example="Loyalty team",
        help="A person or a team. Whoever decides on promotion later is somebody else.",
        propose=lambda known: known.person,
        personal=False,
    ),
    Question(
        name="place",
        prompt="Which product line or location is it about?",
        example="coffee",
        help="Exactly one, small enough to learn fast. It must be one that program.yaml knows.",
        propose=proposals.place,
        check=replies.place,
        choices=lambda program: [*program.product_lines, *program.locations],
        flags=("--product-line", "--location"),
    ),
    Question(
        name="challenge",
        prompt="What should go better: engage, profile, nurture or qualify?",
        example="nurture",
        help="engage: win attention. profile: get to know customers. nurture: grow the relation. qualify: find out who "
        "is ready.",
        propose=lambda _: "engage",
        check=replies.challenge,
        personal=False,
    ),
    Question(
        name="audience",
        prompt="Who is it about?",
        example="customers with a first order in the last 30 days",
        help="The customers, in words. Which rows of the data they are is set under `customers` in pilot.yaml.",
        propose=proposals.audience,
        personal=False,
    ),
    Question(
        name="behaviour",
        prompt="What would they do, and be glad to have done?",
        example="order again before the coffee runs out",
        help="A behaviour of the customer, not a number of yours. If they would not be glad of it, think again.",
        propose=proposals.behaviour,
    ),
    Question(
        name="barrier",
        prompt="What keeps them from it today?",
        example="they forget when the bag runs out",
        help="Ask five customers before you write this. A model that meets no barrier changes nothing.",
        propose=proposals.barrier,
        several=True,
    ),
    Question(
        name="benefit",
        prompt="What is in it for them?",
        example="never without coffee",
        help="Something the customer would name. A discount is a price, not a benefit.",
        propose=proposals.benefit,
        several=True,
    ),
    Question(
        name="customers",
        prompt="Which source has a row for each customer?",
        example="customers",
        help="A wide source of program.yaml.",
        propose=proposals.customers,
        check=replies.customers,
        choices=lambda program: [id for id, source in program.sources.items() if source.kind == "wide"],
        personal=False,
    ),
    Question(
        name="deciding",
        prompt="What tells you that it worked?",
        example="ordered",
        help="The one measure the verdict is about. Pick what the customer does, soon after, that you would notice in "
        "the business.",
        propose=proposals.deciding,
        check=replies.measure,
        choices=lambda program: program.measures,
        personal=False,
    ),
    Question(
        name="worth_it",
        prompt="What is the smallest gain worth having?",
        example="20 per 1000",
        help="In the deciding measure, against doing nothing new. Less than this would not be worth the work, or the "
        "customers' attention. It is written before launch and never moves.",
        propose=proposals.worth_it,
        check=replies.amount,
    ),
    Question(
        name="guardrail",
        prompt="What must not get worse, and by how much at most?",
        example="unsubscribed=2 per 1000",
        help="MEASURE=MARGIN: a measure, and the most that is acceptable. “none” if there is nothing.",
        propose=proposals.guardrail,
        check=replies.guardrail,
        choices=lambda program: program.measures,
        several=True,
    ),
    Question(
        name="arm",
        prompt="What do you try?",
        example="A note when the bag is nearly empty",
        help="What one group of customers gets; one answer for each group. The comparison comes on top.",
        propose=lambda _: "The new way",
        several=True,
    ),
    Question(
        name="comparison",
        prompt="What does the comparison get?",
        example="Today's practice",
        help="Without customers who go on as before, nobody can tell what would have happened anyway.",
        propose=lambda _: "Today’s practice",
        personal=False,
    ),
    Question(
        name="question",
        prompt="Which question does this first turn answer?",
        example="Does a note at the right time bring customers back?",
        help="One question. The page answers it in its first sentence.",
        propose=proposals.question,
        personal=False,
    ),
    Question(
        name="expect",
        prompt="What gain do you expect, from..to?",
        example="20 to 60 per 1000",
        help="Written beforehand and compared afterwards: it shows how well you know your customers. With several arms "
        "write ARM=FROM to TO. “none” if you would rather not say.",
        propose=lambda _: NONE,
        check=replies.expectation,
        several=True,
        personal=False,
    ),
    Question(
        name="groups",
        prompt="Which groups of customers do you want to look at?",
        example="home",
        help="Groups of program.yaml, with commas between them, or “none”. No customer is average; but groups "
        "are looked at only if named beforehand.",
        propose=proposals.groups,
        check=replies.groups,
        choices=lambda program: program.groups,
        personal=False,
    ),
    Question(
        name="start",
        prompt="On which day is the first customer reached?",
        example="2026-03-02",
        help="Year-month-day.",
        propose=proposals.start,
        check=replies.day,
        personal=False,
    ),
    Question(
        name="follow_up",
        prompt="How long is each customer followed?",
        example="14 days",
        help="From each customer's own start. Long enough for the behaviour to happen; the reading comes after it.",
        propose=lambda _: "14 days",
        check=replies.duration,
        personal=False,
    ),
)

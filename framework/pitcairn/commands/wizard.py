"""Asks the questions of `new`, or takes their answers from flags and proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pitcairn.commands.questions import NONE, QUESTIONS, Known, Question

if TYPE_CHECKING:
    from pitcairn.commands.paper import Paper

Answers = dict[str, tuple[str, ...]]


def ask(known: Known, flags: Mapping[str, tuple[str, ...]], paper: Paper) -> Answers:
    """Every answer: from its flag, else from the person at the terminal, who is also asked where a flag is wrong."""
    paper.say("A pilot asks one question. Enter accepts [the proposal]; ? explains.")
    answers: Answers = {}
    for question in QUESTIONS:
        known = replace(known, answers=answers)
        answers[question.name] = _from_flag(known, question, flags, paper) or _prompted(known, question, paper)
    return answers


def take(known: Known, flags: Mapping[str, tuple[str, ...]]) -> Answers:
    """Every answer without asking: from its flag, else the proposal.

    Raises click's usage error with everything that is missing or wrong.
    """
    answers: Answers = {}
    wrong: list[str] = []
    for question in QUESTIONS:
        known = replace(known, answers=answers)
        given = flags.get(question.name, ())
        if question.personal and not given:
            wrong.append(f"{_flags(question)} is missing: {question.prompt} For example: {question.example}")
        try:
            answers[question.name] = _checked(known, question, given or (question.propose(known),))
        except ValueError as error:
            wrong.append(f"{_flags(question)}: {error}")
            answers[question.name] = _checked(known, question, (question.propose(known),))
    if wrong:
        raise click.UsageError("Nobody can be asked here, and some answers are not there:\n  " + "\n  ".join(wrong))
    return answers


def _checked(known: Known, question: Question, given: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(question.check(known, one) for one in given)
    if len(set(kept)) < len(kept):
        raise ValueError("the same answer is given twice")
    return kept


def _flags(question: Question) -> str:
    return " or ".join(question.options)


def _from_flag(
    known: Known, question: Question, flags: Mapping[str, tuple[str, ...]], paper: Paper
) -> tuple[str, ...] | None:
    given = flags.get(question.name, ())
    try:
        return _checked(known, question, given) if given else None
    except ValueError as error:
        paper.wrap(f"{_flags(question)}: {_told(error)}")
        return None


def _told(error: ValueError) -> str:
    return f"{error}" if str(error).endswith("?") else f"{error}."


def _prompted(known: Known, question: Question, paper: Paper) -> tuple[str, ...]:
    found = [_reply(known, question, question.prompt, question.propose(known), paper)]
    while question.several and found[-1] != NONE:
        answer = _reply(known, question, "  And? (empty to finish)", "", paper)
        if not answer:
            break
        if answer in found or (question.name in ("guardrail", "expect") and _names_again(answer, found)):
            paper.wrap("That answer is there already.", indent=2)
        else:
            found.append(answer)
    return tuple(found)


def _names_again(answer: str, found: list[str]) -> bool:
    """Whether the measure of a guardrail has a margin already, or an arm its range."""
    return answer.rpartition("=")[0] in {one.rpartition("=")[0] for one in found}


def _reply(known: Known, question: Question, prompt: str, proposal: str, paper: Paper) -> str:
    while True:
        answer = click.prompt(paper.clean(prompt), default=proposal, err=True, show_default=bool(proposal))
        if answer.strip() == "?":
            here = ", ".join(question.choices(known.program))
            known_here = f" In program.yaml: {here}." if here else ""
            paper.wrap(f"{question.help}{known_here} For example: {question.example}", indent=2)
        elif not answer.strip() and not proposal:
            return ""
        else:
            try:
                return question.check(known, answer)
            except ValueError as error:
                paper.wrap(_told(error), indent=2)

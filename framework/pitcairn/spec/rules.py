"""Every rule put to the files of a program, a pilot and an iteration; the problems of each file in order of line.

A rule is a generator of problems. It stops by itself, without a word, where it meets a part of a file that has
problems of its own: those are told already.
"""

from __future__ import annotations

from collections.abc import Iterator

from pitcairn.errors import Problem
from pitcairn.spec import iteration_rules, pilot_rules, program_rules
from pitcairn.spec.cost_rules import measured_costs
from pitcairn.spec.customer import placeholders
from pitcairn.spec.draft import Drafts, UnreadableError
from pitcairn.spec.turn import Turn


def check(drafts: Drafts) -> tuple[Problem, ...]:
    """Every problem of the files, the program's first, each file's in order of line."""
    found = [*drafts.program.problems]
    for program_rule in program_rules.RULES:
        found += _until_unreadable(program_rule(drafts.program, drafts.folder))
    return (*_by_line(found), *_pilot(drafts), *_iteration(drafts))


def _pilot(drafts: Drafts) -> Iterator[Problem]:
    if drafts.pilot is not None:
        found = [*drafts.pilot.problems, *_until_unreadable(placeholders(drafts.pilot))]
        for rule in pilot_rules.RULES:
            found += _until_unreadable(rule(drafts.pilot, drafts.program))
        yield from _by_line(found)


def _iteration(drafts: Drafts) -> Iterator[Problem]:
    if drafts.pilot_id and drafts.pilot and drafts.iteration and drafts.number:
        numbers = drafts.folder.iterations(drafts.pilot_id)
        turn = Turn(drafts.number, numbers, drafts.iteration, drafts.pilot, drafts.program, drafts.earlier)
        found = [*drafts.iteration.problems]
        for rule in (*iteration_rules.RULES, measured_costs):
            found += _until_unreadable(rule(turn))
        yield from _by_line(found)


def _until_unreadable(problems: Iterator[Problem]) -> Iterator[Problem]:
    try:
        yield from problems
    except UnreadableError:
        return


def _by_line(problems: list[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.line or 0, problem.column or 0))

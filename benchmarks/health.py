"""How often checks ring for nothing, and how often they notice what is wrong: `python -m benchmarks.health [--keep]`.

Shops are made up, clean or with one fault, written as files and read as a reading does. The tables in
docs/health-rates.md are what `--keep` writes.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.faults import CUSTOMERS, FAULTS, Fault, found
from benchmarks.kept import DOCS, keep, shown
from benchmarks.shop import FORMS, checked, clean
from pitcairn.errors import DataError
from pitcairn.evidence import questions

PAGE = DOCS / "health-rates.md"
REPETITIONS = 25
"""Clean programs in each form."""
FAULTY_REPETITIONS = 3
"""Programs with each fault in each form."""
SEED = 20_260_302
PROMISED = {
    "sizes": "2.0 %",
    "sizes_within": "1.0 %",
    "sizes_over_time": "2.0 %",
    "alike": "0.3 %",
    "before": "0.3 %",
    "missing_alike": "0.3 %",
    "answering_alike": "0.3 %",
    "novelty": "0.3 %",
    "reached_alike": "1.0 %",
    "previous": "0.3 %",
}
"""Where chance alone may ring: at most so often, from the questions' own words. Elsewhere it should not ring at all."""

Counts = Counter[tuple[str, str]]


def of_clean(form: int, repetitions: int, seed: int) -> Counts:
    """The states of every check over so many clean programs of one form."""
    counts: Counts = Counter()
    for repetition in range(repetitions):
        made = np.random.default_rng([seed, form, repetition])
        shop = clean(made, CUSTOMERS, own_starts=FORMS[form].own_starts)
        counts.update((one.id, one.state) for one in checked(shop, FORMS[form]).values())
    return counts


def of_fault(number: int, repetitions: int, seed: int) -> tuple[Counter[str], int]:
    """What the fault's own check said of so many programs in each form, and in how many others rang."""
    fault: Fault = FAULTS[number]
    states: Counter[str] = Counter()
    others = 0
    for place, form in enumerate(fault.forms):
        for repetition in range(repetitions):
            made = np.random.default_rng([seed, number, place, repetition])
            try:
                checks = found(fault, form, made)
            except DataError:
                states["refused"] += 1
                continue
            states[checks[fault.check].state] += 1
            others += any(one.state in ("warn", "fail") for one in checks.values() if one.id != fault.check)
    return states, others


def clean_table(repetitions: int, processes: int) -> Iterator[str]:
    """A row a check: how often it rang of clean programs."""
    total: Counts = Counter()
    with ProcessPoolExecutor(processes) as pool:
        for counts in pool.map(of_clean, range(len(FORMS)), [repetitions] * len(FORMS), [SEED] * len(FORMS)):
            total += counts
    programs = repetitions * len(FORMS)
    yield "| check | warned | failed | could not be checked | may ring |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for question in questions.ALL:
        rang = [f"{100 * total[question.id, state] / programs:.1f} %" for state in ("warn", "fail", "unchecked")]
        yield f"| {question.name} (`{question.id}`) | {' | '.join(rang)} | {PROMISED.get(question.id, 'never')} |"


def faulty_table(repetitions: int, processes: int) -> Iterator[str]:
    """A row a fault: how often its check noticed."""
    yield "| what is wrong | in forms | check | warned | failed | refused | not noticed |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    with ProcessPoolExecutor(processes) as pool:
        numbers = range(len(FAULTS))
        many = pool.map(of_fault, numbers, [repetitions] * len(numbers), [SEED] * len(numbers))
        for fault, (states, _) in zip(FAULTS, many, strict=True):
            programs = states.total()
            shares = [f"{100 * states[state] / programs:.0f} %" for state in ("warn", "fail", "refused")]
            missed = f"{100 * (states['pass'] + states['unchecked']) / programs:.0f} %"
            cells = (fault.name, str(len(fault.forms)), f"`{fault.check}`", *shares, missed)
            yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Prints both tables; with `--keep` also puts them into their page."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.health", description=__doc__)
    reader.add_argument("--repetitions", type=int, default=REPETITIONS, help="clean programs in each of eight forms")
    reader.add_argument("--faulty", type=int, default=FAULTY_REPETITIONS, help="programs with each fault in each form")
    reader.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    reader.add_argument("--keep", action="store_true", help="put the tables into docs/health-rates.md")
    given = reader.parse_args()
    told = shown(clean_table(given.repetitions, given.processes)), shown(faulty_table(given.faulty, given.processes))
    if given.keep:
        keep("clean", told[0], PAGE)
        keep("faulty", told[1], PAGE)


if __name__ == "__main__":
    main()

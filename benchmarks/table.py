"""From runs to tables, and into the README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.cases import Case, Comparison
from benchmarks.clock import Run

START, END = "<!-- tables -->\n", "<!-- end of tables -->\n"
HEAD = ("comparison", "ours", "other", "ratio", "pairs between", "target", "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with the recorded runs of every contestant, in the order they took turns."""

    case: Case
    runs: dict[str, list[Run]]

    def values(self, contestant: str, comparison: Comparison) -> list[float]:
        return [float(getattr(run, comparison.measured)) for run in self.runs[contestant]]

    def ratios(self, comparison: Comparison) -> list[float]:
        """One for each pair of neighbours in time."""
        pairs = zip(self.values(comparison.ours, comparison), self.values(comparison.other, comparison), strict=True)
        return [ours / max(other, 1e-9) for ours, other in pairs]


def block(outcome: Outcome, notes: Sequence[str], *, judged: bool) -> str:
    """Markdown: a title, a table, and what it was measured on; `judged` says whether targets were met."""
    rows = [HEAD, *(_row(outcome, comparison, judged=judged) for comparison in outcome.case.comparisons)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    lines = [_line(rows[0], widths), _line(["-" * width for width in widths], widths)]
    lines += [_line(row, widths) for row in rows[1:]]
    count = len(next(iter(outcome.runs.values())))
    title = f"### {outcome.case.name}: {outcome.case.title}"
    small = f"{count} pair{'' if count == 1 else 's'}. {'; '.join(notes)}."
    return "\n".join([title, "", *lines, "", small]) + "\n"


def disagreements(outcome: Outcome) -> Iterator[str]:
    """A line for every comparison whose two sides did not find the same."""
    for comparison in outcome.case.comparisons:
        ours, other = (outcome.runs[name][0].answer for name in (comparison.ours, comparison.other))
        if not ours or not other:
            continue
        if ours.keys() != other.keys():
            yield f"{comparison.title}: {len(ours)} answers against {len(other)}, or to other questions"
        elif wrong := [key for key in ours if not _alike(ours[key], other[key], comparison.tolerance)]:
            first = wrong[0]
            yield f"{comparison.title}: {len(wrong)} answers differ, first “{first}”: {ours[first]}, {other[first]}"


def keep(text: str, page: Path, order: Sequence[str]) -> None:
    """Puts a case's block where the page keeps its last one, among those of the other cases, in this order."""
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    held, _, after = rest.partition(END)
    blocks = {_name(one): one for one in (*_blocks(held), text)}
    joined = "\n".join(blocks[name] for name in order if name in blocks)
    partial = page.with_suffix(".partial")
    partial.write_text(f"{before}{START}\n{joined}\n{END}{after}", encoding="utf-8")
    partial.replace(page)


def _blocks(held: str) -> list[str]:
    return [f"### {part.strip()}\n" for part in held.split("### ") if part.strip()]


def _name(text: str) -> str:
    return text.removeprefix("### ").partition(":")[0]


def _alike(ours: Sequence[float], other: Sequence[float], tolerance: float) -> bool:
    """Within a small part of the range's own width; single numbers must be equal."""
    width = abs(other[-1] - other[0])
    return all(abs(one - two) <= tolerance * width for one, two in zip(ours, other, strict=True))


def _row(outcome: Outcome, comparison: Comparison, *, judged: bool) -> tuple[str, ...]:
    ours, other = (median(outcome.values(name, comparison)) for name in (comparison.ours, comparison.other))
    ratios = outcome.ratios(comparison)
    ratio = median(ratios)
    target, met = "", ""
    if comparison.at_most is not None:
        target, met = f"≤ {comparison.at_most:g}", "met" if ratio <= comparison.at_most else "**missed**"
    if comparison.limit is not None:
        target, met = f"≤ {_shown(comparison.limit, comparison)}", "met" if ours <= comparison.limit else "**missed**"
    shown = (_shown(ours, comparison), _shown(other, comparison))
    met = met if judged else ""
    return (comparison.title, *shown, f"{ratio:.2f}", f"{min(ratios):.2f} and {max(ratios):.2f}", target, met)


def _shown(value: float, comparison: Comparison) -> str:
    if comparison.measured == "memory":
        return f"{value / 2**20:,.0f} MiB"
    return f"{value:.2f} s" if comparison.measured != "wall" or value >= 1 else f"{value * 1000:.0f} ms"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"

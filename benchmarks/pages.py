"""What a page costs once its result is there.

python -m benchmarks.pages make FOLDER      runs the demo program into FOLDER
python -m benchmarks.pages page FOLDER      its page, TIMES over
python -m benchmarks.pages charts FOLDER    the same page with a chart of 60 days for each arm
python -m benchmarks.pages json FOLDER      its result read and written back, TIMES over
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.clock import Clock
from pitcairn.reading.encode import from_json, to_json
from pitcairn.reading.result import LookRow, Result, Shown

TIMES = 20
DAYS = 60


def make(folder: Path) -> None:
    """The demo, run anew, as the command would."""
    from pitcairn.commands.group import run

    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if run(["demo", str(folder)]):
        raise SystemExit(f"The demo could not be made in {folder}.")


def read(folder: Path) -> str:
    return next(folder.glob("results/*/iteration-1.json")).read_text(encoding="utf-8")


def by_day(result: Result) -> Result:
    """The result with a look a day, its last range wider the earlier it is."""
    rows = []
    for row in result.measures[0].rows:
        if isinstance(row.effect, Shown):
            rows += [_look(row.arm, row.effect, at) for at in range(1, DAYS + 1)]
    return replace(result, looks=tuple(rows))


def _look(arm: str, effect: Shown, at: int) -> LookRow:
    half = (effect.high - effect.low) / 2 * (DAYS / at) ** 0.5
    return LookRow(
        arm=arm,
        day=(date(2026, 3, 1) + timedelta(days=at)).isoformat(),
        time=at / DAYS,
        information=at / DAYS,
        customers=100 * at,
        z=2.0,
        critical=None,
        alarm=None,
        effect=replace(effect, low=effect.estimate - half, high=effect.estimate + half),
    )


def pages(folder: Path, *, charts: bool) -> None:
    """The page as often as it takes to be measured; its size is told, and must be below what a page may be."""
    from pitcairn.report.render import iteration_page

    result = from_json(read(folder))
    result = by_day(result) if charts else result
    iteration_page(result)
    clock = Clock()
    for _ in range(TIMES):
        html = iteration_page(result)
    clock.stop({"times": [TIMES]})
    size = len(html.encode("utf-8"))
    print(f"{size / 1000:.0f} KB")
    if size > 300_000:
        raise SystemExit("The page is too large.")


def results(folder: Path) -> None:
    text = read(folder)
    to_json(from_json(text))
    clock = Clock()
    for _ in range(TIMES):
        to_json(from_json(text))
    clock.stop({"times": [TIMES]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("make", "page", "charts", "json"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.step == "make":
        make(asked.folder)
    elif asked.step == "json":
        results(asked.folder)
    else:
        pages(asked.folder, charts=asked.step == "charts")


if __name__ == "__main__":
    main()

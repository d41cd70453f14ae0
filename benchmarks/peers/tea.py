"""tea-tasting over the wide file: in its own environment, `python -m benchmarks.peers.tea DATA ENGINE QUESTIONS`.

One `analyze` gives five measures and two arms from one aggregate query; it knows no groups, so every level is a filter
and an `analyze` of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import tea_tasting

from benchmarks.clock import Answer, Clock

MEASURES = ("visited", "orders", "spend", "pages", "minutes")
GROUPS = {
    "region": ("North", "South", "East", "West", "Islands"),
    "channel": ("Store", "Web", "App"),
    "age_band": ("18 to 29", "30 to 44", "45 to 59", "60 and over", "not told"),
    "tenure": ("Under a year", "1 to 2 years", "3 to 5 years", "6 to 9 years", "10 years and more"),
}


def opened(engine: str, path: str) -> Any:
    """The file as the table of one engine, read when asked."""
    if engine == "polars":
        import polars

        return polars.scan_parquet(path)
    import duckdb

    return duckdb.connect(config={"memory_limit": "2GB"}).sql(f"FROM read_parquet('{path}')")


def level(engine: str, data: Any, group: str, name: str) -> Any:
    if engine == "polars":
        import polars

        return data.filter(polars.col(group) == name)
    return data.filter(f"{group} = '{name}'")


def answers(engine: str, path: str, questions: int) -> Answer:
    """As many questions as are asked: 10 for everybody, 190 with every level of four groups."""
    experiment = tea_tasting.Experiment(
        {name: tea_tasting.Mean(name, covariate=f"{name}_before") for name in MEASURES}, variant="arm"
    )
    data = opened(engine, path)
    slices = [("", data)]
    if questions > 10:
        slices += [
            (f"{group} {name}", level(engine, data, group, name)) for group, names in GROUPS.items() for name in names
        ]
    found: Answer = {}
    for title, rows in slices:
        for (_, arm), result in experiment.analyze(rows, control="usual", all_variants=True).items():
            for measure in MEASURES:
                one = result[measure]
                shown = (one.effect_size, one.effect_size_ci_lower, one.effect_size_ci_upper)
                found[f"{measure} {arm} {title}".strip()] = [float(value) for value in shown]
    return found


if __name__ == "__main__":
    clock = Clock()
    clock.stop(answers(sys.argv[2], str(Path(sys.argv[1]) / "customers.parquet"), int(sys.argv[3])))

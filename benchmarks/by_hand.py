"""The references: one aggregate query, as somebody who knows the data would write it, and numpy behind it.

    python -m benchmarks.by_hand wide DATA [--once-each]
    python -m benchmarks.by_hand events DATA --assignment FILE [--needed-only]
    python -m benchmarks.by_hand sha256 DATA

Nothing is checked but what the arguments ask for: every column is known to be there and filled, every arm and level
is known by name, sums are doubles, and the answers are rows of numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from benchmarks.clock import Answer, Clock

Floats = NDArray[np.float64]

ARMS = ("usual", "letter", "voucher")
GROUPS = {
    "region": ("North", "South", "East", "West", "Islands"),
    "channel": ("Store", "Web", "App"),
    "age_band": ("18 to 29", "30 to 44", "45 to 59", "60 and over", "not told"),
    "tenure": ("Under a year", "1 to 2 years", "3 to 5 years", "6 to 9 years", "10 years and more"),
}
WIDE = ("visited", "orders", "spend", "pages", "minutes")
EVENTS = ("visited", "orders", "spend")
FLAGS = ("visited",)
"""0 or 1, and so their own squares."""


PLACE = "('0x' || left(sha256('letters/1/arm:' || customer), 8))::BIGINT % 10000"
"""The definition of a draw, in the engine's words."""


def connect(memory_limit: str | None, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection with a memory limit, or with the engine's own (four fifths of the machine)."""
    limit = {} if memory_limit is None else {"memory_limit": memory_limit}
    return duckdb.connect(config={**limit, "temp_directory": str(spill)})


def moments_sql(measures: Sequence[str]) -> str:
    """How many, then for each measure Σx, Σy, Σx², Σxy, Σy², where y is x before the start."""
    terms = ["COUNT(*)"]
    for name in measures:
        x, y = name, f"{name}_before"
        squares = (x, f"{x} * {y}", y) if name in FLAGS else (f"{x} * {x}", f"{x} * {y}", f"{y} * {y}")
        terms += [f"SUM({term})" for term in (x, y, *squares)]
    return ", ".join(terms)


# --- a row a customer -----------------------------------------------------------------------------------------


def wide_sql(customers: Path) -> str:
    """Sums by arm and all four groups."""
    keys = ", ".join(("arm", *GROUPS))
    return f"SELECT {keys}, {moments_sql(WIDE)} FROM read_parquet('{customers}') GROUP BY {keys}"


def once_each_sql(customers: Path) -> str:
    """Rows and different customers, by the hash of their ids, which takes less than counting the ids themselves."""
    return f"SELECT COUNT(*), COUNT(DISTINCT hash(customer)) FROM read_parquet('{customers}')"


def wide(connection: duckdb.DuckDBPyConnection, data: Path, *, once_each: bool) -> Answer:
    """190 effects: 5 measures x 2 arms x (everybody + 18 levels)."""
    customers = data / "customers.parquet"
    if once_each:
        row = connection.execute(once_each_sql(customers)).fetchone()
        assert row is not None
        assert row[0] == row[1]
    rows = connection.execute(wide_sql(customers)).fetchall()
    names = (ARMS, *GROUPS.values())
    cells = np.array([[place.index(raw) for place, raw in zip(names, row, strict=False)] for row in rows])
    return effects(cells, sums_of(rows, skip=len(names)), WIDE)


def sums_of(rows: Sequence[tuple[Any, ...]], *, skip: int) -> Floats:
    return np.array([[float(value) for value in row[skip:]] for row in rows])


def effects(cells: NDArray[np.int64], sums: Floats, measures: Sequence[str]) -> Answer:
    """Every slice and arm: the adjusted difference and the ends of its range at 95 %."""
    found: dict[str, list[float]] = {}
    everybody = np.zeros(len(cells), dtype=np.int64)
    slices: list[tuple[str, tuple[str, ...], NDArray[np.int64]]] = [("", ("",), everybody)]
    slices += [(group, levels, cells[:, place]) for place, (group, levels) in enumerate(GROUPS.items(), start=1)]
    for group, levels, level in slices:
        total = np.zeros((len(ARMS), len(levels), sums.shape[1]))
        np.add.at(total, (cells[:, 0], level), sums)
        for place, measure in enumerate(measures):
            count, moments = total[..., 0], total[..., 1 + 5 * place : 6 + 5 * place]
            for arm, name in enumerate(ARMS[1:], start=1):
                answer = adjusted(count[[0, arm]], moments[[0, arm]])
                for number, label in enumerate(levels):
                    found[f"{measure} {name} {group} {label}".strip()] = answer[:, number].tolist()
    return found


def adjusted(count: Floats, moments: Floats) -> Floats:
    """Welch on what one slope for both arms leaves: (2, levels), (2, levels, 5) -> (estimate, low, high) by level.

    The slope costs a degree of freedom, and the arms' different averages before the start cost precision.
    """
    x, y = moments[..., 0] / count, moments[..., 1] / count
    xx, xy, yy = (moments[..., 2 + place] - count * product for place, product in enumerate((x * x, x * y, y * y)))
    theta = xy.sum(axis=0) / yy.sum(axis=0)
    apart = y[1] - y[0]
    estimate = x[1] - x[0] - theta * apart
    free = (count - 1) * (1 - 1 / (count.sum(axis=0) - 2))
    parts = (xx - 2 * theta * xy + theta**2 * yy) / free / count
    total = parts.sum(axis=0)
    leverage = 1 + apart**2 / yy.sum(axis=0) / (1 / count).sum(axis=0)
    reach = stdtrit(total**2 / (parts**2 / free).sum(axis=0), 0.975) * np.sqrt(total * leverage)
    return np.array([estimate, estimate - reach, estimate + reach])


# --- a row an event -------------------------------------------------------------------------------------------


def coded(column: str, levels: Sequence[str]) -> str:
    """A text column as 0, 1, ...: grouping by one number is several times as fast as by five texts."""
    return f"CASE {column} {' '.join(f'WHEN {level!r} THEN {place}' for place, level in enumerate(levels))} END"


def events_sql(data: Path, assignment: Path, ids: str, *, needed_only: bool = False) -> str:
    """Events to a row a customer, that to sums by cell; the start is the same for all, so the window is a range.

    `needed_only` passes over the events that no measure looks at, as a careful person could, too.
    """
    needed = " AND (what = 'order' OR (what = 'visit' AND day <= DATE '2026-03-15'))" if needed_only else ""
    cell = coded("arm", ARMS)
    for group, levels in GROUPS.items():
        cell = f"({cell}) * {len(levels)} + {coded(group, levels)}"
    drawn = "customer" if ids == "text" else "CAST(customer AS BIGINT) AS customer"
    return f"""
        WITH outcomes AS (
            SELECT customer,
                COUNT(CASE WHEN what = 'visit' AND day <= DATE '2026-03-15' THEN 1 END) AS visits,
                COUNT(CASE WHEN what = 'order' THEN 1 END) AS orders,
                SUM(CASE WHEN what = 'order' THEN amount END) AS spend
            FROM read_parquet('{data}/events/*.parquet')
            WHERE day BETWEEN DATE '2026-03-02' AND DATE '2026-03-29'{needed}
            GROUP BY customer),
        people AS (
            SELECT customer, {cell} AS cell, visited_before, orders_before,
                CASE WHEN spend_before > 500 THEN 500 ELSE spend_before END AS spend_before
            FROM (SELECT {drawn}, arm FROM read_parquet('{assignment}')) AS drawn
            INNER JOIN read_parquet('{data}/customers.parquet') AS customers USING (customer)),
        joined AS (
            SELECT cell, visited_before, orders_before, spend_before,
                CASE WHEN visits > 0 THEN 1 ELSE 0 END AS visited, COALESCE(orders, 0) AS orders,
                CASE WHEN spend > 500 THEN 500 ELSE COALESCE(spend, 0) END AS spend
            FROM people LEFT JOIN outcomes USING (customer))
        SELECT cell, {moments_sql(EVENTS)} FROM joined GROUP BY cell"""


def events(
    connection: duckdb.DuckDBPyConnection, data: Path, assignment: Path, ids: str, *, needed_only: bool
) -> Answer:
    """The cube; its effects as well, so that both can be seen to be right."""
    rows = connection.execute(events_sql(data, assignment, ids, needed_only=needed_only)).fetchall()
    cells = np.array([row[0] for row in rows])
    digits = []
    for levels in reversed(GROUPS.values()):
        cells, digit = np.divmod(cells, len(levels))
        digits.append(digit)
    return effects(np.stack([cells, *reversed(digits)], axis=1), sums_of(rows, skip=1), EVENTS)


# --- the draw -------------------------------------------------------------------------------------------------


def sha256(connection: duckdb.DuckDBPyConnection, data: Path) -> Answer:
    """The engine's SHA-256 of every id; the largest is kept, so that none is left out."""
    return _largest(connection, data, "sha256(customer)")


def place(connection: duckdb.DuckDBPyConnection, data: Path) -> Answer:
    """Everybody's place in 0..9999, as shortly as the definition can be written."""
    return _largest(connection, data, PLACE)


def _largest(connection: duckdb.DuckDBPyConnection, data: Path, expression: str) -> Answer:
    row = connection.execute(f"SELECT MAX({expression}) FROM read_parquet('{data}/customers.parquet')").fetchone()
    assert row is not None
    return {}


def draw(connection: duckdb.DuckDBPyConnection, data: Path, into: Path) -> Answer:
    """A draw by hand: arms by SHA-256, averages before and groups by arm, the sorted assignment, two lists."""
    arm = f"CASE WHEN {PLACE} < 3333 THEN 'usual' WHEN {PLACE} < 6667 THEN 'letter' ELSE 'voucher' END"
    before = ", ".join(f"{name}_before" for name in EVENTS)
    connection.execute(
        f"CREATE TEMPORARY TABLE lot AS SELECT customer, {arm} AS arm, {before}, {', '.join(GROUPS)} FROM "
        f"read_parquet('{data}/customers.parquet')"
    )
    averages = ", ".join(f"AVG({name}_before), VAR_SAMP({name}_before)" for name in EVENTS)
    counts = f"SELECT arm, COUNT(*), COUNT(DISTINCT hash(customer)), {averages} FROM lot GROUP BY arm"
    rows = connection.execute(counts).fetchall()
    assert all(row[1] == row[2] for row in rows)
    for group in GROUPS:
        connection.execute(f"SELECT arm, {group}, COUNT(*) FROM lot GROUP BY arm, {group}").fetchall()
    into.mkdir(parents=True, exist_ok=True)
    connection.execute(f"COPY (SELECT customer, arm FROM lot ORDER BY customer) TO '{into}/assignment.parquet'")
    for name in ARMS[1:]:
        listed = f"SELECT customer FROM read_parquet('{into}/assignment.parquet') WHERE arm = '{name}'"
        connection.execute(f"COPY ({listed}) TO '{into}/{name}.csv' (HEADER)")
    return {name: [float(count)] for name, count, *_ in rows}


def main() -> None:
    """One run, as the benchmarks start it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("wide", "events", "sha256", "place", "draw"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--assignment", type=Path)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--ids", default="text")
    parser.add_argument("--once-each", action="store_true")
    parser.add_argument("--needed-only", action="store_true")
    parser.add_argument("--memory-limit")
    asked = parser.parse_args()
    connection = connect(asked.memory_limit, asked.data / "spill")
    clock = Clock()
    if asked.what == "wide":
        answer = wide(connection, asked.data, once_each=asked.once_each)
    elif asked.what == "events":
        answer = events(connection, asked.data, asked.assignment, asked.ids, needed_only=asked.needed_only)
    elif asked.what == "draw":
        answer = draw(connection, asked.data, asked.into)
    elif asked.what == "place":
        answer = place(connection, asked.data)
    else:
        answer = sha256(connection, asked.data)
    clock.stop(answer)


if __name__ == "__main__":
    main()

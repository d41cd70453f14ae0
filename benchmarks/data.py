"""Made-up data from a seed: the same rows on every machine with the same version of the engine.

    python -m benchmarks.data wide FOLDER CUSTOMERS

Every value is a hash of the row's number and the column's, so rows can be made on any number of threads, in one
pass, without sorting. Customers come in no order: row i is customer i · STRIDE mod n.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import duckdb

SEED = 20_261_122
VERSION = 1
"""Counts up whenever rows change, so that older files are made anew."""
STRIDE = 7_368_787
"""A prime: it visits every customer once, whatever their number, unless that is a multiple of it."""
EVENTS_EACH = 10
"""Events a customer, on average."""
DAYS = 28
WEEKS = 4
ZSTD = "FORMAT parquet, COMPRESSION zstd"


def chance(column: int, row: str = "i") -> str:
    """A number in [0, 1) for a row and a column."""
    return f"(({mixed(column, row)} >> 11)::DOUBLE / 9007199254740992.0)"


def mixed(column: int, row: str = "i") -> str:
    """64 bits for a row and a column. The hash of two arguments mixes them too little, so they become one number."""
    return f"hash({row}::BIGINT * 64 + {SEED * 2**32 + column})"


def choice(column: int, *levels: str) -> str:
    """One of the levels, the first ones a little more often."""
    listed = ", ".join(f"'{level}'" for level in levels)
    return f"list_value({listed})[1 + floor(pow({chance(column)}, 1.3) * {len(levels)})::INTEGER]"


TRAITS = {
    "region": choice(1, "North", "South", "East", "West", "Islands"),
    "channel": choice(2, "Store", "Web", "App"),
    "age_band": choice(3, "18 to 29", "30 to 44", "45 to 59", "60 and over", "not told"),
    "tenure": choice(4, "Under a year", "1 to 2 years", "3 to 5 years", "6 to 9 years", "10 years and more"),
}
"""Four groups with 18 levels: with everybody together 19 slices, times 5 measures, times 2 arms, 190 questions."""

KEENNESS = f"(0.4 + 1.2 * {chance(5)})"
"""How much a customer buys anyway, before and after: this is what the values before the start explain."""


def customers(count: int, ids: str) -> str:
    """The traits and the values before the start, a row a customer, with `i`, `keen` and the customer's id."""
    traits = ", ".join(f"{sql} AS {name}" for name, sql in TRAITS.items())
    return f"""
        SELECT i, {identity(f"(i * {STRIDE}) % {count}", ids)} AS customer, {traits}, keen,
            ({chance(10)} < 0.35 * keen)::INTEGER AS visited_before,
            floor(-ln(1 - {chance(11)}) * 1.6 * keen)::INTEGER AS orders_before,
            CASE WHEN {chance(12)} < 0.5 * keen THEN round(-ln(1 - {chance(13)}) * 40 * keen, 2) ELSE 0 END
                AS spend_before,
            floor(-ln(1 - {chance(14)}) * 4 * keen)::INTEGER AS pages_before,
            round(-ln(1 - {chance(15)}) * 7 * keen, 1) AS minutes_before
        FROM (SELECT i, {KEENNESS} AS keen FROM range({count}) AS numbered(i)) AS rows"""


def identity(number: str, ids: str) -> str:
    """The id as text, such as c001234567, or as a whole number."""
    return f"'c' || lpad(({number})::VARCHAR, 9, '0')" if ids == "text" else f"({number})::BIGINT"


def wide(connection: duckdb.DuckDBPyConnection, folder: Path, count: int) -> None:
    """One file, a row a customer: arm, four groups, five outcomes, and the same five before the start."""
    arm = f"list_value('usual', 'letter', 'voucher')[1 + floor({chance(20)} * 3)::INTEGER]"
    gain = "CASE arm WHEN 'letter' THEN 1.02 WHEN 'voucher' THEN 1.05 ELSE 1 END"
    connection.execute(f"""
        COPY (
            SELECT customer, arm, region, channel, age_band, tenure,
                visited_before, ({chance(21)} < 0.3 * keen * gain)::INTEGER AS visited,
                orders_before, floor(-ln(1 - {chance(22)}) * 1.4 * keen * gain)::INTEGER AS orders,
                spend_before,
                CASE WHEN {chance(23)} < 0.45 * keen THEN round(-ln(1 - {chance(24)}) * 42 * keen * gain, 2) ELSE 0 END
                    AS spend,
                pages_before, floor(-ln(1 - {chance(25)}) * 3.5 * keen * gain)::INTEGER AS pages,
                minutes_before, round(-ln(1 - {chance(26)}) * 6 * keen * gain, 1) AS minutes
            FROM (SELECT *, {gain} AS gain FROM (SELECT *, {arm} AS arm FROM ({customers(count, "text")})))
        ) TO '{folder}/customers.parquet' ({ZSTD})""")


def events(connection: duckdb.DuckDBPyConnection, folder: Path, count: int, ids: str) -> None:
    """Customers without outcomes, and ten events for each of them in four weekly files, by day.

    Three tenths of the customers make 72 % of the events; about 1 in 60 makes none.
    """
    traits = ", ".join(TRAITS)
    before = "visited_before, orders_before, spend_before"
    connection.execute(
        f"COPY (SELECT customer, {traits}, {before} FROM ({customers(count, ids)})) "
        f"TO '{folder}/customers.parquet' ({ZSTD})"
    )
    total = count * EVENTS_EACH
    (folder / "events").mkdir()
    who = f"{mixed(30, 'e')} % (CASE WHEN {chance(31, 'e')} < 0.6 THEN {max(1, count * 3 // 10)} ELSE {count} END)"
    for week in range(WEEKS):
        first, last = total * week // WEEKS, total * (week + 1) // WEEKS
        connection.execute(f"""
            COPY (
                SELECT {identity(f"(({who})::BIGINT * {STRIDE}) % {count}", ids)} AS customer,
                    DATE '2026-03-02' + (e * {DAYS} // {total})::INTEGER AS day,
                    CASE WHEN lot < 0.75 THEN 'visit' WHEN lot < 0.97 THEN 'order' ELSE 'return' END AS what,
                    CASE WHEN lot < 0.75 THEN 0 ELSE round(5 - ln(1 - {chance(32, "e")}) * 30, 2) END AS amount
                FROM (SELECT e, {chance(33, "e")} AS lot FROM range({first}, {last}) AS numbered(e)) AS rows
            ) TO '{folder}/events/week-{week + 1}.parquet' ({ZSTD})""")


def make(kind: str, folder: Path, count: int) -> None:
    """The data of one kind in a folder, unless it is there already; half-made folders are made anew."""
    stamp = {"kind": kind, "customers": count, "seed": SEED, "version": VERSION, "engine": duckdb.__version__}
    done = folder / "made.json"
    if done.is_file() and json.loads(done.read_text(encoding="utf-8")) == stamp:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spill")})
    connection.execute("SET preserve_insertion_order = false")
    if kind == "wide":
        wide(connection, folder, count)
    else:
        events(connection, folder, count, kind.removeprefix("events-"))
    connection.close()
    done.write_text(json.dumps(stamp), encoding="utf-8")


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))

"""Whether each customer has one row, found in one statement; who is at fault is only looked for when somebody is."""

from __future__ import annotations

from pitcairn.errors import DataError
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sources import Relation

NO_NUL = "a NUL byte is no part of an id, and lists could not hold it: export the file again, as UTF-8 text"
_FILE = 1 << 40
"""Place of a row among several files: the file's number times this, plus the row's number."""


def one_row_each(engine: Engine, relation: Relation, *, where: str = "TRUE", arm: str = "NULL") -> int:
    """How many rows the source has, those outside `where` included.

    Compares the number of rows with the number of different hashes of ids: equal means that no id is there twice.
    Unequal may be two ids with one hash, so the ids themselves decide. DataError, with counts and a row number but
    never an id, for a customer twice, in two arms (`arm` is an expression), without an id, or with a NUL byte in it.
    """
    key = _key(relation)
    held = f"CASE WHEN {where} THEN" if where != "TRUE" else ""
    end = " END" if held else ""
    broken = f"MAX(CASE WHEN {where} AND {holds_nul(key)} THEN 1 END)" if not relation.whole_ids else "NULL"
    ((rows, kept, named, different, nul),) = engine.rows(
        f"SELECT COUNT(*), COUNT({held} 1{end}), COUNT({held} {key}{end}), COUNT(DISTINCT {held} hash({key}){end}), "
        f"{broken} FROM {relation.sql}"
    )
    if nul:
        raise _broken(engine, relation, key, where)
    if named != kept:
        raise _nameless(engine, relation, key, where, kept - named)
    if different != kept:
        _refuse_repeats(engine, relation, key, where, arm)
    return int(rows)


def holds_nul(key: str) -> str:
    """Whether an id, as text, has a NUL byte in it."""
    return f"CONTAINS({key}, CHR(0))"


def refuse_repeats(engine: Engine, relation: Relation) -> None:
    """DataError as in `one_row_each` where a customer is there twice; nothing otherwise."""
    _refuse_repeats(engine, relation, _key(relation), "TRUE", "NULL")


def _key(relation: Relation) -> str:
    key = relation.key(needed_by="counting each customer once")
    return key if relation.whole_ids else f"NULLIF({key}, '')"


def _broken(engine: Engine, relation: Relation, key: str, where: str) -> DataError:
    rows = _all_rows(relation, key, where, "NULL")
    ((place, count),) = engine.rows(
        f"SELECT MIN(p_place), COUNT(*) FROM ({rows}) AS placed WHERE {holds_nul('p_customer')}"
    )
    return DataError(
        f"Source “{relation.source.id}” has {_rows(count)} with a NUL byte in the customer's id, the first in "
        f"{_where(relation, place)}.",
        hint=NO_NUL,
    )


def _nameless(engine: Engine, relation: Relation, key: str, where: str, count: int) -> DataError:
    rows = _all_rows(relation, key, where, "NULL")
    ((place,),) = engine.rows(f"SELECT MIN(p_place) FROM ({rows}) AS placed WHERE p_customer IS NULL")
    return DataError(
        f"Source “{relation.source.id}” has {_rows(count)} without a customer, the first in {_where(relation, place)}.",
        hint=f"fill in column “{relation.source.customer}”, or leave those rows out of the file",
    )


def _refuse_repeats(engine: Engine, relation: Relation, key: str, where: str, arm: str) -> None:
    rows = _all_rows(relation, key, where, arm)
    ((customers, in_two_arms, place),) = engine.rows(
        f"WITH placed AS ({rows}), repeated AS (SELECT p_customer AS p_who, MIN(p_place) AS p_first, "
        f"COUNT(DISTINCT p_arm) AS p_arms FROM placed GROUP BY p_customer HAVING COUNT(*) > 1) "
        "SELECT COUNT(DISTINCT p_who), COUNT(DISTINCT CASE WHEN p_arms > 1 THEN p_who END), MIN(p_place) "
        "FROM placed INNER JOIN repeated ON p_customer = p_who WHERE p_place > p_first"
    )
    if customers:
        raise _repeated(relation, customers, in_two_arms, place)


def _repeated(relation: Relation, customers: int, in_two_arms: int, place: int) -> DataError:
    who = "1 customer is" if customers == 1 else f"{customers:,} customers are"
    of_them = "1 of them is" if in_two_arms == 1 else f"{in_two_arms:,} of them are"
    arms = f" {of_them} in more than one arm." if in_two_arms else ""
    return DataError(
        f"{who} in source “{relation.source.id}” more than once; the first repeat is {_where(relation, place)}.{arms}",
        hint="this source must have one row a customer: remove the repeats, or declare it as  kind: events",
    )


def _all_rows(relation: Relation, key: str, where: str, arm: str) -> str:
    parts = (
        f"SELECT {key} AS p_customer, CAST({arm} AS VARCHAR) AS p_arm, {relation.row} + {number * _FILE} AS p_place "
        f"FROM {relation.numbered(part)} WHERE {where}"
        for number, (_, part) in enumerate(relation.table.parts)
    )
    return " UNION ALL ".join(parts)


def _where(relation: Relation, place: int) -> str:
    file, row = divmod(place, _FILE)
    return f"row {row:,} of {relation.table.parts[file][0].name} (the header is not counted)"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.special import chdtrc

from pitcairn.design import assignment
from pitcairn.design.assignment import BUCKETS, DIALECTS, arm_of, bucket, bucket_sql, is_kept_out
from pitcairn.design.plan import HoldoutPlan

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "buckets.json").read_text("utf-8"))["vectors"]
MANY = [f"customer-{number}" for number in range(200_000)]


def plan(**changes: Any) -> Any:
    """The facts of a plan that a draw depends on."""
    arms = (
        SimpleNamespace(id="none", first=0, last=3334),
        SimpleNamespace(id="early", first=3334, last=6667),
        SimpleNamespace(id="late", first=6667, last=10_000),
    )
    usual = {"salt": "second-order/1", "take": 1.0, "arms": arms, "holdout": None, "drawn_cluster": None}
    return SimpleNamespace(**usual | changes)


def chi_square(observed: np.ndarray[Any, Any], expected: np.ndarray[Any, Any] | float) -> float:
    return float(((observed - expected) ** 2 / expected).sum())


def test_the_answers_file_covers_the_ids_that_engines_disagree_about() -> None:
    units = [vector["unit"] for vector in VECTORS]
    assert len(VECTORS) >= 60
    for awkward in (
        "",
        " ",
        "it's",
        "back\\slash",
        "tab\tin it",
        "line\nbreak",
        "caf\u00e9",
        "cafe\u0301",
        "\U0001f600",
        "x" * 300,
    ):
        assert awkward in units
    assert any(isinstance(unit, int) for unit in units)


@pytest.mark.parametrize("vector", VECTORS, ids=[str(number) for number in range(len(VECTORS))])
def test_python_agrees_with_the_answers_made_by_another_program(vector: dict[str, Any]) -> None:
    assert bucket(vector["salt"], vector["unit"]) == vector["bucket"]


def test_duckdb_agrees_with_the_answers_made_by_another_program() -> None:
    with duckdb.connect() as connection:
        for vector in VECTORS:
            sql = f"SELECT {bucket_sql('duckdb', 'id', vector['salt'])} FROM (SELECT ? AS id)"
            assert connection.execute(sql, [vector["unit"]]).fetchall() == [(vector["bucket"],)], vector


def test_a_number_and_the_same_number_as_text_are_one_customer() -> None:
    assert bucket("a", 42) == bucket("a", "42")


def test_a_null_id_has_no_bucket_in_sql_and_is_refused_in_python() -> None:
    with duckdb.connect() as connection:
        sql = f"SELECT {bucket_sql('duckdb', 'CAST(NULL AS VARCHAR)', 'a')}"
        assert connection.execute(sql).fetchall() == [(None,)]
    for unit in (None, 1.0, True):
        with pytest.raises(TypeError, match="text or a whole number"):
            bucket("a", unit)  # type: ignore[arg-type]


@pytest.mark.parametrize("salt", ["", "a'b", "a\\b", "a:b", "a b", "a\nb", "é", "/a", "a'; DROP TABLE x; --", "a{x}"])
def test_a_salt_that_could_mean_something_else_in_a_dialect_is_refused(salt: str) -> None:
    with pytest.raises(ValueError, match="cannot be a salt"):
        bucket(salt, "x")
    with pytest.raises(ValueError, match="cannot be a salt"):
        bucket_sql("duckdb", "x", salt)


def test_every_dialect_hashes_the_salt_a_colon_and_the_id_as_text() -> None:
    assert set(DIALECTS) == {
        "duckdb", "spark", "postgres", "clickhouse", "bigquery", "snowflake", "trino", "redshift"
    }  # fmt: skip
    for dialect in DIALECTS:
        sql = bucket_sql(dialect, 'c."customer id"', "second-order/1/arm")
        assert "'second-order/1/arm:' || CAST(c.\"customer id\" AS " in sql
        assert "256" in sql
        assert str(BUCKETS) in sql
        assert sql.count("(") == sql.count(")")


def test_an_unknown_dialect_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="duckdb, spark"):
        bucket_sql("sqlite", "id", "a")


def test_buckets_are_uniform() -> None:
    observed = np.bincount([bucket("second-order/1/arm", unit) for unit in MANY], minlength=BUCKETS)
    statistic = chi_square(observed, len(MANY) / BUCKETS)
    assert observed.shape == (BUCKETS,)
    assert 0.001 < chdtrc(BUCKETS - 1, statistic) < 0.999


def test_two_salts_draw_independently() -> None:
    first = np.array([bucket("second-order/1/arm", unit) for unit in MANY]) // 1000
    second = np.array([bucket("second-order/1/take", unit) for unit in MANY]) // 1000
    table = np.zeros((10, 10))
    np.add.at(table, (first, second), 1)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    assert 0.001 < chdtrc(81, chi_square(table, expected)) < 0.999


def test_arms_get_their_shares_and_an_arm_is_the_same_each_time() -> None:
    drawn = [arm_of(plan(), unit) for unit in MANY[:30_000]]
    counts = Counter(drawn)
    assert set(counts) == {"none", "early", "late"}
    assert all(abs(count - 10_000) < 4 * np.sqrt(30_000 * 2 / 9) for count in counts.values())
    assert drawn[:100] == [arm_of(plan(), unit) for unit in MANY[:100]]


def test_who_is_taken_says_nothing_about_the_arm() -> None:
    everybody = [arm_of(plan(), unit) for unit in MANY[:40_000]]
    some = [arm_of(plan(take=0.25), unit) for unit in MANY[:40_000]]
    taken = [arm for arm in some if arm is not None]
    assert abs(len(taken) - 10_000) < 4 * np.sqrt(40_000 * 3 / 16)
    assert all(arm in (None, whole) for arm, whole in zip(some, everybody, strict=True))
    assert all(abs(count - len(taken) / 3) < 4 * np.sqrt(len(taken) * 2 / 9) for count in Counter(taken).values())


def test_another_iteration_draws_anew() -> None:
    first = [arm_of(plan(), unit) for unit in MANY[:9_000]]
    second = [arm_of(plan(salt="second-order/2"), unit) for unit in MANY[:9_000]]
    same = sum(one == two for one, two in zip(first, second, strict=True))
    assert abs(same - 3_000) < 4 * np.sqrt(9_000 * 2 / 9)


def test_the_limit_for_taking_is_a_whole_bucket() -> None:
    assert assignment.take_limit(plan(take=1.0)) == 10_000
    assert assignment.take_limit(plan(take=1 / 3)) == 3_333


def test_who_is_kept_out_of_all_pilots_is_drawn_to_nothing_and_a_larger_share_keeps_the_smaller_one() -> None:
    small, large = (HoldoutPlan(share=share, source="all", since=date(2026, 1, 1)) for share in (0.05, 0.1))
    kept = {unit for unit in MANY[:20_000] if is_kept_out(small, unit)}
    assert 900 < len(kept) < 1100
    assert all(is_kept_out(large, unit) for unit in kept)
    assert all((arm_of(plan(holdout=small), unit) is None) == (unit in kept) for unit in MANY[:20_000])


def test_holdouts_of_other_days_are_other_customers() -> None:
    one, other = (HoldoutPlan(share=0.1, source="all", since=date(2026, 1, day)) for day in (1, 2))
    both = sum(is_kept_out(one, unit) and is_kept_out(other, unit) for unit in MANY[:20_000])
    assert 130 < both < 270

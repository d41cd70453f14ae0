"""Which arm a customer is drawn to: a salted hash, the same answer in plain Python and in every database.

    bucket = first 8 hexadecimal digits of SHA-256("<salt>:<id>"), as a number, modulo 10,000

SHA-256 because every warehouse has it, under every security policy, with the same result. Nothing is trimmed or
folded: “A1” and “a1” are two customers. `tests/design/buckets.json` holds answers made with another program;
whoever draws on another engine checks it against them first.

Where whole households or the like are drawn, the id is the household's. A customer without one is drawn by their own
id under the same salt with “/alone” behind it, so that no customer's id can be taken for a household's.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from pitcairn.design.plan import HoldoutPlan, Plan

BUCKETS: Final = 10_000

_SALT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
"""No quote, no backslash, no colon: such a literal means itself in every dialect, and `salt:id` splits in one way."""

_EXPRESSIONS: Final[dict[str, tuple[str, str]]] = {
    "duckdb": ("VARCHAR", "(('0x' || left(sha256({x}), 8))::BIGINT % 10000)"),
    "spark": ("STRING", "(CAST(conv(left(sha2({x}, 256), 8), 16, 10) AS BIGINT) % 10000)"),
    "postgres": (
        "TEXT",
        "(('x' || left(encode(sha256(convert_to({x}, 'UTF8')), 'hex'), 8))::bit(32)::bigint % 10000)",
    ),
    "clickhouse": ("String", "(reinterpretAsUInt32(reverse(substring(SHA256({x}), 1, 4))) % 10000)"),
    "bigquery": ("STRING", "MOD(CAST(CONCAT('0x', SUBSTR(TO_HEX(SHA256({x})), 1, 8)) AS INT64), 10000)"),
    "snowflake": ("VARCHAR", "MOD(TO_NUMBER(LEFT(SHA2({x}, 256), 8), 'XXXXXXXX'), 10000)"),
    "trino": ("VARCHAR", "(from_base(substr(to_hex(sha256(to_utf8({x}))), 1, 8), 16) % 10000)"),
    "redshift": ("VARCHAR(65535)", "(STRTOL(LEFT(SHA2({x}, 256), 8), 16) % 10000)"),
}
"""Dialect -> its name for text of any length, and the bucket of the text `{x}`. Written by hand, dialect by dialect:
translators between dialects get hexadecimal numbers wrong. The tests run DuckDB's; the others follow the same
definition and must reproduce the answers file before their first draw."""

DIALECTS: Final = tuple(_EXPRESSIONS)


def bucket(salt: str, unit: str | int) -> int:
    """The customer's place in 0..9999 under this salt.

    ValueError for a salt other than letters, digits and `. _ / -`; TypeError for an id that is neither text nor a
    whole number, since other values are written differently by different engines.

    >>> bucket("second-order/1/arm", "C-1001")
    9740
    """
    if isinstance(unit, bool) or not isinstance(unit, str | int):
        raise TypeError(f"A customer id is text or a whole number, not {type(unit).__name__}.")
    text = f"{_checked(salt)}:{unit}"
    return int.from_bytes(sha256(text.encode("utf-8")).digest()[:4], "big") % BUCKETS


def bucket_sql(dialect: str, expression: str, salt: str) -> str:
    """The same bucket as SQL, for an expression that gives the id; NULL for a NULL id.

    ValueError for a dialect not in `DIALECTS`, and for a salt as in `bucket`.
    """
    if dialect not in _EXPRESSIONS:
        raise ValueError(f"No draw is known for “{dialect}”; there is {', '.join(DIALECTS)}.")
    text_type, template = _EXPRESSIONS[dialect]
    return template.format(x=f"'{_checked(salt)}:' || CAST({expression} AS {text_type})")


def alone(salt: str) -> str:
    """The salt for customers who belong to nothing that is drawn whole, where such is drawn."""
    return f"{salt}/alone"


def place_sql(dialect: str, salt: str, customer: str, cluster: str | None = None) -> str:
    """The bucket of whatever is drawn, as SQL: of the customer, or with `cluster` of what it names where that is not
    NULL. ValueError as in `bucket_sql`.
    """
    if cluster is None:
        return bucket_sql(dialect, customer, salt)
    own, shared = bucket_sql(dialect, customer, alone(salt)), bucket_sql(dialect, cluster, salt)
    return f"CASE WHEN {cluster} IS NULL THEN {own} ELSE {shared} END"


def _place(salt: str, unit: str | int, cluster: str | int | None, *, whole: bool) -> int:
    if not whole:
        return bucket(salt, unit)
    return bucket(alone(salt), unit) if cluster is None else bucket(salt, cluster)


def arm_salt(plan: Plan) -> str:
    """The salt of the question “which arm?”."""
    return f"{plan.salt}/arm"


def take_salt(plan: Plan) -> str:
    """The salt of the question “this time or not?”, another one, so that being taken says nothing about the arm."""
    return f"{plan.salt}/take"


def take_limit(plan: Plan) -> int:
    """Customers whose inclusion bucket lies below this are taken; 10,000 takes all."""
    return round(plan.take * BUCKETS)


def start_salt(plan: Plan) -> str:
    """The salt of the question “which day?”, so that an arm's customers are spread like everybody else."""
    return f"{plan.salt}/start"


def start_of(plan: Plan, unit: str | int, cluster: str | int | None = None) -> date:
    """The day on which a drawn customer starts; `cluster` as in `arm_of`."""
    place = _place(start_salt(plan), unit, cluster, whole=plan.drawn_cluster is not None)
    return plan.start + timedelta(days=place * plan.start_days // BUCKETS)


def holdout_salt(holdout: HoldoutPlan) -> str:
    """The salt of the question “kept out of all pilots?”; no pilot's salt has two parts."""
    return f"holdout/{holdout.since.isoformat()}"


def holdout_limit(holdout: HoldoutPlan) -> int:
    """Customers whose bucket lies below this are kept out."""
    return round(holdout.share * BUCKETS)


def is_kept_out(holdout: HoldoutPlan, unit: str | int, cluster: str | int | None = None) -> bool:
    """Whether the customer is kept out of all pilots; `cluster` is what they belong to in the holdout's source."""
    return _place(holdout_salt(holdout), unit, cluster, whole=holdout.cluster is not None) < holdout_limit(holdout)


def holdout_sql(dialect: str, expression: str, holdout: HoldoutPlan, cluster: str | None = None) -> str:
    """The same as SQL, for an expression that gives the id, and where the holdout keeps more than customers out, for
    one that gives what they belong to.
    """
    place = place_sql(dialect, holdout_salt(holdout), expression, cluster if holdout.cluster else None)
    return f"{place} < {holdout_limit(holdout)}"


def arm_of(plan: Plan, unit: str | int, cluster: str | int | None = None) -> str | None:
    """The arm an eligible customer is drawn to, None for one who is not taken this time, or never.

    Where the plan draws whole households or the like, `cluster` is the customer's own, None for one without. A holdout
    by households is taken to be by the same ones.
    """
    whole = plan.drawn_cluster is not None
    if plan.holdout is not None and is_kept_out(plan.holdout, unit, cluster):
        return None
    if _place(take_salt(plan), unit, cluster, whole=whole) >= take_limit(plan):
        return None
    place = _place(arm_salt(plan), unit, cluster, whole=whole)
    return next(arm.id for arm in plan.arms if arm.first <= place < arm.last)


def _checked(salt: str) -> str:
    if not _SALT.fullmatch(salt):
        raise ValueError(f"“{salt}” cannot be a salt: use letters, digits and . _ / - only.")
    return salt

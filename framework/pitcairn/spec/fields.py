"""The kinds of values that plan files hold, and what every section of one has in common."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from pitcairn.spec import scalars
from pitcairn.spec.scalars import Amount, AmountRange


def _form(value: object) -> str:
    """Which way of writing a value was meant, so that its problems are told once and not for every way."""
    if isinstance(value, dict | BaseModel):
        return "mapping"
    return "list" if isinstance(value, list) else "word"


def _written(parser: Any, *examples: str | float, types: tuple[str, ...] = ("string",)) -> tuple[Any, ...]:
    schema = {"type": list(types) if len(types) > 1 else types[0], "examples": list(examples)}
    return BeforeValidator(parser), WithJsonSchema(schema)


Id = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$",
        max_length=40,
        description="Small letters, digits, hyphens or underscores.",
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(scalars.text)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(scalars.text)]
"""What stands in tables, headlines and lists again and again, so that nobody would read a longer one."""
Column = Annotated[str, Field(min_length=1, max_length=200)]
Duration = Annotated[int, *_written(scalars.duration, "14 days", "2 weeks")]
Share = Annotated[Fraction, *_written(scalars.share, "1/2", "33%", 0.5, types=("string", "number"))]
Quantity = Annotated[Amount, *_written(scalars.amount, "20 per 1000", "2%", "0.50 each", types=("string", "number"))]
Range = Annotated[AmountRange, *_written(scalars.amount_range, "40 to 65 per 1000")]
Day = Annotated[date, *_written(scalars.day, "2026-03-02")]
Scalar = Annotated[str | int | float | bool, BeforeValidator(scalars.scalar)]


class Model(BaseModel):
    """Unknown keys are refused; a value once read never changes; text is never taken for a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class Bounds(Model):
    """Limits for a number column. At least one; all must hold."""

    at_least: float | None = Field(None, description="The value is this or more.")
    at_most: float | None = Field(None, description="The value is this or less.")
    above: float | None = Field(None, description="The value is more than this.")
    below: float | None = Field(None, description="The value is less than this.")


Condition = Annotated[
    Annotated[Scalar, Tag("word")]
    | Annotated[list[Scalar], Field(min_length=1), Tag("list")]
    | Annotated[Bounds, Tag("mapping")],
    Discriminator(_form),
]
Conditions = dict[Column, Condition]
"""Column -> the value it must have, a list of allowed values, or bounds. All must hold."""

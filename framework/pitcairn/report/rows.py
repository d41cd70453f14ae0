"""Everything that stands on an axis: cards, effects, guardrails, groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pitcairn.reading.numbers import count
from pitcairn.reading.policy import Policy, policies
from pitcairn.reading.result import (
    ArmVerdict,
    Bullet,
    GroupRow,
    GroupTable,
    GuardrailRow,
    MeasureBlock,
    Result,
    Shown,
    Withheld,
)
from pitcairn.report.charts import Axis, Scale, bar
from pitcairn.report.pages import Card
from pitcairn.report.pictures import (
    Bar,
    Block,
    Group,
    GroupLine,
    Groups,
    Icon,
    Levels,
    Name,
    Picture,
    Row,
    Suggested,
    Suggestions,
)

NOT_SHOWN = "Withheld: a health check failed."
SLOTS = 5
"""Colours and shapes there are; a sixth arm takes the first again, with its name beside it as everywhere."""


@dataclass(frozen=True, slots=True)
class Index:
    """What a result's ids stand for."""

    names: dict[str, Name]
    comparison: Name
    measures: dict[str, MeasureBlock]
    deciding: MeasureBlock | None
    early: frozenset[str]
    """Arms before their planned end: shown, and not judged."""

    @classmethod
    def of(cls, result: Result) -> Index:
        names = {arm.id: Name(label=arm.label, slot=_slot(arm.slot)) for arm in result.arms}
        return cls(
            names=names,
            comparison=next(names[arm.id] for arm in result.arms if arm.slot == 0),
            measures={block.id: block for block in result.measures},
            deciding=next((block for block in result.measures if block.role == "deciding"), None),
            early=frozenset(verdict.arm for verdict in result.verdicts if verdict.code == "too_early"),
        )


@dataclass(frozen=True, slots=True)
class Canvas:
    """One axis, and what is drawn on it."""

    scale: Scale
    axis: Axis
    factor: float
    """Raw numbers times this are in the axis' unit."""
    line_text: str | None

    @classmethod
    def of(cls, block: MeasureBlock, effects: Iterable[Shown | Withheld]) -> Canvas:
        """An axis in the measure's unit with its worth-it line, wide enough for these effects."""
        line = None if block.worth_it is None else block.worth_it * block.scale
        ranges = [_scaled(effect, block.scale) for effect in effects if isinstance(effect, Shown)]
        scale = Scale.around(ranges, line=line)
        return cls(scale=scale, axis=scale.axis(line, block.symbol), factor=block.scale, line_text=block.worth_it_text)

    def picture(self, id: str, title: str, slot: int, effect: Shown | Withheld) -> Picture | None:
        """One range on this axis; None where there is none to draw."""
        if isinstance(effect, Withheld):
            return None
        return Picture(
            id=id,
            slot=slot,
            title=title,
            estimate=effect.estimate_text,
            range=effect.range_text,
            line=self.line_text,
            axis=self.axis,
            span=self.scale.span(*_scaled(effect, self.factor)),
        )


def levels(index: Index) -> Levels | None:
    """The deciding measure in every arm; None where one is missing or below zero, which a bar cannot show."""
    block = index.deciding
    known = [(row.arm, row.effect) for row in block.rows if isinstance(row.effect, Shown)] if block else []
    if block is None or not known:
        return None
    heights = [(index.comparison, known[0][1].control_text, known[0][1].control)]
    heights += [(index.names[arm], effect.treated_text, effect.treated) for arm, effect in known]
    if min(value for _, _, value in heights) < 0:
        return None
    longest = max(value for _, _, value in heights)
    bars = (Bar(arm=name, text=text, length=bar(value, longest)) for name, text, value in heights)
    return Levels(label=block.label, unit=block.unit, bars=tuple(bars))


def cards(index: Index, result: Result) -> tuple[Card, ...]:
    """One verdict an arm, with the deciding measure's range; all cards share an axis."""
    pictures: dict[str, Picture | None] = {}
    if index.deciding is not None:
        rows = block(index, index.deciding, "card").rows
        pictures = {raw.arm: row.picture for raw, row in zip(index.deciding.rows, rows, strict=True)}
    tried = {arm.id: tuple(text for _, text in arm.practice) for arm in result.arms}
    return tuple(_card(index, one, tried[one.arm], pictures.get(one.arm)) for one in result.verdicts)


def _card(index: Index, verdict: ArmVerdict, tried: tuple[str, ...], picture: Picture | None) -> Card:
    number, _, unit = (verdict.big or "").partition(" ")
    early = verdict.arm in index.early
    return Card(
        arm=index.names[verdict.arm],
        tried=tried,
        word=verdict.word,
        mark=verdict.mark,
        number=number or None,
        unit=unit,
        range_sentence=verdict.range_sentence,
        picture=picture,
        bullets=tuple(Bullet(mark="neutral", text=one.text) for one in verdict.bullets) if early else verdict.bullets,
    )


def blocks(index: Index, result: Result) -> tuple[Block, ...]:
    """Every measure that is not shown as a guardrail, in the result's order."""
    guarded = {row.measure for row in result.guardrails}
    open_ones = (measure for measure in result.measures if measure.id not in guarded)
    return tuple(block(index, measure, f"effect-{number}") for number, measure in enumerate(open_ones, start=1))


def block(index: Index, measure: MeasureBlock, key: str) -> Block:
    """One measure on an axis of its own, in its natural unit; `key` starts the ids of its pictures."""
    canvas = Canvas.of(measure, (row.effect for row in measure.rows))
    rows = []
    for number, row in enumerate(measure.rows, start=1):
        name = index.names[row.arm]
        picture = canvas.picture(f"{key}-{number}", f"{measure.label}: {name.label}", name.slot, row.effect)
        rows.append(row_of(name, row.effect, picture))
    return _block(measure, measure.worth_it_text, canvas.axis, rows)


def guardrails(index: Index, rows: tuple[GuardrailRow, ...]) -> tuple[Block, ...]:
    """One block a guardrail, all on one axis that runs from no change (0) to the limit (1)."""
    scale = Scale.around((used for row in rows if (used := _used(row))), line=1.0)
    axis = scale.axis(1.0)
    found = []
    for number, id in enumerate(dict.fromkeys(row.measure for row in rows), start=1):
        mine = [row for row in rows if row.measure == id]
        lines = [
            _guardrail(index, row, f"guardrail-{number}-{at}", scale, axis) for at, row in enumerate(mine, start=1)
        ]
        found.append(_block(index.measures[id], mine[0].margin_text, axis, lines))
    return tuple(found)


def _guardrail(index: Index, row: GuardrailRow, id: str, scale: Scale, axis: Axis) -> Row:
    name = index.names[row.arm]
    used = _used(row)
    picture = None
    if isinstance(row.effect, Shown) and used is not None:
        picture = Picture(
            id=id,
            slot=name.slot,
            title=f"{index.measures[row.measure].label}: {name.label}",
            estimate=row.effect.estimate_text,
            range=row.effect.range_text,
            line=row.margin_text,
            axis=axis,
            span=scale.span(*used),
        )
    if row.arm in index.early:
        return row_of(name, row.effect, picture)
    return row_of(name, row.effect, picture, row.mark, row.word)


def groups(index: Index, result: Result) -> Groups | None:
    """Every declared split of the deciding measure, all on one axis; None where there is none."""
    deciding = index.deciding
    if deciding is None or not result.groups:
        return None
    canvas = Canvas.of(deciding, (_drawn_in(row) for table in result.groups for row in table.rows))
    tables = (_group(index, table, f"group-{at}", canvas) for at, table in enumerate(result.groups, start=1))
    return Groups(
        label=deciding.label,
        unit=deciding.unit,
        has_arms=len(result.verdicts) > 1,
        axis=canvas.axis,
        tables=tuple(tables),
        suggestions=tuple(_suggestions(index, policy) for policy in policies(result)),
    )


def _suggestions(index: Index, policy: Policy) -> Suggestions:
    rows = (
        Suggested(level=one.when, arm=index.names[one.arm] if one.arm else None, best=one.best, reason=one.why)
        for one in policy.suggestions
    )
    return Suggestions(label=policy.label, rows=tuple(rows))


def _group(index: Index, table: GroupTable, key: str, canvas: Canvas) -> Group:
    by_level: dict[str, list[GroupRow]] = {}
    for row in table.rows:
        by_level.setdefault(row.level, []).append(row)
    lines: list[GroupLine] = []
    for level, rows in by_level.items():
        for row in rows:
            name = index.names[row.arm]
            title = f"{table.label}, {level}: {name.label}"
            picture = canvas.picture(f"{key}-{len(lines) + 1}", title, name.slot, _drawn_in(row))
            line = GroupLine(
                level=level,
                span=len(rows) if row is rows[0] else 0,
                customers=None if row.customers is None else count(row.customers),
                row=row_of(name, _drawn_in(row), picture),
                counted=row.effect.estimate_text if row.drawn_in and isinstance(row.effect, Shown) else None,
            )
            lines.append(line)
    return Group(label=table.label, heading=table.heading, differs=bool(table.differs_for), lines=tuple(lines))


def _drawn_in(row: GroupRow) -> Shown | Withheld:
    return row.drawn_in or row.effect


def _block(measure: MeasureBlock, line: str | None, axis: Axis, rows: list[Row]) -> Block:
    return Block(
        label=measure.label,
        unit=measure.unit,
        role=measure.role,
        better=measure.better,
        line=line,
        axis=axis,
        rows=tuple(rows),
    )


def row_of(
    name: Name,
    effect: Shown | Withheld | None,
    picture: Picture | None,
    mark: Icon = "neutral",
    word: str | None = None,
) -> Row:
    """One arm's row; without an effect, one of an iteration whose verdict is withheld."""
    shown = effect if isinstance(effect, Shown) else None
    return Row(
        arm=name,
        control=shown.control_text if shown else "",
        treated=shown.treated_text if shown else "",
        estimate=shown.estimate_text if shown else "",
        range=shown.range_text if shown else "",
        picture=picture,
        why=effect.why if isinstance(effect, Withheld) else NOT_SHOWN if effect is None else None,
        mark=mark,
        word=word,
    )


def _scaled(effect: Shown, factor: float) -> tuple[float, float, float]:
    return effect.low * factor, effect.estimate * factor, effect.high * factor


def _used(row: GuardrailRow) -> tuple[float, float, float] | None:
    if row.used_low is None or row.used_estimate is None or row.used_high is None:
        return None
    return row.used_low, row.used_estimate, row.used_high


def _slot(slot: int) -> int:
    return 1 + (slot - 1) % SLOTS if slot else 0

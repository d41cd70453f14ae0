"""A whole iteration as summaries, the same for every contestant: sums by cell, and rolled up for peers that know none.

375 cells of four groups by three arms, with five measures, each with a value before the start. In plain Python, because
peers have nothing else.
"""

from __future__ import annotations

import random
from itertools import product

MEASURES = ("visited", "orders", "spend", "pages", "minutes")
GROUPS = {
    "region": ("North", "South", "East", "West", "Islands"),
    "channel": ("Store", "Web", "App"),
    "age_band": ("18 to 29", "30 to 44", "45 to 59", "60 and over", "not told"),
    "tenure": ("Under a year", "1 to 2 years", "3 to 5 years", "6 to 9 years", "10 years and more"),
}
ARMS = ("usual", "letter", "voucher")
Sums = tuple[float, ...]
"""How many, then for each measure Σx, Σy, Σx², Σxy, Σy²: x since the start, y before it."""
Cells = dict[tuple[str, ...], Sums]


def cells() -> Cells:
    """Sums by arm and levels."""
    luck = random.Random(20260322)
    return {key: _cell(luck, ARMS.index(key[0])) for key in product(ARMS, *GROUPS.values())}


def slices() -> dict[str, dict[str, Sums]]:
    """Everybody, then every level of every group: by title, the sums of each arm."""
    found: dict[str, dict[str, Sums]] = {}
    for (arm, *levels), sums in cells().items():
        named = [f"{group} {level}" for group, level in zip(GROUPS, levels, strict=True)]
        for title in ("", *named):
            rolled = found.setdefault(title, {})
            rolled[arm] = tuple(map(sum, zip(rolled[arm], sums, strict=True))) if arm in rolled else sums
    return found


def _cell(luck: random.Random, arm: int) -> Sums:
    count = round(luck.gauss(500, 500**0.5))
    sums = [float(count)]
    for place, _ in enumerate(MEASURES):
        if place == 0:
            after, before = (round(count * luck.uniform(0.2, 0.3) * (1 + 0.05 * arm)) for _ in range(2))
            both = round(after * before / count * 1.2)
            sums += [after, before, after, both, before]
            continue
        x, y = luck.uniform(4.9, 5.1) * (1 + 0.02 * arm), luck.uniform(4.9, 5.1)
        own, earlier = luck.uniform(20, 40), luck.uniform(20, 40)
        common = luck.uniform(0.4, 0.6) * (own * earlier) ** 0.5
        sums += [count * one for one in (x, y, own + x * x, common + x * y, earlier + y * y)]
    return tuple(sums)

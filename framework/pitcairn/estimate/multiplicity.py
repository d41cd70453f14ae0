"""Several questions at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values in the given order, so that a false alarm anywhere keeps its level (Holm, "A simple
    sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979).

    ValueError for a p-value outside [0, 1].

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = _ascending(p_values)
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = worst
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values in the given order, so that the expected share of false finds among all finds keeps its level
    (Benjamini and Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 1995).

    For questions that do not overlap, or pull the same way. ValueError for a p-value outside [0, 1].

    >>> [round(p, 3) for p in benjamini_hochberg([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    order = _ascending(p_values)
    adjusted = [0.0] * len(p_values)
    best = 1.0
    for rank in range(len(order), 0, -1):
        index = order[rank - 1]
        best = min(best, p_values[index] * len(order) / rank)
        adjusted[index] = best
    return tuple(adjusted)


def benjamini_yekutieli(p_values: Sequence[float]) -> tuple[float, ...]:
    """The same however the questions overlap, at a price that grows with their number (Benjamini and Yekutieli, "The
    control of the false discovery rate in multiple testing under dependency", Annals of Statistics 2001).

    >>> [round(p, 3) for p in benjamini_yekutieli([0.01, 0.04, 0.03])]
    [0.055, 0.073, 0.073]
    """
    price = sum(1 / rank for rank in range(1, len(p_values) + 1))
    return tuple(min(1.0, price * p) for p in benjamini_hochberg(p_values))


def _ascending(p_values: Sequence[float]) -> list[int]:
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError("p-values lie between 0 and 1.")
    return sorted(range(len(p_values)), key=p_values.__getitem__)

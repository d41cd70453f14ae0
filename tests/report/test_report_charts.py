import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.report.charts import MOST_TICKS, Scale, bar, ticks

numbers = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda value: round(value, 6))
ranges = st.lists(st.tuples(numbers, numbers, numbers).map(lambda three: tuple(sorted(three))), max_size=6)


def place(percent: str) -> float:
    assert percent.endswith("%")
    return float(percent[:-1])


@given(ranges=ranges, line=st.none() | numbers)
def test_zero_the_line_and_every_estimate_are_inside_the_picture(ranges, line):
    scale = Scale.around(ranges, line=line)
    axis = scale.axis(line)
    assert 0 < place(axis.zero) < 100
    assert (axis.line is None) == (line is None)
    for three in ranges:
        span = scale.span(*three)
        assert 0 <= place(span.low) <= place(span.estimate) <= place(span.high) <= 100


@given(low=numbers, high=numbers)
def test_ticks_are_few_round_and_inside(low, high):
    if high - low < 1e-3:
        return
    found = ticks(low, high)
    assert 1 <= len(found) <= MOST_TICKS
    assert all(low - 1e-6 <= value <= high + 1e-6 for value, _ in found)
    if len(found) > 1:
        step = f"{found[1][0] - found[0][0]:.0e}"
        assert step[0] in "125"


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (-12, 101, ["0", "+20", "+40", "+60", "+80", "+100"]),
        (-0.9, 0.5, ["−0.5", "0", "+0.5"]),
        (-2600, 900, ["−2,000", "−1,000", "0"]),
        (-0.004, 0.021, ["0", "+0.005", "+0.010", "+0.015", "+0.020"]),
    ],
)
def test_ticks_carry_signs_commas_and_the_decimals_of_their_step(low, high, texts):
    assert [text for _, text in ticks(low, high)] == texts


def test_places_are_a_straight_line():
    scale = Scale(low=-10, high=90)
    assert [scale.at(value) for value in (-10, 0, 40, 90)] == ["0.00%", "10.00%", "50.00%", "100.00%"]


def test_one_hopeless_range_does_not_squash_the_others():
    usual = [(10.0, 20.0, 30.0)] * 4
    scale = Scale.around([*usual, (-900.0, 25.0, 950.0)], line=20.0)
    wide, span = scale.span(-900.0, 25.0, 950.0), scale.span(*usual[0])
    assert (wide.cut_low, wide.cut_high) == (True, True)
    assert (span.cut_low, span.cut_high) == (False, False)
    assert place(span.high) - place(span.low) > 10


def test_nothing_at_all_still_has_an_axis():
    assert [tick.text for tick in Scale.around([], line=None).axis(None).ticks] == ["−1.0", "−0.5", "0", "+0.5", "+1.0"]


def test_bars_start_at_zero():
    assert (bar(5.0, 10.0), bar(0.0, 10.0), bar(0.0, 0.0)) == ("50.00%", "0.00%", "0%")

import json
from dataclasses import replace

import pytest

from pitcairn.errors import DataError
from pitcairn.reading.encode import from_json, to_json
from result_samples import CODES, bare, relabelled, result


@pytest.mark.parametrize("code", CODES)
def test_a_result_comes_back_as_it_was(code):
    written = to_json(result(code, treatments=3))
    assert from_json(written) == result(code, treatments=3)
    assert to_json(from_json(written)) == written


def test_the_least_result_comes_back_as_it_was():
    assert from_json(to_json(bare())) == bare()


def test_text_is_kept_as_it_is_in_any_script():
    labelled = relabelled(result(), ("お客様", "Grüße & “<script>”"))
    assert "お客様" in to_json(labelled)
    assert from_json(to_json(labelled)).arms == labelled.arms


def test_keys_are_sorted_and_every_one_has_a_line():
    lines = to_json(result()).splitlines()
    top = [line.split('"')[1] for line in lines if line.startswith(' "')]
    assert top == sorted(top)
    assert len(lines) > 300


@pytest.mark.parametrize(
    ("schema", "named"), [("pitcairn.result/99", "“pitcairn.result/99”"), (7, "no schema"), (None, "no schema")]
)
def test_another_schema_is_refused_by_its_name(schema, named):
    document = {**json.loads(to_json(result())), "schema": schema}
    with pytest.raises(DataError, match=named):
        from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"pitcairn.result/1"', "[" * 100_000, "\x00"])
def test_what_is_no_result_at_all_is_refused(text):
    with pytest.raises(DataError):
        from_json(text)


def test_a_text_cut_short_is_refused_anywhere():
    written = to_json(result())
    for length in range(0, len(written) - 2, 997):
        with pytest.raises(DataError, match="not whole JSON"):
            from_json(written[:length])


def test_the_error_names_file_and_line():
    with pytest.raises(DataError, match=r"results/a\.json:2:1: This result is not whole JSON"):
        from_json("{\n", file="results/a.json")


def test_every_damaged_place_is_named_at_once():
    document = json.loads(to_json(result()))
    document["number"] = "3"
    document["arms"][1]["slot"] = 1.5
    del document["headline"]
    with pytest.raises(DataError) as caught:
        from_json(json.dumps(document))
    assert {problem.message.split(": ")[1] for problem in caught.value.problems} == {
        "number",
        "arms.1.slot",
        "headline",
    }


def test_a_key_that_a_result_does_not_have_is_refused():
    document = json.loads(to_json(result()))
    document["verdicts"][0]["customer"] = "c-17"
    with pytest.raises(DataError, match=r"verdicts\.0\.customer: not part of a result"):
        from_json(json.dumps(document))


def test_arms_and_measures_that_are_not_there_are_refused():
    sample = result()
    torn = replace(sample, arms=sample.arms[1:], measures=sample.measures[:1])
    with pytest.raises(DataError) as caught:
        from_json(to_json(torn))
    told = str(caught.value)
    assert "none that the others are compared with" in told
    assert "measure “opt-outs” is not one of the measures" in told
    assert "arm “none” is not one of the arms" in told


def test_dates_that_are_none_are_refused():
    with pytest.raises(DataError, match="as_of: “soon” is not a date"):
        from_json(to_json(replace(result(), as_of="soon")))

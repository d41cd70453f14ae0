from __future__ import annotations

import contextlib
import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_files import CHANGED, changed, problems, program_folder

from pitcairn.design.resolve import resolve
from pitcairn.errors import SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec.example import ITERATION, PILOT, PROGRAM
from pitcairn.spec.load import MOST_SHOWN, load, load_all


def test_the_program_alone_can_be_loaded(tmp_path):
    loaded = load(program_folder(tmp_path))
    assert loaded.program.program == "Lantern Books"
    assert (loaded.pilot_id, loaded.pilot, loaded.number, loaded.iteration) == (None, None, None, None)


def test_the_latest_iteration_is_loaded_unless_another_is_named(tmp_path):
    later = CHANGED + changed(ITERATION, ("Does a card", "Does a better card"))
    folder = program_folder(tmp_path, iterations={1: ITERATION, 2: later})
    assert load(folder, "card").number == 2
    assert load(folder, "card", 1).iteration.question.startswith("Does a card")
    assert load(folder, "card").iteration.question.startswith("Does a better card")


def test_ten_comes_after_nine(tmp_path):
    folder = program_folder(tmp_path, iterations={1: ITERATION, **dict.fromkeys(range(2, 11), CHANGED + ITERATION)})
    assert load(folder, "card").number == 10


def test_a_pilot_may_have_no_iteration_yet(tmp_path):
    loaded = load(program_folder(tmp_path, iterations={}), "card")
    assert (loaded.pilot.title, loaded.number, loaded.iteration) == ("A card from the bookseller", None, None)


@pytest.mark.parametrize(
    ("id", "hint"), [("crad", "did you mean “card”?"), ("../card", "did you mean “card”?"), ("x", "pilots here: card")]
)
def test_an_unknown_pilot_is_told_the_nearest(tmp_path, id, hint):
    with pytest.raises(SpecError, match="There is no pilot") as error:
        load(program_folder(tmp_path), id)
    assert error.value.problems[0].hint == hint


def test_an_unknown_iteration_is_told_which_there_are(tmp_path):
    with pytest.raises(SpecError, match=r"Pilot “card” has no iteration 4") as error:
        load(program_folder(tmp_path), "card", 4)
    assert error.value.problems[0].hint == "iterations here: 1"


def test_a_folder_without_a_program_says_so(tmp_path):
    with pytest.raises(SpecError, match=r"program\.yaml:1:1: the file cannot be opened: No such file") as error:
        load(ProgramFolder(tmp_path))
    assert error.value.problems[0].hint == "make a program with: pitcairn init NAME"


def test_a_folder_in_the_place_of_a_file_says_so(tmp_path):
    folder = program_folder(tmp_path, iterations={})
    (folder.pilot_folder("card") / "iteration-1.yaml").mkdir()
    (problem,) = problems(folder)
    assert problem.message == "the file cannot be opened: Is a directory"


def test_all_problems_of_all_files_come_at_once_in_order(tmp_path):
    program = changed(PROGRAM, ("currency: EUR", "currency: eur"), ("    cuts: [30, 60]", "    cuts: [60, 30]"))
    pilot = changed(PILOT, ("challenge: nurture", "challenge: nurse"), ("margin: 3 per", "margin: -3 per"))
    iteration = changed(
        ITERATION, ("    share: 1/2", "    share: 1/3"), ("worth_it:", "wort_it:"), ("reader]", "raeder]")
    )
    found = problems(program_folder(tmp_path, program, pilot, {1: iteration}))
    assert [(problem.file.split("/")[-1], problem.message.split(" ")[0]) for problem in found] == [
        ("program.yaml", "“eur”"),
        ("program.yaml", "“cuts”"),
        ("pilot.yaml", "“nurse”"),
        ("pilot.yaml", "a"),
        ("iteration-1.yaml", "shares"),
        ("iteration-1.yaml", "“wort_it”"),
        ("iteration-1.yaml", "“raeder”"),
    ]
    lines = [(problem.file, problem.line) for problem in found]
    assert all(one[1] <= other[1] for one, other in pairwise(lines) if one[0] == other[0])


def test_rules_go_on_in_what_is_sound_and_are_silent_about_what_is_not(tmp_path):
    program = changed(PROGRAM, ("    kind: sum\n", "    kind: some\n"), ("currency: EUR", "currency: e"))
    pilot = changed(PILOT, ("watch: [spend]", "watch: [spend, unknown]"))
    found = problems(program_folder(tmp_path, program, pilot))
    assert [problem.message for problem in found] == [
        "“e” cannot be “currency”",
        "“some” is not one of the words for “kind”",  # and “spend” is a known measure all the same
        "“unknown” is not a measure of the program",
    ]


def test_the_worth_it_line_is_checked_while_something_else_is_wrong(tmp_path):
    iteration = changed(ITERATION, ("worth_it: 20 per 1000", "worth_it: 20 each"), ("stage: explore", "stage: xplore"))
    assert [
        problem.message.split(" ")[0] for problem in problems(program_folder(tmp_path, iterations={1: iteration}))
    ] == [
        "“xplore”",
        "“20",
    ]


def test_list_items_keep_their_lines_while_one_of_them_is_broken(tmp_path):
    pilot = changed(
        PILOT,
        ("  - {measure: unsubscribed", "  - {measure: x}\n  - {measure: unsubscribed"),
        ("margin: 3", "margin: -3"),
    )
    found = problems(program_folder(tmp_path, pilot=pilot))
    missing, unknown, negative = found
    assert missing.message == "“margin” is missing in “guardrails”"
    assert (unknown.message, negative.message[:8]) == ("“x” is not a measure of the program", "a margin")
    assert unknown.line + 1 == negative.line


def test_a_file_that_ends_in_a_syntax_error_is_not_searched_for_what_is_missing(tmp_path):
    found = problems(program_folder(tmp_path, program=PROGRAM[:400] + "\n   x: y: z"))
    assert [problem.file for problem in found] == ["program.yaml"]
    assert len(found) == 1


def test_problems_have_an_end_that_says_how_many_more(tmp_path):
    many = PROGRAM + "".join(f"x{n}: 1\n" for n in range(150))
    found = problems(program_folder(tmp_path, program=many))
    assert len(found) == MOST_SHOWN + 1
    assert found[-1].message == "There are 50 more problems."


def test_checking_everything_loads_every_iteration(tmp_path):
    folder = program_folder(tmp_path, iterations={1: ITERATION, 2: CHANGED + ITERATION})
    other = folder.pilots / "other"
    other.mkdir()
    (other / "pilot.yaml").write_text(PILOT, encoding="utf-8")
    assert [(one.pilot_id, one.number) for one in load_all(folder)] == [("card", 1), ("card", 2), ("other", None)]


def test_checking_everything_without_a_pilot_is_checking_the_program(tmp_path):
    (tmp_path / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    assert [one.pilot_id for one in load_all(ProgramFolder(tmp_path))] == [None]


def test_checking_everything_tells_every_problem_once(tmp_path):
    broken = changed(ITERATION, ("stage: explore", "stage: xplore"))
    folder = program_folder(
        tmp_path, changed(PROGRAM, ("currency: EUR", "currency: e")), iterations={1: broken, 2: CHANGED + broken}
    )
    badly_named = folder.pilots / "Bad Name"
    badly_named.mkdir()
    (badly_named / "pilot.yaml").write_text(PILOT, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        load_all(folder)
    assert [problem.message for problem in error.value.problems] == [
        "“e” cannot be “currency”",
        "“xplore” is not one of the words for “stage”",
        "“xplore” is not one of the words for “stage”",
        "“Bad Name” cannot name a pilot.",
    ]


FILES = ("program.yaml", "pilots/card/pilot.yaml", "pilots/card/iteration-1.yaml")
QUICK = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def load_and_resolve(folder: ProgramFolder) -> None:
    """Loads the pilot; what is valid must resolve as well."""
    with contextlib.suppress(SpecError):
        resolve(load(folder, "card"))


@QUICK
@given(which=st.sampled_from(FILES), text=st.text() | st.binary())
def test_no_text_makes_loading_raise_anything_but_spec_errors(tmp_path, which, text):
    folder = program_folder(tmp_path)
    (tmp_path / which).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    load_and_resolve(folder)


PIECES = ["", "~", "[]", "{}", "3", "-1", "true", "''", "x", "[1, a]", "{a: b}", "- a", "1/2", "0", "1e999", "members"]
PIECES += ["letters", "spend", "came_back", "{at_least: 3}", "confirm", "drawn", "{source: members, column: x}"]
PIECES += ["2026-01-01", "\n", "  ", ": ", "&a", "*a"]


def mutated(text: str, chance: random.Random) -> str:
    """The file after one to three slips: a line lost or doubled, a value or a piece of text put in place of another."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 3)):
        index = chance.randrange(len(lines))
        slip = chance.randrange(5)
        if slip == 0:
            del lines[index]
        elif slip == 1:
            lines.insert(index, chance.choice(lines))
        elif slip == 2:
            lines[index] = lines[index].split(":")[0] + ": " + chance.choice(PIECES)
        elif slip == 3:
            start = chance.randrange(len(lines[index]) + 1)
            lines[index] = lines[index][:start] + chance.choice(PIECES) + lines[index][start + chance.randrange(4) :]
        else:
            lines[index] = "  " * chance.randint(0, 2) + lines[index].strip()
    return "\n".join(lines) + "\n"


@QUICK
@given(which=st.sampled_from(range(3)), seed=st.integers(0, 2**32))
def test_slips_in_valid_files_give_problems_at_lines_of_the_file_or_a_plan(tmp_path, which, seed):
    texts = [PROGRAM, PILOT, ITERATION]
    texts[which] = mutated(texts[which], random.Random(seed))
    folder = program_folder(tmp_path, texts[0], texts[1], {1: texts[2]})
    sizes = {name: len(text.split("\n")) for name, text in zip(FILES, texts, strict=True)}
    for problem in problems(folder):
        assert problem.message
        assert problem.file is None or 1 <= problem.line <= sizes[problem.file]
    load_and_resolve(folder)
    with contextlib.suppress(SpecError):
        load_all(folder)

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from command_builders import ANSWERS
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.commands.scaffold import new_folder
from pitcairn.commands.yaml_text import yaml_text
from pitcairn.errors import Refused
from pitcairn.program import ProgramFolder
from pitcairn.spec.load import load

VISIBLE = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"))


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def new(call, *words: str, program: str = "tea"):
    return call("-C", program, "new", *words, "--no-input")


# --- init


def test_init_makes_a_program_that_check_accepts(call, tmp_path):
    said = call("init", "tea")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "Next: cd tea && pitcairn new my-first-pilot"
    assert files_in(tmp_path / "tea") >= {"program.yaml", ".gitignore", "data/README.md"}
    assert (tmp_path / "tea" / "pilots").is_dir()
    assert call("-C", "tea", "check").code == 0


def test_init_ignores_lists_and_data_but_keeps_ledger_and_results(call, tmp_path):
    call("init", "tea")
    ignored = (tmp_path / "tea" / ".gitignore").read_text().splitlines()
    assert {"lists/", "data/*", "!data/README.md"} <= set(ignored)
    assert not {"ledger.db", "results/", "reports/", "*.db"} & set(ignored)


@pytest.mark.parametrize("name", ["right message", "no", "it's: #1", "Café"])
def test_a_program_may_be_called_anything_a_folder_can(call, tmp_path, name):
    assert call("init", name).code == 0
    assert load(ProgramFolder(tmp_path / name)).program.program == name


def test_init_never_overwrites(call, tmp_path):
    (tmp_path / "tea").mkdir()
    (tmp_path / "tea" / "mine.txt").write_text("mine")
    said = call("init", "tea")
    assert said.code == 6
    assert "exists already" in said.err
    assert files_in(tmp_path) == {"tea/mine.txt"}


def test_init_dry_run_tells_and_leaves_nothing(call, tmp_path):
    said = call("init", "tea", "--dry-run")
    assert "Would make program tea" in said.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", " ", ".", "..", "tea ", "./"])
def test_a_program_needs_a_name(call, tmp_path, name):
    said = call("init", name)
    assert (said.code, said.out) == (2, "")
    assert f"“{name}” cannot name a program" in said.err
    assert list(tmp_path.iterdir()) == []


def test_init_says_where_it_made_the_program(call, tmp_path):
    (tmp_path / "my shops").mkdir()
    said = call("-C", "my shops", "init", "corner shop")
    assert said.out.splitlines()[-1] == "Next: cd 'my shops/corner shop' && pitcairn new my-first-pilot"


def test_init_in_a_folder_that_is_not_there_is_refused(call, tmp_path):
    assert call("init", "a/b").code == 6
    assert list(tmp_path.iterdir()) == []


def half_made(target: Path) -> None:
    with new_folder(target) as draft:
        (draft / "program.yaml").write_text("half")
        raise KeyboardInterrupt


def test_a_folder_that_could_not_be_finished_leaves_no_trace(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        half_made(tmp_path / "tea")
    assert list(tmp_path.iterdir()) == []


def test_what_is_replaced_stays_where_the_new_cannot_be_put(tmp_path, monkeypatch):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "old.txt").write_text("old")
    rename = Path.rename

    def broken(self: Path, target: Path) -> Path:
        if target == tmp_path / "demo" and not self.name.endswith("-before"):
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(OSError, match="no"), new_folder(tmp_path / "demo", instead=True):
        pass
    assert files_in(tmp_path) == {"demo/old.txt"}


def test_a_folder_in_use_is_refused_before_anything_is_made(tmp_path):
    (tmp_path / "tea").write_text("a file")
    with pytest.raises(Refused, match="exists already"), new_folder(tmp_path / "tea"):
        pass


# --- new, with flags


def test_new_without_a_person_names_every_answer_that_is_missing(call, tmp_path):
    call("init", "tea")
    said = new(call, "second-order")
    assert (said.code, said.out) == (2, "")
    for flag in ("--product-line or --location", "--behaviour", "--barrier", "--benefit", "--worth-it", "--arm"):
        assert f"{flag} is missing" in said.err
    assert "--guardrail is missing" in said.err
    assert files_in(tmp_path / "tea" / "pilots") == set()


def test_new_with_flags_writes_a_pilot_that_check_accepts(call, tmp_path):
    call("init", "tea")
    said = new(call, "second-order", *ANSWERS)
    assert said.code == 0
    assert said.out.splitlines()[-1] == "Next: pitcairn -C tea check second-order"
    assert files_in(tmp_path / "tea" / "pilots") == {"second-order/pilot.yaml", "second-order/iteration-1.yaml"}
    checked = call("-C", "tea", "check", "second-order")
    assert checked.code == 0
    assert "✓ second-order 1 is valid  2 arms, 1 deciding measure, 1 guardrail, 1 group" in checked.out


def test_new_names_the_schema_in_the_first_line_of_each_file(call, tmp_path):
    call("init", "tea")
    new(call, "second-order", *ANSWERS)
    for path in [*(tmp_path / "tea").glob("pilots/*/*.yaml"), tmp_path / "tea" / "program.yaml"]:
        first = path.read_text().splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = (path.parent / first.partition("=")[2]).resolve()
        assert schema.is_file()


def test_what_people_type_comes_back_as_they_typed_it(call, tmp_path):
    call("init", "tea")
    said = new(
        call, "second-order", *ANSWERS, "--barrier", "no", "--barrier", 'a: b "c" #d', "--benefit", "16:20",
        "--audience", "{{ 7 * 7 }} ☕ {a: 1}", "--title", "- null", "--owner", "Zoë & Co.", "--question", "%TAG? 'yes'",
        "--arm", "Control", "--arm", "☕", "--expect", "A note=10 to 30 per 1000", "--expect", "☕=1 to 2%",
    )  # fmt: skip
    assert said.code == 0, said.err
    loaded = load(ProgramFolder(tmp_path / "tea"), "second-order", 1)
    assert loaded.pilot is not None
    assert loaded.iteration is not None
    assert loaded.pilot.customer.barriers == ["they forget", "no", 'a: b "c" #d']
    assert loaded.pilot.customer.benefits == ["fresh coffee", "16:20"]
    assert loaded.pilot.customer.audience == "{{ 7 * 7 }} ☕ {a: 1}"
    assert (loaded.pilot.title, loaded.pilot.owner) == ("- null", "Zoë & Co.")
    assert loaded.iteration.question == "%TAG? 'yes'"
    assert [arm.label for arm in loaded.iteration.arms.values()] == ["Today’s practice", "A note", "Control", "☕"]
    assert sum(arm.share for arm in loaded.iteration.arms.values()) == 1
    assert [(one.arm, one.gain.high) for one in loaded.iteration.predictions] == [("a-note", 0.03), ("arm-3", 0.02)]


@given(st.text(VISIBLE, min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_any_visible_text_survives_yaml(text):
    assert yaml.safe_load(f"- {yaml_text(text)}") == [text]
    assert yaml.safe_load(f"{{a: {yaml_text(text)}, b: 1}}") == {"a": text, "b": 1}


@pytest.mark.parametrize("word", ["no", "Yes", "null", "1e3", "16:20", "2026-03-02", "0x1F", "~", "on", ".inf", "12"])
def test_words_yaml_would_take_for_something_else_stay_text(word):
    assert yaml.safe_load(yaml_text(word)) == word


@pytest.mark.parametrize(
    ("flag", "value", "sentence"),
    [
        ("--worth-it", "lots", "“lots” is not an amount"),
        ("--worth-it", "0", "must be more than zero"),
        ("--deciding", "orderd", "there is no measure “orderd” here; did you mean “ordered”"),
        ("--product-line", "tea", "there is no product line “tea” here"),
        ("--guardrail", "unsubscribed", "is not MEASURE=MARGIN"),
        ("--guardrail", "ordered=1%", "is the deciding measure"),
        ("--challenge", "nurtur", "did you mean “nurture”"),
        ("--start", "soon", "“soon” is not a date"),
        ("--follow-up", "14 dayz", "“14 dayz” is not a length of time"),
        ("--groups", "home,shoe", "there is no group “shoe” here"),
        ("--expect", "B=1 to 2%", "there is no arm “B” here"),
        ("--title", " ", "write something"),
        ("--arm", "A note", "the same answer is given twice"),
    ],
)
def test_a_wrong_answer_is_told_with_its_flag(call, tmp_path, flag, value, sentence):
    call("init", "tea")
    said = new(call, "second-order", *ANSWERS, flag, value)
    assert said.code == 2
    assert sentence in said.err
    assert flag in said.err
    assert files_in(tmp_path / "tea" / "pilots") == set()


def test_arms_whose_names_sound_alike_get_ids_of_their_own(call, tmp_path):
    call("init", "tea")
    said = new(call, "p", *ANSWERS, "--arm", "A note 2", "--arm", "A note!", "--arm", "control", "--arm", "???")
    assert said.code == 0, said.err
    turn = load(ProgramFolder(tmp_path / "tea"), "p", 1).iteration
    assert turn is not None
    assert list(turn.arms) == ["control", "a-note", "a-note-2", "a-note-3", "control-2", "arm-5"]


def test_from_a_pilot_on_one_line_says_why_it_cannot_be_changed(call, tmp_path):
    call("init", "tea")
    new(call, "first", *ANSWERS)
    file = tmp_path / "tea/pilots/first/pilot.yaml"
    file.write_text(json.dumps(yaml.safe_load(file.read_text())))
    assert new(call, "second", "--from", "first").code == 0
    said = new(call, "third", "--from", "first", "--title", "Third")
    assert said.code == 6
    assert "in braces" in said.err


def test_a_pilot_is_about_one_place(call):
    call("init", "tea")
    said = new(call, "second-order", *ANSWERS, "--location", "harbour")
    assert said.code == 2
    assert "one place" in said.err


def test_new_never_overwrites(call, tmp_path):
    call("init", "tea")
    new(call, "second-order", *ANSWERS)
    said = new(call, "second-order", *ANSWERS, "--title", "Another")
    assert said.code == 6
    assert "Another" not in (tmp_path / "tea/pilots/second-order/pilot.yaml").read_text()


def test_new_refuses_a_name_that_cannot_be_a_folder(call, tmp_path):
    call("init", "tea")
    said = new(call, "../evil", *ANSWERS)
    assert said.code == 3
    assert "“../evil” cannot name a pilot" in said.err
    assert files_in(tmp_path) == {f"tea/{name}" for name in files_in(tmp_path / "tea")}


def test_new_needs_a_place_the_program_knows(call, tmp_path):
    call("init", "tea")
    file = tmp_path / "tea" / "program.yaml"
    places = "product_lines:\n  coffee: Coffee\nlocations:\n  harbour: Harbour Street\n"
    assert places in file.read_text()
    file.write_text(file.read_text().replace(places, ""))
    said = new(call, "second-order", *ANSWERS)
    assert said.code == 3
    assert "no location" in said.err


def test_new_dry_run_checks_and_leaves_nothing(call, tmp_path):
    call("init", "tea")
    before = files_in(tmp_path)
    said = new(call, "second-order", *ANSWERS, "--dry-run", "--json")
    assert said.json["ok"] is True
    assert [Path(file).name for file in said.json["files"]] == ["pilot.yaml", "iteration-1.yaml"]
    assert files_in(tmp_path) == before


# --- new, asked


@pytest.fixture
def answering(call, monkeypatch):
    """A terminal at which somebody types these answers."""

    def answer(*typed: str):
        waiting = list(typed)

        def reply(_prompt: str = "") -> str:
            if not waiting:
                raise KeyboardInterrupt
            return waiting.pop(0)

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("click.termui.visible_prompt_func", reply)
        return waiting

    return answer


def test_enter_accepts_every_proposal(call, answering, tmp_path):
    call("init", "tea")
    left = answering(*[""] * 40)
    said = call("-C", "tea", "new", "second-order")
    assert said.code == 0, said.err
    assert len(left) == 40 - 19 - 4
    loaded = load(ProgramFolder(tmp_path / "tea"), "second-order", 1)
    assert loaded.pilot is not None
    assert loaded.pilot.scope.product_line == "coffee"
    assert loaded.pilot.guardrails[0].measure == "unsubscribed"


def test_a_question_mark_explains_and_a_wrong_answer_is_asked_again(call, answering):
    call("init", "tea")
    answering("?", "A title", "", "?", "nowhere", "harbour", *[""] * 40)
    said = call("-C", "tea", "new", "second-order")
    assert said.code == 0
    assert "A name that the people around you understand" in said.err
    assert "there is no place “nowhere” here" in said.err
    assert "In program.yaml: coffee, harbour." in said.err


def test_an_amount_that_cannot_be_is_asked_again_at_once_and_costs_no_answer(call, answering, tmp_path):
    call("init", "tea")
    given = [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "20",
        "20 per 1000",
        "unsubscribed=3",
        "unsubscribed=3 per 1000",
    ]
    answering(*given, "unsubscribed=2 per 1000", *[""] * 40)
    said = call("-C", "tea", "new", "second-order")
    assert said.code == 0, said.err
    told = " ".join(said.err.split())
    assert "“20” is more than all customers: “ordered” is a share between 0 and 1; write for example “20 per" in told
    assert "“3” is more than all customers: “unsubscribed” is a share" in told
    assert "That answer is there already." in told
    pilot = load(ProgramFolder(tmp_path / "tea"), "second-order", 1).pilot
    assert pilot is not None
    assert [one.margin.value for one in pilot.guardrails] == [0.003]


PROPOSED = (  # Enter, as far as the question that is asked about
    *["--title", "T", "--owner", "O", "--product-line", "coffee", "--challenge", "engage", "--audience", "A"],
    *["--behaviour", "B", "--barrier", "C", "--benefit", "D", "--customers", "customers", "--worth-it", "1%"],
)


@pytest.mark.parametrize(
    ("flags", "typed", "told"),
    [
        ((), ("", "spend=5%", "spend=0.50 each"), "“5%” is a share of customers, but “spend” is an amount"),
        (("--deciding", "ordered"), ("unsubscribed=1 each", ""), "“1 each” is an amount each, but “unsubscribed”"),
        (
            (
                "--deciding",
                "ordered",
                "--guardrail",
                "none",
                "--arm",
                "A note",
                "--comparison",
                "Old",
                "--question",
                "Q",
            ),
            ("20 to 60", "20 to 60 per 1000", "10 to 20 per 1000"),
            "“20 to 60” is more than all customers",
        ),
        (("--deciding", "ordered", "--guardrail", "none"), ("", "", "", "", "", "home,home"), None),
        ((), ("orderd", "ordered"), "did you mean “ordered”? "),
    ],
)
def test_what_check_would_refuse_is_asked_again_at_its_question(call, answering, flags, typed, told):
    call("init", "tea")
    answering(*typed, *[""] * 20)
    said = call("-C", "tea", "new", "second-order", *PROPOSED, *flags)
    assert said.code == 0, said.err
    assert told is None or told in " ".join(said.err.split()) + " "


def test_a_wrong_flag_is_asked_for_instead(call, answering):
    call("init", "tea")
    answering(*[""] * 40)
    said = call("-C", "tea", "new", "second-order", "--worth-it", "lots")
    assert said.code == 0
    assert "--worth-it: “lots” is not an amount" in said.err


def test_stopping_half_way_leaves_nothing(call, answering, tmp_path):
    call("init", "tea")
    before = files_in(tmp_path)
    answering("A title", "")
    said = call("-C", "tea", "new", "second-order")
    assert said.code == 130
    assert "Interrupted; nothing was changed." in said.err
    assert files_in(tmp_path) == before


def test_an_interruption_while_checking_the_files_leaves_nothing(call, tmp_path, monkeypatch):
    call("init", "tea")
    before = files_in(tmp_path)
    monkeypatch.setattr("pitcairn.commands.pilot_files.load", _interrupt)
    assert new(call, "second-order", *ANSWERS).code == 130
    assert files_in(tmp_path) == before


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


# --- new --from


def test_from_copies_files_with_comments_and_changes_only_what_was_given(call, tmp_path):
    call("init", "tea")
    new(call, "first", *ANSWERS)
    turn = tmp_path / "tea/pilots/first/iteration-1.yaml"
    text = turn.read_text().replace("stage: explore ", "changed:\n  - {what: a, why: b}\n# kept\nstage: explore ")
    turn.rename(turn.with_name("iteration-1.yaml.old"))
    turn.write_text(text.replace("changed:\n  - {what: a, why: b}\n", ""))
    (turn.parent / "iteration-2.yaml").write_text(text)
    said = new(call, "second", "--from", "first", "--title", "no: 2", "--location", "harbour", "--start", "2027-01-01")
    assert said.code == 0, said.err
    copy = tmp_path / "tea/pilots/second"
    assert files_in(copy) == {"pilot.yaml", "iteration-1.yaml"}
    made = load(ProgramFolder(tmp_path / "tea"), "second", 1)
    assert made.pilot is not None
    assert made.iteration is not None
    assert (made.pilot.title, made.pilot.scope.location, made.pilot.scope.product_line) == ("no: 2", "harbour", None)
    assert (made.iteration.start.isoformat(), made.iteration.end.isoformat()) == ("2027-01-01", "2027-01-15")
    assert made.iteration.changed == []
    copied = (copy / "iteration-1.yaml").read_text()
    assert "# kept" in copied
    assert "# the day the first customer is reached" in copied
    about = (tmp_path / "tea/pilots/first/pilot.yaml").read_text().splitlines()
    assert set((copy / "pilot.yaml").read_text().splitlines()) - set(about) == {
        'title: "no: 2"',
        "scope: {location: harbour}",
    }


def test_from_refuses_answers_that_need_an_editor(call):
    call("init", "tea")
    new(call, "first", *ANSWERS)
    said = new(call, "second", "--from", "first", "--arm", "B", "--worth-it", "1%")
    assert said.code == 2
    assert "--worth-it, --arm cannot be combined with --from" in said.err


def test_from_names_the_nearest_pilot(call):
    call("init", "tea")
    new(call, "first", *ANSWERS)
    said = new(call, "second", "--from", "frist")
    assert said.code == 3
    assert "did you mean “first”" in said.err

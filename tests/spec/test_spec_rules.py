"""What must hold between keys and between files: one change to a valid program, one problem at its place."""
# ruff: noqa: E501 - one case a line

from __future__ import annotations

import pytest
from plan_files import CHANGED, changed, problems, program_folder

from pitcairn.spec.example import ITERATION, PILOT, PROGRAM

COSTLY = "    how_often: once\n    cost: "
CONFIRM = changed(ITERATION, ("stage: explore", "stage: confirm"))
OBSERVED = changed(ITERATION, ("groups: [age", "assignment: {source: members, column: arm}\ngroups: [age"))


def told(tmp_path, *, program=PROGRAM, pilot=PILOT, iteration=ITERATION) -> list[str]:
    """Every problem as `file:line “what the caret underlines” message`, the folder of the pilot left out."""
    folder = program_folder(tmp_path, program, pilot, {1: iteration})
    return [
        f"{problem.file.split('/')[-1]} [{shown(problem)}] {problem.message} / {problem.hint}"
        for problem in problems(folder)
    ]


def shown(problem) -> str:
    start = problem.column - 1
    return (problem.excerpt or "")[start : start + problem.width]


def test_the_example_is_valid_as_it_is(tmp_path):
    assert told(tmp_path) == []


@pytest.mark.parametrize("iteration", [CONFIRM, OBSERVED], ids=["confirm", "observed"])
def test_so_are_a_confirmation_and_a_draw_by_others(tmp_path, iteration):
    assert told(tmp_path, iteration=iteration) == []


PROGRAM_CASES = [
    ("time_zone: Europe/Amsterdam", "time_zone: Europe/Amsterdm", "[Europe/Amsterdm] “Europe/Amsterdm” is not a time zone / did you mean “Europe/Amsterdam”?"),
    ("time_zone: Europe/Amsterdam", "time_zone: Europe", "[Europe] “Europe” is not a time zone"),
    ("time_zone: Europe/Amsterdam", "time_zone: ../../etc/passwd", "[../../etc/passwd] “../../etc/passwd” is not a time zone"),
    ("files: data/letters.csv", "files: ../letters.csv", "[../letters.csv] “../letters.csv” leads out of the program folder"),
    ("files: data/letters.csv", "files: /etc/passwd.csv", "[/etc/passwd.csv] “/etc/passwd.csv” leads out of the program folder"),
    ("files: data/letters.csv", "files: [data/a.csv, ../b.csv]", "[../b.csv] “../b.csv” leads out of the program folder"),
    ("files: data/letters.csv", "files: https://example.org/a.csv", "[https://example.org/a.csv] “https://example.org/a.csv” is an address, not a file in the program folder"),
    ("files: data/letters.csv", "files: data/letters.xlsx", "[data/letters.xlsx] “data/letters.xlsx” does not end like a file that can be read / files end in .csv, .csv.gz, .tsv, .parquet"),
    ("files: data/members.parquet", "files: data/members.parquet\n    decimal: ','", "[decimal] “decimal” is for CSV files, and “members” is Parquet"),
    ("files: data/letters.csv", "files: data/letters.csv\n    decimal: ','\n    delimiter: ','", "[','] the separator and the decimal mark are the same"),
    ("files: data/purchases-*.csv", f"files: data/purchases-*.csv\n    sha256: {'a' * 64}", f"[{'a' * 64}] a fingerprint belongs to one file, and here are several"),
    ("source: letters\n    where", "source: leters\n    where", "[leters] “leters” is not a source / did you mean “letters”?"),
    ("    unit: buyers\n", "    over: {}\n", "[over] “over” means nothing for a measure of kind “any” / it is for “ratio”"),
    ("    unit: buyers\n", "    answers: [1]\n", "[answers] “answers” means nothing for a measure of kind “any” / it is for “share”"),
    ("    unit: buyers\n", "    cap: 3\n", "[cap] “cap” means nothing for a measure of kind “any” / it is for “count”, “sum” and “mean”"),
    ("    unit: buyers\n", "    money: true\n", "[money] “money” means nothing for a measure of kind “any”"),
    ("    unit: buyers\n", "    decimals: 2\n", "[decimals] “decimals” means nothing for a measure of kind “any”"),
    ("    money: true\n", "    usual: 3 each\n", "[usual] “usual” means nothing for a measure of kind “sum” / it is for “any” and “share”"),
    ("    column: amount\n", "", "[spend] a measure of kind “sum” needs “column” / add a line “column: …”"),
    ("kind: sum\n    source: purchases\n    column: amount\n    money: true\n    cap: 200                      # stated before launch\n    before: spend_last_month", "kind: ratio\n    column: amount\n    source: purchases", "[spend] a measure of kind “ratio” needs “over” / add a line “over: …”"),
    ("    usual: 12%", "    usual: 120%", "[120%] “120%” cannot be the usual level of “came_back” / write a share of customers, such as “12%” or “120 per 1000”"),
    ("    usual: 12%", "    usual: -1%", "[-1%] “-1%” cannot be the usual level of “came_back”"),
    ("    usual: 12%", "    usual: 0.1 each", "[0.1 each] “0.1 each” cannot be the usual level of “came_back”"),
    ("    usual: 12%", "    usual: 12%\n    before: bought", "[usual] “came_back” has both “usual” and “before”"),
    ("    before: spend_last_month", "    before: spend_last_month\n    adjust_for: [age, spend_last_month]", "[spend_last_month] “spend” is adjusted for “spend_last_month” already / name each column once"),
    ("kind: sum\n    source: purchases\n    column: amount\n    money: true\n    cap: 200                      # stated before launch\n    before: spend_last_month", "kind: quantile\n    source: purchases\n    column: amount", "[spend] a measure of kind “quantile” needs “at” / add a line “at: …”"),
    ("kind: sum\n    source: purchases\n    column: amount\n    money: true\n    cap: 200                      # stated before launch\n", "kind: quantile\n    at: 0.5\n    source: purchases\n    column: amount\n    cap: 200\n", "[cap] “cap” means nothing for a measure of kind “quantile” / it is for “count”, “sum” and “mean”"),
    ("    before: spend_last_month", "    adjust_for: [age]\n    at: 0.5", "[at] “at” means nothing for a measure of kind “sum” / it is for “quantile”"),
    ("    before: spend_last_month", "    change: true", "[change] “change” means nothing for a measure of kind “sum” / it is for “mean”"),
    ("kind: sum\n    source: purchases\n    column: amount\n    money: true\n    cap: 200                      # stated before launch\n    before: spend_last_month", "kind: mean\n    source: purchases\n    column: amount\n    change: true", "[change] “spend” is a change, and does not say what from / add a line “before: …” with the column of the pilot's customer source that holds the earlier answer"),
    ("kind: sum\n    source: purchases\n    column: amount\n    money: true", "kind: mean\n    source: purchases\n    column: amount\n    change: true", "[cap] “cap” holds for a value, and “spend” is a change of values / remove one of “cap” and “change”"),
    ("source: letters\n    where: {answer: stop}", "source: members\n    column: stop\n    window: 2 weeks", "[window] “window” needs to know when things happened, and “members” has a row a customer"),
    ("source: letters\n    where: {answer: stop}", "source: members", "[unsubscribed] “unsubscribed” needs “column”, because “members” has a row a customer"),
    ("where: {answer: stop}", "where: {answer: [stop, 1]}", "[[stop, 1]] this list mixes “numbers” and “text”"),
    ("where: {answer: stop}", "where: {answer: {}}", "[answer] “answer” has no limit to keep to / write one of at_least, at_most, above, below"),
    ("where: {answer: stop}", "where: {answer: {at_least: 1, above: 2}}", "[answer] “at_least” and “above” say the same thing twice"),
    ("where: {answer: stop}", "where: {answer: {at_least: 3, at_most: 2}}", "[answer] no value of “answer” can be within these limits"),
    ("where: {answer: stop}", "where: {answer: {above: 2, below: 2}}", "[answer] no value of “answer” can be within these limits"),
    ("    column: age\n", "", "[age] group “age” has neither “column” nor “levels”"),
    ("    cuts: [30, 60] ", "    cuts: [60, 30] ", "[[60, 30]] “cuts” must go up / write [30.0, 60.0]"),
    ("    cuts: [30, 60] ", "    cuts: [30, 30] ", "[[30, 30]] “cuts” must go up"),
    ("    cuts: [30, 60] ", "    names: {a: b}\n    cuts: [30, 60] ", "[names] “names” rename the values of a column, and here the levels have names already"),
    ("    label: Kind of reader\n", "    label: Kind of reader\n    column: kind\n", "[reader] group “reader” has both “column” and “levels” / give it exactly one of the two"),
    ("    label: Kind of reader\n", "    label: Kind of reader\n    cuts: [1]\n", "[cuts] “cuts” belong to a “column” / remove them"),
    ("source: letters\n    where: {answer: stop}", "source: members\n    column: x\n    where: {a: true, b: [true, x]}", "[[true, x]] this list mixes “text” and “true or false”"),
    ("    label: Age\n", "    label: Age\n    source: letters\n", "[letters] “letters” has a row an event / name a source of kind “wide”, with a row a customer"),
    ("    label: Age\n", "    label: Age\n    source: member\n", "[member] “member” is not a source of the program / did you mean “members”?"),
    ("{children_books: {below: 3}}", "{children_books: {below: 3, at_least: 3}}", "[children_books] no value of “children_books” can be within these limits"),
    ("{source: members, where", "{source: membrs, where", "[membrs] “membrs” is not a source / did you mean “members”?"),
    ("{source: letters, at_most", "{source: members, at_most", "[members] “members” has a row a customer, so contacts cannot be counted in it"),
    ("{source: letters, at_most", "{source: leters, at_most", "[leters] “leters” is not a source"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "complaint"), PROGRAM_CASES)
def test_a_program_that_contradicts_itself_is_told_where(tmp_path, old, new, complaint):
    found = told(tmp_path, program=changed(PROGRAM, (old, new)))
    assert found[0].startswith(f"program.yaml {complaint}")
    assert len(found) == 1 or "is not a source" in found[0]


PILOT_CASES = [
    ("scope: {location: canal-street}", "scope: {}", "[scope] the scope is neither a product line nor a location"),
    ("scope: {location: canal-street}", "scope: {location: canal-street, product_line: books}", "[scope] the scope is a product line and a location"),
    ("scope: {location: canal-street}", "scope: {location: canal-stret}", "[canal-stret] “canal-stret” is not a location of the program / did you mean “canal-street”?"),
    ("scope: {location: canal-street}", "scope: {product_line: books}", "[books] “books” is not a product line of the program / none is declared yet"),
    ("source: members", "source: letters", "[letters] “letters” has a row an event"),
    ("source: members", "source: membrs", "[membrs] “membrs” is not a source of the program / did you mean “members”?"),
    ("{at_least: 3, at_most: 12}", "{at_least: 13, at_most: 12}", "[months_since_purchase] no value of “months_since_purchase” can be within these limits"),
    ("shop: CS01", "shop: [Station]", "[[Station]] the pilot is at “Canal Street”, and this keeps only customers of “Station” / did you mean “Canal Street”?"),
    ("deciding: came_back", "deciding: cameback", "[cameback] “cameback” is not a measure of the program / did you mean “came_back”?"),
    ("measure: unsubscribed", "measure: unsubscribd", "[unsubscribd] “unsubscribd” is not a measure of the program / did you mean “unsubscribed”?"),
    ("margin: 3 per 1000", "margin: -3 per 1000", "[-3 per 1000] a margin must be more than 0, not “-3 per 1000”"),
    ("margin: 3 per 1000", "margin: 0", "[0] a margin must be more than 0, not “0”"),
    ("margin: 3 per 1000", "margin: 3 each", "[3 each] “3 each” is an amount each, but “unsubscribed” is a share of customers / write for example “20 per 1000” or “2%”"),
    ("margin: 3 per 1000", "margin: 3", "[3] “3” is more than all customers: “unsubscribed” is a share between 0 and 1"),
    ("watch: [spend]", "watch: [spend, spend]", "[spend] “spend” is watched already / a measure has one role: remove one of them"),
    ("watch: [spend]", "watch: [spend, came_back]", "[came_back] “came_back” is the deciding measure already"),
    ("watch: [spend]", "signals: [unsubscribed]\nwatch: [spend]", "[unsubscribed] “unsubscribed” is a guardrail already"),
    ("watch: [spend]", "watch: [spent]", "[spent] “spent” is not a measure of the program / did you mean “spend”?"),
    ("also: {spend: 0.30 each}", "also: {came_back: 1%}", "[came_back] “came_back” decides already: its worth-it line is in the iteration"),
    ("also: {spend: 0.30 each}", "also: {spnd: 0.30 each}", "[spnd] “spnd” is not a guardrail, a signal or a watched measure of this pilot / did you mean “spend”?"),
    ("also: {spend: 0.30 each}", "also: {spend: 3 per 1000}", "[3 per 1000] “3 per 1000” is a share of customers, but “spend” is an amount for each customer / write for example “0.50 each”"),
    ("also: {spend: 0.30 each}", "also: {spend: -1 each}", "[-1 each] “spend” cannot be asked to gain less than nothing"),
    ("audience: Members who have not bought for three months.", "audience: TBD", "[TBD] “TBD” says nothing about the customer yet / ask three customers, and write down what they say"),
    ("    - Someone who knows books has chosen three for them.", "    - '...'", "['...'] “...” says nothing about the customer yet"),
    ("    - Parents and grandparents", "    - to do!", "[to do!] “to do!” says nothing about the customer yet"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "complaint"), PILOT_CASES)
def test_a_pilot_that_contradicts_itself_or_the_program_is_told_where(tmp_path, old, new, complaint):
    found = told(tmp_path, pilot=changed(PILOT, (old, new)))
    assert found[0].startswith(f"pilot.yaml {complaint}")
    assert len([one for one in found if one.startswith("pilot.yaml")]) == 1


ITERATION_CASES = [
    ("    share: 1/2", "    share: 0.6", "[arms] shares add up to 110%, not 100% / letter 50%, card 60%"),
    ("    share: 1/2", "    share: 49.9%", "[arms] shares add up to 99.9%, not 100% / letter 50%, card 49.9%; write shares such as 1/2, which are exact"),
    ("    share: 1/2", "    share: 0.500001", "[arms] shares add up to 1000001/1000000, not exactly 1"),
    (", role: control", "", "[arms] no arm is there to compare with / add “role: control”"),
    ("    share: 1/2", "    share: 1/2\n    role: holdout", "[holdout] “card” is a second arm to compare with, besides “letter” / exactly one arm is control or holdout"),
    ("worth_it: 20 per 1000", "worth_it: 0", "[0] the worth-it line must be more than 0, not “0”"),
    ("worth_it: 20 per 1000", "worth_it: -20 per 1000", "[-20 per 1000] the worth-it line must be more than 0, not “-20 per 1000”"),
    ("worth_it: 20 per 1000", "worth_it: 20 each", "[20 each] “20 each” is an amount each, but “came_back” is a share of customers"),
    ("worth_it: 20 per 1000", "worth_it: 20", "[20] “20” is more than all customers: “came_back” is a share between 0 and 1"),
    ("{arm: card,", "{arm: cart,", "[cart] “cart” is not an arm that tries something / did you mean “card”?"),
    ("{arm: card,", "{arm: letter,", "[letter] “letter” is not an arm that tries something / known: card"),
    ("measure: came_back", "measure: cameback", "[cameback] “cameback” is not a measure of this pilot / did you mean “came_back”?"),
    ("gain: 10 to 40 per 1000", "gain: 10 to 40 each", "[10 to 40 each] “10 to 40 each” is an amount each, but “came_back” is a share of customers"),
    ("gain: 10 to 40 per 1000}", "gain: 1 to 4%}\n  - {arm: card, measure: came_back, gain: 1 to 2%}", "[card] “came_back” for “card” is predicted already"),
    ("groups: [age, reader]", "groups: [age, raeder]", "[raeder] “raeder” is not a group of the program / did you mean “reader”?"),
    ("groups: [age, reader]", "groups: [age, age]", "[age] “age” stands twice in “groups”"),
    ("end: 2026-03-30", "end: 2026-03-29", "[2026-03-29] on 2026-03-29 the follow-up of 28 days from 2026-03-02 is not over / write 2026-03-30 or later"),
    ("stage: explore", "stage: explore\nchanged: [{what: a, why: b}]", "[changed] the first iteration has nothing to change from / remove “changed”"),
    ("groups: [age, reader]", "assignment: {source: letters, column: arm}", "[letters] “letters” has a row an event"),
    ("groups: [age, reader]", "assignment: {source: members, column: arm, start: since, cluster: household}", "[cluster] “cluster” and “start” do not go together: looks by day would need a start for each of what was drawn / remove one of them"),
    ("groups: [age, reader]", "cluster: household\nassignment: {source: members, column: arm}", "[cluster] “cluster” at this place is for draws of our own, and here somebody else made the draw / move the line to under  assignment"),
    ("groups: [age, reader]", "cluster: member_id", "[member_id] “member_id” names the customer, so everybody would be drawn alone / remove the line, or name the column of the household"),
    ("groups: [age, reader]", "assignment: {source: membrs, column: arm}", "[membrs] “membrs” is not a source of the program / did you mean “members”?"),
    ("groups: [age, reader]", "assignment: {source: members, column: arm, values: {cart: 1}}", "[cart] “cart” is not an arm / did you mean “card”?"),
    ("groups: [age, reader]", "assignment: {source: members, column: arm, values: {card: letter}}", "[letter] “letter” stands for “letter” already"),
    ("groups: [age, reader]", "exposure: {source: lettrs}", "[lettrs] “lettrs” is not a source of the program / did you mean “letters”?"),
    ("groups: [age, reader]", "exposure: {source: letters, column: opened}", "[opened] every row of “letters” is one time that a customer was reached / remove “column”; choose rows with “where”"),
    ("groups: [age, reader]", "exposure: {source: letters, where: {n: {at_least: 3, at_most: 2}}}", "[n] no value of “n” can be within these limits"),
    ("groups: [age, reader]", "exposure: {source: members}", "[exposure] “members” has a row a customer, and nothing says who of them was reached / name a “column”, a “day” or a “where”"),
    ("groups: [age, reader]", "take: 1/2\nassignment: {source: members, column: arm}", "[take] “take” is for draws of our own, and here somebody else made the draw"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "complaint"), ITERATION_CASES)
def test_an_iteration_that_contradicts_anything_is_told_where(tmp_path, old, new, complaint):
    found = told(tmp_path, iteration=changed(ITERATION, (old, new)))
    assert found[0].startswith(f"iteration-1.yaml {complaint}")
    assert len(found) == 1


def test_two_shares_of_a_third_are_not_a_whole(tmp_path):
    thirds = changed(
        ITERATION,
        ("share: 1/2, role", "share: 33%, role"),
        ("    share: 1/2\n", "    share: 33%\n"),
        ("worth_it:", "  visit: {label: A visit, share: 33%}\nworth_it:"),
    )
    (found,) = told(tmp_path, iteration=thirds)
    assert found == (
        "iteration-1.yaml [arms] shares add up to 99%, not 100% / "
        "letter 33%, card 33%, visit 33%; write shares such as 1/3, which are exact"
    )


def test_a_lone_arm_tries_nothing(tmp_path):
    card = ITERATION[ITERATION.index("  card:") : ITERATION.index("worth_it:")]
    predicted = ITERATION[ITERATION.index("predictions:") : ITERATION.index("groups:")]
    alone = changed(ITERATION, (card, ""), (predicted, ""), ("share: 1/2, role", "share: 1, role"))
    assert told(tmp_path, iteration=alone) == [
        "iteration-1.yaml [arms] no arm tries anything / add an arm with “role: treatment”"
    ]


def test_a_share_too_small_to_draw_is_refused(tmp_path):
    tiny = changed(ITERATION, ("share: 1/2, role", "share: 0.99995, role"), ("    share: 1/2\n", "    share: 0.005%\n"))
    assert told(tmp_path, iteration=tiny)[0].startswith("iteration-1.yaml [0.005%] 0.01% is too small a share to draw")


def test_nobody_is_drawn_from_a_source_without_customers(tmp_path):
    anonymous = changed(PROGRAM, ("    files: data/members.parquet\n    customer: member_id\n", "    files: m.csv\n"))
    found = told(tmp_path, program=anonymous)
    assert any("nobody can be drawn from “members”" in one for one in found)
    assert any("“members” cannot be joined with “purchases”" in one for one in found)
    assert any("“members” does not say which column names the customer" in one for one in found)


def test_a_ratio_of_a_wide_source_names_both_columns(tmp_path):
    ratio = changed(
        PROGRAM,
        ("kind: sum\n    source: purchases", "kind: ratio\n    over: {}\n    source: members"),
        ("    cap: 200                      # stated before launch\n    before: spend_last_month\n", ""),
    )
    (found,) = told(tmp_path, program=ratio)
    assert found.startswith("program.yaml [over] “over” needs “column”, because “members” has a row a customer")


@pytest.mark.parametrize("used", ["groups: [age, reader]", "assignment: {source: traits, column: arm}"])
def test_sources_that_are_read_together_name_their_customers(tmp_path, used):
    traits = changed(
        PROGRAM,
        ("sources:\n", "sources:\n  traits: {kind: wide, files: traits.csv}\n"),
        ("    label: Age\n", "    label: Age\n    source: traits\n"),
    )
    (found,) = told(tmp_path, program=traits, iteration=changed(ITERATION, ("groups: [age, reader]", used)))
    assert (
        "“traits” cannot be joined with “members” / add “customer: …” to the source “traits” in program.yaml" in found
    )


def test_a_measure_that_looks_further_than_customers_are_followed_is_refused(tmp_path):
    long = changed(PROGRAM, ("    unit: buyers\n", "    window: 5 weeks\n"))
    (found,) = told(tmp_path, program=long)
    assert "customers are followed 28 days, and “came_back” looks at 35 / write “follow_up: 35 days” or more" in found
    assert "[4 weeks]" in found


def test_a_confirmation_is_two_halves(tmp_path):
    uneven = changed(CONFIRM, ("share: 1/2, role", "share: 1/4, role"), ("    share: 1/2\n", "    share: 3/4\n"))
    assert told(tmp_path, iteration=uneven) == [
        "iteration-1.yaml [arms] a confirmation has two arms of 50%, not letter 25%, card 75% / "
        "keep one model and the arm it is compared with"
    ]
    theirs = changed(OBSERVED, ("stage: explore", "stage: confirm"))
    assert told(tmp_path, iteration=theirs) == [], "somebody else's halves can be judged; they never promote"


def test_later_iterations_say_what_changed(tmp_path):
    silent = program_folder(tmp_path, iterations={1: ITERATION, 2: ITERATION})
    (problem,) = problems(silent, 2)
    assert problem.message == "iteration 2 does not say what changed since iteration 1, and why"
    telling = program_folder(tmp_path, iterations={2: CHANGED + ITERATION})
    assert problems(telling, 2) == ()


def test_iterations_are_numbered_without_gaps(tmp_path):
    gap = program_folder(tmp_path, iterations={1: ITERATION, 3: CHANGED + ITERATION})
    (problem,) = problems(gap, 3)
    assert problem.message == "this is iteration 3, but there is no iteration 2"
    assert problem.hint == "rename the file to iteration-2.yaml, or put back what is missing before it"


def test_measures_of_every_kind_pass_with_what_they_need(tmp_path):
    rich = changed(
        PROGRAM,
        (
            "groups:\n  age",
            "  value:\n    {label: Value, kind: ratio, source: purchases, column: amount, over: {}, money: true}\n"
            "  minutes: {label: Minutes, kind: mean, source: members, column: minutes, cap: 60}\n"
            "  visits: {label: Visits, kind: count, source: purchases, window: 2 weeks, decimals: 0}\n"
            "  happy: {label: Happy, kind: share, source: members, column: happy, answers: ['yes'], usual: 50%}\n"
            "groups:\n  age",
        ),
    )
    found = told(
        tmp_path,
        program=rich,
        pilot=changed(PILOT, ("[spend]", "[spend, value, minutes, visits, happy]")),
    )
    assert found == []


MEDIAN = changed(
    PROGRAM,
    ("kind: sum\n    source: purchases", "kind: quantile\n    at: 0.5\n    source: purchases"),
    ("    cap: 200                      # stated before launch\n    before: spend_last_month\n", ""),
)
BY_MEDIAN = changed(
    PILOT,
    ("deciding: came_back", "deciding: spend"),
    ("watch: [spend]", "watch: [came_back]"),
    ("also: {spend: 0.30 each}", "also: {came_back: 1%}"),
)
EACH_DAY = (
    ("follow_up: 4 weeks\nend: 2026-03-30", "starts_over: 7 days\nfollow_up: 4 weeks\nend: 2026-04-06"),
    ("worth_it: 20 per 1000 ", "worth_it: 2 each "),
)
TRIED_DAILY = "[starts_over] “spend” is a quantile, which cannot be tested day by day, and customers start on days of their own / let all customers start on one day, or decide by a “mean”, with a “cap” if a few values are very large"


@pytest.mark.parametrize(("pilot", "iteration", "wanted"), [
    (BY_MEDIAN, changed(ITERATION, *EACH_DAY), []),
    (BY_MEDIAN, changed(CONFIRM, EACH_DAY[1]), []),
    (BY_MEDIAN, changed(CONFIRM, *EACH_DAY), [TRIED_DAILY]),
    (changed(PILOT, ("{measure: unsubscribed, margin: 3 per 1000}", "{measure: spend, margin: 1 each}"), ("watch: [spend]\n", "")), changed(ITERATION, EACH_DAY[0]), [TRIED_DAILY]),
])  # fmt: skip
def test_a_quantile_is_not_tested_day_by_day(tmp_path, pilot, iteration, wanted):
    found = told(tmp_path, program=MEDIAN, pilot=pilot, iteration=iteration)
    assert [line.split(" ", 1)[1] for line in found if "quantile" in line] == wanted


def test_a_quantile_needs_customers_with_names(tmp_path):
    program = changed(
        MEDIAN,
        ("    customer: member_id\n    columns: {shop: home_shop_code}", "    columns: {shop: home_shop_code}"),
        ("at: 0.5\n    source: purchases", "at: 0.5\n    source: members"),
    )
    assert any(
        "“members” does not say which column names the customer" in line for line in told(tmp_path, program=program)
    )


def test_a_quantile_needs_customers_drawn_one_by_one(tmp_path):
    iteration = changed(
        ITERATION, ("groups: [age", "assignment: {source: members, column: arm, cluster: household}\ngroups: [age")
    )
    assert told(tmp_path, iteration=iteration) == []
    found = told(tmp_path, program=MEDIAN, iteration=iteration)
    assert found[0].startswith(
        "iteration-1.yaml [cluster] “spend” is a quantile, whose range is only known where customers"
    )
    own = changed(ITERATION, ("groups: [age", "cluster: household\ngroups: [age"))
    assert told(tmp_path, iteration=own) == []
    assert told(tmp_path, program=MEDIAN, iteration=own) == found


@pytest.mark.parametrize("cost", ["0.4", "{measure: spend}", "{measure: spend, per_customer: 0.3}"])
def test_a_cost_is_an_amount_or_a_measure_that_adds_it_up(tmp_path, cost):
    assert told(tmp_path, iteration=changed(ITERATION, ("    how_often: once\n", f"{COSTLY}{cost}\n"))) == []


@pytest.mark.parametrize(
    ("cost", "wanted"),
    [
        ("{measure: spnd}", "[spnd] “spnd” is not a measure of this pilot / did you mean “spend”?"),
        ("{measure: unsubscribed}", "[unsubscribed] “unsubscribed” does not add up money for each customer / name a"),
        ("{measure: came_back}", "[came_back] “came_back” decides, so it cannot be the cost of it as well / name what"),
        ("{measur: spend}", "[measur] “measur” is not a known key here / did you mean “measure”?"),
        ("{measure: spend, per_customer: -3}", "[-3] “per_customer” must be at least 0, not -3"),
        ("cheap", "[cheap] “cost” must be a number, not “cheap”"),
    ],
)
def test_a_cost_that_cannot_be_measured_is_told_at_its_place(tmp_path, cost, wanted):
    found = told(tmp_path, iteration=changed(ITERATION, ("    how_often: once\n", f"{COSTLY}{cost}\n")))
    assert any(f"iteration-1.yaml {wanted}" in one for one in found), found


def test_the_arms_costs_are_added_up_by_one_measure(tmp_path):
    program = changed(
        PROGRAM,
        (
            "  unsubscribed:\n",
            "  paper: {label: Paper, kind: sum, source: letters, column: cost, money: true}\n  unsubscribed:\n",
        ),
    )
    pilot = changed(PILOT, ("watch: [spend]", "watch: [spend, paper]"))
    iteration = changed(
        ITERATION,
        ("    how_often: once\n", f"{COSTLY}{{measure: spend}}\n"),
        ("role: control}", "role: control, cost: {measure: paper}}"),
    )
    found = told(tmp_path, program=program, pilot=pilot, iteration=iteration)
    assert found == [
        "iteration-1.yaml [spend] the costs of two arms are measured by “paper” and by “spend” / name one measure that "
        "adds up both"
    ]


def test_how_the_error_is_spent_is_for_confirmations(tmp_path):
    spent = "follow_up: 4 weeks", "spending: pocock\nfollow_up: 4 weeks"
    assert told(tmp_path, iteration=changed(CONFIRM, spent)) == []
    (found,) = told(tmp_path, iteration=changed(ITERATION, spent))
    assert found.startswith("iteration-1.yaml [spending] “spending” says how a confirmation spends its error")
    (found,) = told(tmp_path, iteration=changed(CONFIRM, (spent[0], "spending: pocok\nfollow_up: 4 weeks")))
    assert "did you mean “pocock”?" in found


@pytest.mark.parametrize(
    ("past", "wanted"),
    [
        ("{column: amount_2025}", "“value” is a ratio, and its past has no lower half"),
        ("{column: amount_2025, over: orders_2025}", None),
    ],
)
def test_the_past_of_a_ratio_has_both_its_halves(tmp_path, past, wanted):
    ratio = "{label: Value, kind: ratio, source: purchases, column: amount, over: {}, past: PAST}"
    text = changed(PROGRAM, ("groups:\n  age", f"  value: {ratio.replace('PAST', past)}\n\ngroups:\n  age"))
    assert [one.message for one in problems(program_folder(tmp_path, program=text))] == ([wanted] if wanted else [])


def test_a_past_is_refused_what_its_kind_cannot_use(tmp_path):
    text = changed(
        PROGRAM,
        ("    before: spend_last_month", "    before: spend_last_month\n    past: {column: spend_2025, over: n}"),
    )
    (problem,) = problems(program_folder(tmp_path, program=text))
    assert problem.message == "“over” is for a measure of kind “ratio”"

import dataclasses
import re
import typing
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest
from jinja2 import meta, nodes

from pitcairn.reading.result import GroupRow, Result, Withheld
from pitcairn.report import pages, pictures, site_pages
from pitcairn.report.built_up import MOST_ROWS
from pitcairn.report.charts import Tick
from pitcairn.report.pages import IterationPage
from pitcairn.report.render import environment, iteration_page
from pitcairn.report.site_pages import ProgramPage, StoryPage
from result_samples import CODES, LABELS, bare, relabelled, result, with_extras, with_looks

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7*7 }}</title></style>"
NOT_SHOWN = {
    "arm",
    "as_of",
    "better",
    "code",
    "currency",
    "day",
    "end",
    "id",
    "kind",
    "locked_at",
    "mark",
    "match",
    "measure",
    "pilot",
    "role",
    "schema",
    "scope",
    "stage",
    "start",
    "state",
}
"""Fields of a result that hold an id, a choice, or a date that pages write out in words."""
SAMPLES = {code: result(code, 2) for code in CODES} | {
    "bare": bare(),
    "one arm": result("promote", 1),
    "three arms": result("promote", 3),
    "five arms": result("adapt", 5),
    "by day": with_looks(result("promote", 2), days=20),
    "extras": with_extras(result("promote", 2)),
}


class Page(HTMLParser):
    """What a reader of the page gets: elements, texts and headings."""

    VOID = frozenset({"meta", "link", "br", "col", "img", "input"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.parents: list[str] = []
        self.words: list[str] = []
        self.children: dict[int, list[str]] = {}
        self.stack: list[int] = []
        self.goes_on = False
        self.feed(html)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        if self.stack:
            self.children.setdefault(self.stack[-1], []).append(tag)
        self.elements.append((tag, dict(attrs)))
        self.goes_on = ("class", "term") in attrs
        if tag not in self.VOID:
            self.stack.append(len(self.elements) - 1)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        closed, attrs = self.elements[self.stack.pop()]
        assert closed == tag
        self.goes_on = attrs.get("class") == "term"

    def handle_data(self, data):
        if self.stack and self.elements[self.stack[-1]][0] == "style":
            return
        # A word that is linked to the glossary is part of its sentence.
        if self.goes_on and self.words:
            self.words[-1] += data
        else:
            self.words.append(data)
        self.goes_on = False

    @property
    def text(self) -> str:
        return squeezed(" ".join(self.words))

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.elements if name in attrs]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def texts(value: object, name: str = "") -> list[str]:
    """Every text that a result holds for people."""
    if name in NOT_SHOWN:
        return []
    if isinstance(value, str):
        return [value]
    if dataclasses.is_dataclass(value):
        return [text for field in dataclasses.fields(value) for text in texts(getattr(value, field.name), field.name)]
    return [text for item in value for text in texts(item)] if isinstance(value, tuple) else []


def group_numbers(row: GroupRow) -> list[str]:
    """Groups show the difference; their levels are among the exact figures."""
    if isinstance(row.effect, Withheld):
        return [row.effect.why]
    return [row.effect.estimate_text, row.effect.range_text, f"{row.customers:,}"]


def poisoned(value: typing.Any, name: str = "") -> typing.Any:
    """The same with hostile words in every text for people."""
    if isinstance(value, str) and name not in NOT_SHOWN - {"scope"}:
        return f"{value}{HOSTILE}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {field.name: poisoned(getattr(value, field.name), field.name) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **changes)
    return tuple(poisoned(item) for item in value) if isinstance(value, tuple) else value


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> Result:
    return SAMPLES[request.param]


def test_every_text_of_the_result_is_on_the_page_as_it_is(sample):
    text = Page(iteration_page(sample)).text
    shown = dataclasses.replace(sample, verdicts=(), limits=(), method=()) if sample.withheld else sample
    if any(verdict.code == "too_early" for verdict in sample.verdicts):
        shown = dataclasses.replace(shown, guardrails=(), predictions=())
    bare_groups = [text for table in shown.groups for row in table.rows for text in (row.level, *group_numbers(row))]
    bare_groups += [row.sentence for row in shown.promised if not shown.withheld]
    by_day = [text for look in shown.looks for text in (look.effect.estimate_text, look.effect.range_text)]
    bare_groups += [text for text in by_day if len(shown.looks) < MOST_ROWS * len(shown.verdicts)]
    found = [
        *texts(dataclasses.replace(shown, groups=(), looks=(), promised=())),
        *(table.heading for table in shown.groups),
        *bare_groups,
    ]
    missing = [one for one in found if squeezed(one) not in text]
    assert missing == []


def test_a_page_is_whole_and_asks_for_nothing(sample):
    html = iteration_page(sample)
    page = Page(html)
    assert "<script" not in html.lower()
    assert {tag for tag, _ in page.elements} & {"script", "iframe", "img", "object", "embed", "form", "base"} == set()
    links = page.attributes("href") + page.attributes("src")
    assert [link for link in links if not link.startswith("#") and link != "data:,"] == []
    assert re.findall(r"url\((?!#)|@import|@font-face", html) == []
    assert page.attributes("onload") + page.attributes("onclick") + page.attributes("style") == []


def test_ids_are_unique_and_every_link_leads_somewhere(sample):
    page = Page(iteration_page(sample))
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    targets = [link[1:] for link in page.attributes("href") if link.startswith("#")]
    targets += [name for names in page.attributes("aria-labelledby") for name in names.split()]
    assert set(targets) <= set(ids)


def test_every_picture_has_a_title_and_says_the_same_in_words(sample):
    page = Page(iteration_page(sample))
    pictures = [at for at, (_, attrs) in enumerate(page.elements) if attrs.get("role") == "img"]
    assert bool(pictures) != sample.withheld
    assert all(page.children[at][:2] == ["title", "desc"] for at in pictures)
    others = [
        attrs for tag, attrs in page.elements if tag == "svg" and attrs.get("role") != "img" and "viewBox" in attrs
    ]
    assert all(attrs.get("aria-hidden") == "true" for attrs in others)


def test_headings_step_down_one_by_one_below_a_single_h1(sample):
    page = Page(iteration_page(sample))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_landmarks_and_language_are_there(sample):
    page = Page(iteration_page(sample))
    tags = [tag for tag, _ in page.elements]
    assert [tags.count(tag) for tag in ("main", "header", "footer", "nav", "title")][:4] == [1, 1, 1, 1]
    assert page.attributes("lang") == ["en"]


def test_the_same_result_makes_the_same_bytes(sample):
    assert iteration_page(sample) == iteration_page(sample)


def test_hostile_words_stay_words(sample):
    html = iteration_page(poisoned(sample))
    page = Page(html)
    assert {tag for tag, _ in page.elements} & {"script", "img"} == set()
    assert page.attributes("onerror") == []
    assert squeezed(sample.headline + HOSTILE) in page.text
    assert sum(tag == "style" for tag, _ in page.elements) == 1


def test_a_withheld_page_shows_no_effect_even_where_the_result_holds_some():
    full = result("adapt", 2)
    html = iteration_page(dataclasses.replace(full, withheld=True, lede="Do they come back?", headline="Do not read."))
    effects = [row.effect for block in full.measures for row in block.rows]
    effects += [row.effect for table in full.groups for row in table.rows if hasattr(row.effect, "range_text")]
    for effect in effects:
        assert effect.range_text not in html
        assert f">{effect.estimate_text}<" not in html
    text = Page(html).text
    assert not any(full.verdicts[0].range_sentence in part for part in (html, text))
    assert "Guardrails" not in text
    assert "No average customer" not in text


def test_a_withheld_page_says_what_is_wrong_and_what_to_do():
    text = Page(iteration_page(result("unsafe_to_read"))).text
    assert "What is wrong Groups are the size that was drawn failed 5,212 and 4,788 customers, not 5,000 each." in text
    assert (
        "Next Find the cause of the failed check and mend the data, then read again. pitcairn read second-order" in text
    )


def test_before_the_planned_end_effects_are_shown_and_not_judged():
    early = result("too_early", 2)
    html = iteration_page(early)
    text = Page(html).text
    for row in early.guardrails:
        assert row.effect.range_text in text
        assert row.word not in text
    assert "As predicted" not in text
    assert "not met" not in text
    cards = html[html.index('<ul class="cards') : html.index('<ul class="trust-line')]
    assert re.findall(r"#i-(\w+)", cards) == ["neutral"] * 8


def test_a_page_that_looks_back_calls_nothing_written_before_launch():
    sample = result("adapt", 2)
    words = "written before launch"

    def said(one: Result) -> str:
        return squeezed(iteration_page(one)).lower().split('id="words"')[0]

    assert said(sample).count(words) >= 3, "both lines, and the predictions"
    assert words not in said(dataclasses.replace(sample, start="2008-03-01"))


def test_sections_without_content_are_left_out():
    page = Page(iteration_page(bare()))
    gone = {"guardrails", "groups", "predictions", "changes", "promotion"}
    assert gone & set(page.attributes("id")) == set()
    assert {"effect", "trust", "funnel", "tried", "next", "limits", "method", "data"} <= set(page.attributes("id"))
    assert "Somebody else made this draw" in page.text
    assert "drawn by lot" not in page.text


def test_dates_are_written_in_words():
    page = Page(iteration_page(result()))
    assert "Started 2 March 2026" in page.text
    assert "Locked 1 March 2026, 16:20 UTC, by mara" in page.text
    assert not re.search(r"\d{4}-\d\d-\d\d", page.text)


def test_arms_keep_colour_and_shape_on_all_of_the_page():
    html = iteration_page(result("adapt", 5))
    for slot in range(1, 6):
        assert html.count(f'href="#m{slot}"') > 10
    for classes, mark in re.findall(r'class="range-of s(\d)".*?<use href="#m(\d)"', html, flags=re.S):
        assert classes == mark


def test_a_number_is_promised_only_where_the_rules_say_to_go_on():
    assert "Promise +35 orders" in Page(iteration_page(with_extras(result("promote", 2)))).text
    assert "Promise +35 orders" not in Page(iteration_page(with_extras(result("harm", 2)))).text


def test_the_tests_own_figures_stay_in_the_method():
    html = iteration_page(with_extras(result("promote", 2)))
    assert html.count("one-sided p-value 0.001") == 1
    assert html.index('<section id="method"') < html.index("one-sided p-value 0.001") < html.index('<section id="data"')


def test_a_check_that_could_not_be_made_says_so():
    assert (
        "The message arrived could not be checked No source says who was reached."
        in Page(iteration_page(result())).text
    )


@pytest.mark.parametrize(
    "labels",
    [
        ("Heute übliche Rückgewinnungsmaßnahmenkommunikationsvorlage X", "Kundenzufriedenheitsbefragung mit Gutschein"),
        ("お客様にはお知らせを送りません", "前回のご購入に基づくおすすめ商品のお知らせメール（週に一回）"),
    ],
)
def test_labels_of_any_length_and_script_are_kept_whole(labels):
    text = Page(iteration_page(relabelled(result(), labels))).text
    assert all(text.count(label) > 3 for label in labels)


def test_a_large_page_stays_small():
    large = dataclasses.replace(result("adapt", 5), groups=result("adapt", 5).groups * 3)
    assert sum(len(table.rows) for table in large.groups) == 105
    assert len(iteration_page(large).encode()) < 300_000
    assert len(iteration_page(result("adapt", 2)).encode()) < 100_000


def test_words_for_analysts_stay_in_the_method():
    html = iteration_page(result("adapt", 3))
    body = Page(re.sub(r'<section id="method".*?</section>', "", html, flags=re.S)).text.lower()
    assert [word for word in ("significant", "p-value", "lift", "variant", "treatment", "srm") if word in body] == []


PAGES = {
    IterationPage: ("base.html.j2", "iteration.html.j2"),
    ProgramPage: ("base.html.j2", "program.html.j2"),
    StoryPage: ("base.html.j2", "story.html.j2"),
}
"""The contract of every template, and where each begins."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_the_template_uses_the_whole_page_and_nothing_else(page):
    declared = {field.name for field in dataclasses.fields(page)}
    used = set().union(*(meta.find_undeclared_variables(tree) for tree in trees(page)))
    assert used == declared


def test_every_field_below_the_pages_is_used_and_no_other():
    kinds = {
        Tick,
        *(
            kind
            for module in (pages, pictures, site_pages)
            for kind in vars(module).values()
            if dataclasses.is_dataclass(kind)
        ),
    }
    declared = {field.name for kind in kinds - set(PAGES) for field in dataclasses.fields(kind)}
    used = {node.attr for page in PAGES for tree in trees(page) for node in tree.find_all(nodes.Getattr)}
    assert used - {"replace", "split", "index", "index0"} == declared


def trees(page: type) -> list[nodes.Template]:
    """A page's templates: those it begins with, and every partial that belongs to it."""
    env = environment()
    partials = [name for name in env.list_templates() if name.startswith("partials/")]
    shared = ("crumbs", "iterations", "marks", "notices", "shapes", "words")
    whose = {name: partial_of(name.removeprefix("partials/").removesuffix(".html.j2"), shared) for name in partials}
    names = [*PAGES[page], *(name for name, owners in whose.items() if page in owners)]
    assert len(names) > 5
    return [env.parse((env.loader.get_source(env, name))[0]) for name in names]


def partial_of(name: str, shared: tuple[str, ...]) -> tuple[type, ...]:
    if name.startswith("program-"):
        return (ProgramPage,)
    if name in ("crumbs", "iterations"):
        return (IterationPage, StoryPage)
    return tuple(PAGES) if name in shared else (IterationPage,)


def luminance(colour: str) -> float:
    full = "".join(two * 2 for two in colour[1:]) if len(colour) == 4 else colour[1:]
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_colour_can_be_read_on_its_ground(scheme):
    css = (files("pitcairn.templates") / "page.css").read_text(encoding="utf-8")
    colours = dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]+);", re.findall(r":root \{(.*?)\n\s*\}", css, flags=re.S)[scheme])
    )
    pairs = [(name, "paper") for name in ("ink", "soft", "link", "s0", "s1", "s2", "s3", "s4", "s5")]
    pairs += [
        ("ink", "tint"),
        ("soft", "tint"),
        *((mark, f"{mark}-tint") for mark in ("good", "watch", "bad", "neutral")),
    ]
    pairs += [(mark, "paper") for mark in ("good", "watch", "bad", "neutral")]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


def test_no_letter_on_the_screen_is_smaller_than_twelve_pixels():
    css = (files("pitcairn.templates") / "page.css").read_text(encoding="utf-8")
    screen = css[: css.index("@page")]
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", screen)]
    assert len(sizes) > 20
    assert min(sizes) >= 12


def test_the_comparison_is_named_in_the_heading():
    assert f"The difference from “{LABELS[0]}”" in Page(iteration_page(result())).text

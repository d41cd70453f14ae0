"""What holds of every kind of page: iterations, plans, sites, all pilots together, cards, registries, the demo."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import pytest
from every_page import every_page
from test_report_render import Page

from pitcairn.reading.glossary import TERMS
from pitcairn.report.own import checked
from pitcairn.report.terms import VERBS

FORBIDDEN = (
    *("significant", "p-value", "lift", "variant", "treatment effect", "treatment", "uplift", "mde", "srm"),
    "covariate",
)
NOT_SAID = re.compile(r'<section id="method".*?</section>|<style>.*?</style>', flags=re.S)
KINDS = ("iteration", "plan", "site", "card", "registry", "demo")
MOST = 300_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return every_page(tmp_path_factory.mktemp("every"))


@pytest.fixture(scope="module")
def read(pages: dict[str, str]) -> dict[str, Page]:
    return {name: Page(html) for name, html in pages.items()}


def words(html: str) -> str:
    """What the page says, its method left out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", NOT_SAID.sub("", html))).split())


def test_every_kind_of_page_is_here(pages: dict[str, str]) -> None:
    assert {name.split(":")[0] for name in pages} == set(KINDS)
    assert {"site: index.html", "registry: index.html", "registry: calibration.html", "card: pack"} <= set(pages)
    for part in ("pilots/note/index.html", "pilots/note/iteration-1.html", "lineages/", "together/"):
        assert any(name.startswith(f"site: {part}") for name in pages), part


def test_no_page_is_larger_than_it_may_be(pages: dict[str, str]) -> None:
    assert {name: len(html.encode()) for name, html in pages.items() if len(html.encode()) > MOST} == {}


def test_no_page_uses_the_analysts_words_outside_its_method(pages: dict[str, str]) -> None:
    found = {
        (name, word)
        for name, html in pages.items()
        for word in FORBIDDEN
        if re.search(rf"\b{word}", words(html), flags=re.I)
    }
    assert found == set()


def test_minus_signs_and_quotation_marks_are_the_printers(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        said = words(html)
        assert not re.search(r"(?<![\w-])-\d", said), name
        assert "hostile" in name or name.startswith("registry") or '"' not in said, name


def test_every_page_explains_its_words_and_every_word_is_linked(pages: dict[str, str]) -> None:
    """Wherever a word of the glossary stands in a sentence of the page, there is a link to what it means."""
    prose = re.compile(r"<(p|li)\b[^>]*>(?:(?!<(?:p|li)\b).)*?</\1>", flags=re.S)
    theirs = re.compile(
        r'<(a|code|svg|nav|footer|h[1-3]|th)\b.*?</\1>|<ol\b.*?</ol>|<p class="question">.*?</p>'
        r'|<span class="(?:tag|arm)\b[^>]*>.*?</span>(?:</span>)?|<section id="words".*?</section>|<style>.*?</style>',
        flags=re.S,
    )
    missing = {}
    for name, html in pages.items():
        explained = set(re.findall(r'id="word-([\w-]+)"', html))
        linked = set(re.findall(r'href="#word-([\w-]+)"', html))
        assert explained, name
        assert linked <= explained, name
        said = " ".join(match[0] for match in prose.finditer(theirs.sub(" ", html)))
        said = unescape(re.sub(r"<[^>]+>", " ", said))
        used = {
            term.id
            for term in TERMS
            if re.search(rf"(?<![\w/-]){re.escape(term.name)}s?(?![\w/-]|\.\w)", said, flags=re.I)
        }
        if gone := used - linked - VERBS:
            missing[name] = gone
    assert missing == {}


def test_every_estimate_has_its_range_beside_it(read: dict[str, Page], pages: dict[str, str]) -> None:
    drawn = 0
    for name, html in pages.items():
        for estimate in re.findall(r'<td role="cell" class="num estimate">(.*?)</td>', html, flags=re.S):
            text = re.sub(r"<[^>]+>", "", estimate)
            assert re.search(r"\d.* to .*\d", text), (name, text)
            drawn += 1
        for said in re.findall(r"<desc[^>]*>(Best estimate .*?)</desc>", html):
            assert re.fullmatch(r"Best estimate \S+; range \S+ to \S+(; .+)?", said), (name, said)
    assert drawn > 100


def test_every_table_has_a_name_and_every_cell_a_heading(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        for attributes, table in re.findall(r"<table\b([^>]*)>(.*?)</table>", html, flags=re.S):
            assert re.search(r'aria-label(ledby)?="[^"]+"', attributes) or "<caption" in table, (name, attributes)
            heads = re.findall(r"<th\b[^>]*>", re.search(r"<thead.*?</thead>", table, flags=re.S)[0])  # type: ignore[index]
            assert heads, name
            assert all('scope="col"' in head for head in heads), (name, heads)
            body = re.sub(r'<tr class="axis" aria-hidden="true">.*?</tr>', "", table.split("</thead>")[1], flags=re.S)
            for row in re.findall(r"<tr\b([^>]*)>(.*?)</tr>", body, flags=re.S):
                spans = "decided" in row[0] or "rowspan" in body or 'colspan="4" class="why"' in row[1]
                assert spans or re.search(r'<th\b[^>]*scope="row(group)?"', row[1]), (name, row)
            # On a phone rows become small grids, and only roles say that they are still a table.
            if re.search(r'class="(rows|plain)\b', attributes):
                assert 'role="table"' in attributes, (name, attributes)
                assert all("role=" in cell for cell in re.findall(r"<t[hd]\b[^>]*>", body)), name


def test_every_picture_says_in_words_what_it_shows(read: dict[str, Page]) -> None:
    for name, page in read.items():
        for at, (tag, attrs) in enumerate(page.elements):
            if attrs.get("role") == "img":
                assert page.children[at][:2] == ["title", "desc"], (name, attrs)
            elif tag == "svg" and ("viewBox" in attrs or "class" in attrs) and attrs.get("class") not in ("came",):
                assert attrs.get("aria-hidden") == "true", (name, attrs)


def test_headings_landmarks_ids_and_links_are_whole(read: dict[str, Page]) -> None:
    for name, page in read.items():
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert (levels[0], levels.count(1)) == (1, 1), name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
        tags = [tag for tag, _ in page.elements]
        assert [tags.count(tag) for tag in ("main", "header", "footer")] == [1, 1, 1], name
        assert page.attributes("lang") == ["en"], name
        ids = page.attributes("id")
        assert len(ids) == len(set(ids)), name
        inside = [link[1:] for link in page.attributes("href") if link.startswith("#")]
        inside += [one for names in page.attributes("aria-labelledby") for one in names.split()]
        assert set(inside) <= set(ids), (name, set(inside) - set(ids))


def test_the_keyboard_meets_what_can_be_used_in_the_order_of_reading(read: dict[str, Page]) -> None:
    for name, page in read.items():
        assert set(page.attributes("tabindex")) <= {"0"}, name
        first = next(attrs for tag, attrs in page.elements if tag == "a")
        assert first.get("class") == "skip", name
        assert str(first.get("href"))[1:] in page.attributes("id"), name


def test_nothing_runs_and_nothing_is_fetched(read: dict[str, Page]) -> None:
    for name, page in read.items():
        tags = {tag for tag, _ in page.elements}
        assert tags & {"script", "iframe", "img", "object", "embed", "form", "base"} == set(), name
        assert page.attributes("src") + page.attributes("style") == [], name
        away = [link for link in page.attributes("href") if re.match(r"\w+:|//", link) and link != "data:,"]
        assert away == [], name


def test_our_own_pages_pass_what_a_programs_own_templates_must(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        assert checked(html, name) == html


def test_hostile_words_are_cut_where_everybody_sees_it_and_turn_nothing_around(pages: dict[str, str]) -> None:
    hostile = {name: html for name, html in pages.items() if "hostile" in name}
    assert len(hostile) == 3
    for name, html in hostile.items():
        assert "…" in html, name
        assert "ab" * 1500 not in html, name
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(html), name
        assert "right to left" in html, name
        assert "&lt;img src=x onerror=alert(1)&gt;" in html, name

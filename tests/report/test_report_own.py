from pathlib import Path

import pytest

from pitcairn.errors import SpecError
from pitcairn.report.own import checked
from pitcairn.report.render import iteration_page
from result_samples import result


def own(folder: Path, name: str, text: str) -> Path:
    path = folder / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder / "templates"


def test_the_programs_own_template_comes_first_and_ours_fills_the_rest(tmp_path):
    templates = own(tmp_path, "partials/limits.html.j2", "<p>Our own words about {{ limits | length }} limits.</p>\n")
    page = iteration_page(result(), templates=templates)
    assert "Our own words about 2 limits." in page
    assert 'id="guardrails"' in page


def test_a_program_without_templates_gets_the_page_it_always_got(tmp_path):
    assert iteration_page(result(), templates=tmp_path / "templates") == iteration_page(result())


def test_an_own_template_may_extend_ours_and_stays_escaped(tmp_path):
    templates = own(tmp_path, "partials/next.html.j2", "<p>{{ '<b>' ~ next_command }}</p>\n")
    assert "&lt;b&gt;pitcairn" in iteration_page(result(), templates=templates)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ ''.__class__.__mro__ }}", "may not do this"),
        ("{{ limits.__init__.__globals__ }}", "may not do this"),
        ("{{ nonsense }}", "'nonsense' is undefined"),
        ("{% if %}", "cannot be read"),
        ("{% include '../../ledger.db' %}", "There is no template"),
        ("{% include '/etc/passwd' %}", "There is no template"),
        ("{{ 1 / 0 }}", "This template fails: division by zero"),
        ("{{ 'x' * none }}", "This template fails"),
        ("{{ limits.append('x') }}", "no attribute 'append'|may not do this"),
        ("{% for one in range(99999999999) %}{% endfor %}", "This template fails"),
    ],
)
def test_a_template_that_fails_or_reaches_out_is_told_with_its_file(tmp_path, text, message):
    templates = own(tmp_path, "partials/limits.html.j2", f"line one\n{text}\n")
    with pytest.raises(SpecError, match=message) as raised:
        iteration_page(result(), templates=templates)
    assert raised.value.problems[0].file in ("templates/partials/limits.html.j2", "templates")


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<script>alert(1)</script>", "a <script>"),
        ("<ScRiPt src=x>", "a <script>"),
        ('<p onclick="go()">', "onclick"),
        ('<img src="https://example.org/pixel.gif">', "asks for a file"),
        ('<a href=" java\nscript:alert(1)">', "a link that runs something"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "asks for a file"),
        ("<style>@import 'https://example.org/a.css'</style>", "a style that asks"),
        ('<p style="background: url(https://example.org/a)">', "a style that asks"),
        ("<style>p{background:u\\72l(https://example.org)}</style>", "a style that asks"),
        ("<iframe srcdoc='x'></iframe>", "a <iframe>"),
        ('<meta http-equiv="refresh" content="0;url=https://example.org">', "http-equiv"),
        ('<svg><use href="https://example.org/a.svg#b"/></svg>', "asks for a file"),
        ('<svg><image xlink:href="https://example.org/a.png"/></svg>', "asks for a file"),
        ('<a href="data:text/html,hi">', "data inside the page"),
    ],
)
def test_a_page_that_runs_or_fetches_anything_is_refused(html, what):
    with pytest.raises(SpecError, match=what):
        checked(f"<!doctype html><html>{html}</html>", "iteration.html.j2")


def test_our_own_pages_and_plain_links_pass():
    page = iteration_page(result("adapt", 5), linked=True)
    assert checked(page, "iteration.html.j2") == page
    fine = '<a href="https://example.org">read more</a><img src="data:image/png;base64,AAAA">'
    assert checked(fine, "x") == fine

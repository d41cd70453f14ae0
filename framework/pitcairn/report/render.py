"""From a result to HTML. A page is a pure function of its result and its past: the same give the same bytes."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from pitcairn.reading.result import Result
from pitcairn.report.context import ALONE, Context
from pitcairn.report.layout import iteration
from pitcairn.report.pages import IterationPage


def iteration_page(result: Result, context: Context = ALONE, *, linked: bool = False) -> str:
    """The page of one iteration as a single HTML file: no script, no request, the same bytes every time.

    `linked` is for a page that stands in a site: it leads to the site's other pages.
    """
    return _rendered("iteration.html.j2", iteration(result, context, linked=linked))


@cache
def environment() -> Environment:
    """Every page's templates: all text escaped, a name the page does not have is an error."""
    return Environment(
        # The package itself holds the templates; named so, they are found however Pitcairn was installed.
        loader=PackageLoader("pitcairn.templates", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _rendered(template: str, page: IterationPage) -> str:
    names = (field.name for field in fields(page))
    return environment().get_template(template).render({name: getattr(page, name) for name in names})

"""From a page's facts to HTML: the same facts and the same templates give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pitcairn.reading.result import Result
from pitcairn.report.axis_charts import Charts
from pitcairn.report.context import ALONE, Context
from pitcairn.report.cuts import ITERATION
from pitcairn.report.fit import Cut, fitted
from pitcairn.report.layout import iteration
from pitcairn.report.own import checked, told
from pitcairn.report.terms import linked

P = TypeVar("P")


def iteration_page(
    result: Result,
    context: Context = ALONE,
    *,
    linked: bool = False,
    templates: Path | None = None,
    charts: Charts = Charts.DRAWN,
) -> str:
    """The page of one iteration as a single HTML file: no script, no request, the same bytes every time.

    `linked` is for a page that stands in a site: it leads to the site's other pages. `templates` is the folder of the
    program's own templates, which come first; SpecError where one of them does not work, or makes an unsafe page.
    `charts` other than drawn is for comparing with a page that was made elsewhere.
    """
    page = iteration(result, context, linked=linked, charts=charts)
    return rendered("iteration.html.j2", page, templates, ITERATION)


def rendered(template: str, page: P, templates: Path | None = None, cuts: Sequence[Cut[P]] = ()) -> str:
    """Any page through its template; `templates` as in `iteration_page`; `cuts` may go where it would be too large."""
    if templates is None or not templates.is_dir():
        found = environment().get_template(template)
        return fitted(page, lambda one: linked(found.render(_values(one))), cuts)
    with told(templates):
        own = _own_environment(templates).get_template(template)
        html = fitted(page, lambda one: linked(own.render(_values(one))), cuts)
    return checked(html, template)


def _values(page: Any) -> dict[str, Any]:
    return {field.name: getattr(page, field.name) for field in fields(page)}


@cache
def environment() -> Environment:
    """Every page's templates: all text escaped, a name the page does not have is an error."""
    # The package itself holds the templates; named so, they are found however Pitcairn was installed.
    return Environment(loader=PackageLoader("pitcairn.templates", "."), autoescape=True, **_MANNERS)


@cache
def _own_environment(templates: Path) -> Environment:
    """The program's templates before ours, in a sandbox: a template reads what it is given and nothing else."""
    ours = PackageLoader("pitcairn.templates", ".")
    both = ChoiceLoader([FileSystemLoader(templates), ours])
    return ImmutableSandboxedEnvironment(loader=both, autoescape=True, **_MANNERS)


_MANNERS: dict[str, Any] = {
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}

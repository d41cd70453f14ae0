"""From a page's facts to HTML: the same facts and the same templates give the same bytes."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pitcairn.reading.result import Result
from pitcairn.report.axis_charts import Charts
from pitcairn.report.context import ALONE, Context
from pitcairn.report.layout import iteration
from pitcairn.report.own import checked, told

if TYPE_CHECKING:
    from pitcairn.report.pages import IterationPage
    from pitcairn.report.plan_pages import PlanPage
    from pitcairn.report.site_pages import ProgramPage, StoryPage
    from pitcairn.report.together import TogetherPage


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
    return rendered("iteration.html.j2", iteration(result, context, linked=linked, charts=charts), templates)


def rendered(
    template: str,
    page: IterationPage | PlanPage | ProgramPage | StoryPage | TogetherPage,
    templates: Path | None = None,
) -> str:
    """Any page through its template; `templates` as in `iteration_page`."""
    names = (field.name for field in fields(page))
    values = {name: getattr(page, name) for name in names}
    if templates is None or not templates.is_dir():
        return environment().get_template(template).render(values)
    with told(templates):
        html = _own_environment(templates).get_template(template).render(values)
    return checked(html, template)


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

"""The card of a pack: one self-contained HTML page, made from its contents alone."""

from __future__ import annotations

from dataclasses import fields

from pitcairn.promotion.contents import Contents
from pitcairn.promotion.telling import told
from pitcairn.report.render import environment


def card(contents: Contents) -> str:
    """The page: no script, no request, the same bytes every time."""
    page = told(contents)
    names = (field.name for field in fields(page))
    return environment().get_template("card.html.j2").render({name: getattr(page, name) for name in names})

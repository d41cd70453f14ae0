"""A program's own templates: what may go wrong with them, told at their lines, and what no page may hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from pitcairn.errors import Problem, SpecError

ACTIVE = frozenset({"script", "iframe", "object", "embed", "base", "form", "applet", "frame", "portal"})
LOADING = ("src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest")


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turns what fails inside into a SpecError with the template's file and, where known, its line."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise _problem(folder, error.name, error.lineno, f"This template cannot be read: {error.message}.") from None
    except TemplateNotFound as error:
        raise _problem(folder, None, None, f"There is no template “{error.name}”.") from None
    except UndefinedError as error:
        raise _problem(folder, *_place(error, folder), f"{error.message}.") from None
    except SecurityError as error:
        raise _problem(folder, *_place(error, folder), f"A template may not do this: {error}.") from None
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        raise _problem(folder, *_place(error, folder), f"This template fails: {error}.") from None


def checked(html: str, template: str) -> str:
    """The page, if it is one that may be opened anywhere: no script, nothing that runs, nothing fetched.

    SpecError, with what was found, otherwise.
    """
    found = _Watch()
    found.feed(html)
    found.close()
    if not found.wrong:
        return html
    raise SpecError(
        [Problem(message=f"The page would hold {what}.", file=f"templates/{template}") for what in found.wrong],
        hint="a page has no script and asks no server for anything; take it out of the program's templates",
    )


class _Watch(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        if tag in ACTIVE:
            self._say(f"a <{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, "".join((value or "").split()).lower())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._style = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._style = False

    def handle_data(self, data: str) -> None:
        if self._style:
            self._css(data)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self._say(f"the attribute “{name}”, which runs something")
        elif name == "style":
            self._css(value)
        elif name == "http-equiv" and value != "content-security-policy":
            self._say(f"<meta http-equiv={value}>")
        elif name in LOADING and not value.startswith("data:image/"):
            self._say(f"<{tag} {name}>, which asks for a file")
        elif name in ("href", "xlink:href"):
            self._link(tag, value)

    def _link(self, tag: str, value: str) -> None:
        if value.startswith(("javascript:", "vbscript:")):
            self._say(f"a link that runs something: {value[:40]}")
        elif value.startswith("data:"):
            if not (tag == "link" and value == "data:,"):
                self._say("a link to data inside the page")
        elif tag not in ("a", "area") and not value.startswith("#"):
            self._say(f"<{tag} href>, which asks for a file")

    def _css(self, text: str) -> None:
        squeezed = "".join(text.lower().split())
        # An escaped letter is as good as the letter to a browser, and nothing on a page needs one.
        if (
            "\\" in squeezed
            or "@import" in squeezed
            or "url(" in squeezed.replace("url(data:image/", "").replace('url("data:image/', "")
        ):
            self._say("a style that asks for a file")

    def _say(self, what: str) -> None:
        if what not in self.wrong:
            self.wrong.append(what)


def _problem(folder: Path, name: str | None, line: int | None, message: str) -> SpecError:
    file = f"{folder.name}/{name}" if name else folder.name
    return SpecError(
        [Problem(message=message, file=file, line=line)],
        hint="what a template may use is listed in docs/templates.md; without the file, Pitcairn's own is used",
    )


def _place(error: BaseException, folder: Path) -> tuple[str | None, int | None]:
    """The innermost line of the program's own templates on the way to the failure."""
    found: tuple[str | None, int | None] = (None, None)
    step = error.__traceback__
    while step is not None:
        path = Path(step.tb_frame.f_code.co_filename)
        if path.is_relative_to(folder):
            found = path.relative_to(folder).as_posix(), step.tb_lineno
        step = step.tb_next
    return found

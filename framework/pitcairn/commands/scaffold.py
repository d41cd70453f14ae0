"""The files that `init` and `new` write: rendered from templates, checked, then put in place in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from pitcairn.commands.yaml_text import yaml_text
from pitcairn.errors import Refused

Scalar = str | int | float | bool


def render(template: str, **values: object) -> str:
    """The text of one scaffolded file; the filter `yaml` makes any text safe inside it, `beside` adds a comment."""
    environment = Environment(  # noqa: S701  YAML and Markdown, not HTML
        loader=PackageLoader("pitcairn.templates", "scaffold"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["yaml"] = yaml_text
    environment.filters["beside"] = _beside
    environment.filters["test_yaml"] = test_yaml
    return environment.get_template(template).render(**values)


def test_yaml(test: Sequence[Scalar] | Mapping[str, Scalar]) -> str:
    """A condition on a column: the list of its allowed values, or its bounds by name.

    >>> print(test_yaml(["no", 1, True]), test_yaml({"at_least": 0.5}))
    ["no", 1, true] {at_least: 0.5}
    """
    if isinstance(test, Mapping):
        return f"{{{', '.join(f'{name}: {_scalar(value)}' for name, value in test.items())}}}"
    return f"[{', '.join(_scalar(value) for value in test)}]"


def _scalar(value: Scalar) -> str:
    return yaml_text(value) if isinstance(value, str) else str(value).lower()


def _beside(line: str, comment: str) -> str:
    return f"{line:<30} # {comment}"


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Writes the texts under a folder that is not in use yet."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def new_folder(target: Path, *, keep: bool = True, instead: bool = False) -> Iterator[Path]:
    """A folder to fill, which becomes `target` in one step at the end, or vanishes if anything goes wrong.

    With `keep` false it vanishes in any case; with `instead` it takes the place of what is there. Refused where
    `target` is in use, or would be in a folder that does not exist.
    """
    if not instead:
        _require_free(target)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield draft
        if keep:
            draft.chmod(0o777 & ~_umask())
            _put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _require_free(target: Path) -> None:
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.", hint="make it first, or choose another place")
    here = target.exists() and target.samefile(Path.cwd())
    if here or target.is_symlink() or target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise Refused(f"{target} exists already.", hint="choose another name, or move it away first")


def _put_in_place(draft: Path, target: Path) -> None:
    before = draft.with_name(f"{draft.name}-before")
    try:
        if target.exists():
            target.rename(before)
        draft.rename(target)
    except BaseException:
        if before.exists() and not target.exists():
            before.rename(target)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

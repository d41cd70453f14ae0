"""docs/commands.md, from the commands themselves: `python -m pitcairn.commands.reference > docs/commands.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pitcairn.commands.group import VERBS, pitcairn
from pitcairn.commands.session import Session

WIDTH = 80
_OPENING = """\
# Commands

Written by the commands themselves; a test keeps it so. To write it anew:
`python -m pitcairn.commands.reference > docs/commands.md`

| exit code | meaning |
|---|---|
| 0 | done, whatever the pilot showed: a pilot that does not work is a result |
| 1 | a bug, or something the operating system refused |
| 2 | wrong usage |
| 3 | a plan file is not valid |
| 4 | the data cannot be read as declared, or is not what it was |
| 5 | done, but the verdict is withheld: a health check failed |
| 6 | refused by a rule: the plan is locked, the iteration not launched, ... |
| 130 | interrupted |

The answer goes to stdout and ends with `Next: ...`; progress, warnings and errors go to stderr. With `--json` stdout
holds exactly one object, also on failure: `{"schema": "pitcairn.VERB/1", "ok": true, ..., "exit": 0}` or
`{"schema": "pitcairn.error/1", "ok": false, "code": ..., "problems": [...], "exit": 3}`.
"""


def reference() -> str:
    """The whole page."""
    parts = [f"## {path}\n\n```text\n{text}\n```\n" for path, text in helps()]
    return "\n".join([_OPENING, *parts])


def helps() -> Iterator[tuple[str, str]]:
    """(command as typed, its help text), for every command."""
    top = _context(pitcairn, "pitcairn", None)
    yield "pitcairn", pitcairn.get_help(top)
    for name in VERBS:
        command = pitcairn.get_command(top, name)
        if command is not None:
            yield from _with_subcommands(command, name, top)


def _with_subcommands(command: click.Command, name: str, above: click.Context) -> Iterator[tuple[str, str]]:
    context = _context(command, name, above)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner, subcommand in sorted(command.commands.items()):
            yield from _with_subcommands(subcommand, inner, context)


def _context(command: click.Command, name: str, above: click.Context | None) -> click.Context:
    return click.Context(
        command,
        info_name=name,
        parent=above,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
        obj=Session(),
    )


if __name__ == "__main__":
    print(reference(), end="")

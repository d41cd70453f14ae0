"""The `pitcairn` command: a table of verbs, loaded when one is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from pitcairn import __version__
from pitcairn.commands.failures import BUG, failure_of, report, show_traceback
from pitcairn.commands.options import around
from pitcairn.commands.paper import finish, open_what_is_closed
from pitcairn.commands.session import Session

VERBS: dict[str, tuple[str, str, str]] = {
    "demo": ("demo", "Make an example program, run it, show its page", "Start"),
    "init": ("init", "Make a program folder", "Start"),
    "new": ("new", "Describe a new pilot, question by question", "Plan"),
    "check": ("check", "Check plan files, and data if given; changes nothing", "Plan"),
    "plan": ("plan", "How many customers, and what gain could be seen", "Plan"),
    "rehearse": ("rehearse", "Run the planned pilot on made-up outcomes, many times", "Plan"),
    "iterate": ("iterate", "Start the next iteration from the last one", "Plan"),
    "launch": ("launch", "Draw the groups, lock the plan, write the lists", "Run and read"),
    "read": ("read", "Read the outcomes: health, effects, verdict, page", "Run and read"),
    "report": ("report", "Make a page again from its result", "Run and read"),
    "compare": ("compare", "What changed between two iterations", "Run and read"),
    "decide": ("decide", "Record who decided what, and why", "Decide"),
    "amend": ("amend", "Record what did not go as planned", "Decide"),
    "close": ("close", "End an iteration early, for good", "Decide"),
    "promote": ("promote", "Pack a proven model with its evidence", "Spread"),
    "pack": ("pack", "Look at packs, check them, sign them", "Spread"),
    "adopt": ("adopt", "Make a pilot of a pack, with a prediction", "Spread"),
    "waves": ("waves", "Which places adopt a pack first", "Spread"),
    "rollout": ("rollout", "Stages of an adoption: gates, the next one, the way back", "Spread"),
    "export": ("export", "Write what delivery systems read", "Spread"),
    "watch": ("watch", "What came of an adoption, beside what was predicted", "Spread"),
    "renew": ("renew", "Let an adoption go on, on newer evidence", "Spread"),
    "retire": ("retire", "End an adoption; it stays readable", "Spread"),
    "registry": ("registry", "Index a folder of packs, grade the predictions", "Spread"),
    "status": ("status", "What is waiting, for whom, and the next command", "See"),
    "list": ("list", "All pilots", "See"),
    "together": ("together", "What all pilots together changed over a period", "See"),
    "site": ("site", "Make the program's pages: index, pilots, lineages", "See"),
    "ledger": ("ledger", "What was promised and read, and proof that it stands", "See"),
    "explain": ("explain", "Explain a word that pages and commands use", "See"),
    "completion": ("completion", "Let your shell complete commands and pilots", "See"),
}
"""Name -> (module, short help, section)."""


class Verbs(click.Group):
    """A group that knows its commands' names and words without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in VERBS:
            return None
        found: click.Command = import_module(f"pitcairn.commands.{VERBS[cmd_name][0]}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in VERBS and not name.startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(name, VERBS, 2, 0.5)
            meant = f" Did you mean {' or '.join(f'“{one}”' for one in near)}?" if near else ""
            raise click.UsageError(f"There is no command “{name}”.{meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        width = max(map(len, VERBS))
        for section in dict.fromkeys(section for _, _, section in VERBS.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [(name.ljust(width), words) for name, (_, words, place) in VERBS.items() if place == section]
                )


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@around
@click.version_option(__version__, prog_name="pitcairn", message="%(prog)s %(version)s")
@click.pass_context
def pitcairn(context: click.Context) -> None:
    """Small, customer-centred pilots: planned, drawn by lot, read honestly."""
    if context.invoked_subcommand is None:
        if context.obj.json:
            raise click.UsageError("A command is needed.", context)
        click.echo(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Runs a command line and gives its exit code; no exception but SystemExit leaves it."""
    open_what_is_closed()
    words = list(arguments)
    session = Session(json="--json" in words[: words.index("--") if "--" in words else None])
    try:
        code = pitcairn.main(words, prog_name="pitcairn", standalone_mode=False, obj=session)
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        return 0
    except (Exception, KeyboardInterrupt) as error:
        failure = failure_of(error, unsure=session.unsure)
        if failure.exit_code == BUG:
            show_traceback(session)
        return report(session, failure)
    finally:
        finish(sys.stdout)
        finish(sys.stderr)

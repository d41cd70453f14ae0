"""`pitcairn completion`: the script that lets a shell complete commands and pilots."""

from __future__ import annotations

from functools import partial

import click

from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.paper import Paper
from pitcairn.commands.session import Session

PLACES = {
    "bash": "~/.local/share/bash-completion/completions/pitcairn",
    "zsh": "a folder of your $fpath, as _pitcairn (for example ~/.zsh/completions/_pitcairn)",
    "fish": "~/.config/fish/completions/pitcairn.fish",
}


@verb("completion", example="pitcairn completion fish > ~/.config/fish/completions/pitcairn.fish")
@click.argument("shell", type=click.Choice(list(PLACES)))
def command(_session: Session, shell: str) -> Answer:
    """Print the script that lets your shell complete commands and pilots.

    The script's last lines say where to put it.
    """
    script = _script(shell)
    return Answer(
        data={"shell": shell, "script": script, "place": PLACES[shell]},
        show=partial(_show, shell=shell, script=script),
    )


def _script(shell: str) -> str:
    from click.shell_completion import get_completion_class

    from pitcairn.commands.group import pitcairn

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click {click.__version__} knows no completion for {shell}.")
    maker = kind(pitcairn, {}, "pitcairn", "_PITCAIRN_COMPLETE")
    # Not `maker.source()`: for bash that starts a bash to ask its version.
    return (maker.source_template % maker.source_vars()).strip()


def _show(paper: Paper, *, shell: str, script: str) -> None:
    paper.write(script)
    paper.write(f"# Keep this in {PLACES[shell]}")
    paper.write("# and open a new shell.")

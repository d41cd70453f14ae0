"""The files of a new program."""

from __future__ import annotations

from pitcairn.commands.scaffold import render


def program_files(name: str) -> dict[str, str]:
    """File name -> text, for a program of that name."""
    return {
        "program.yaml": render("program.yaml.j2", name=name),
        ".gitignore": render("gitignore.j2"),
        "data/README.md": render("data-readme.md.j2", name=name),
    }

"""Lets `python -m pitcairn` stand in for the `pitcairn` command."""

from pitcairn.commands import main

main()

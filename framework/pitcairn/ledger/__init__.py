"""The ledger: what was promised, drawn and read, in one append-only file."""

"""Numbers in, effects out; knows nothing of pilots, files or SQL."""

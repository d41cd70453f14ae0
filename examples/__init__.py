"""Example programs, each a story that runs."""

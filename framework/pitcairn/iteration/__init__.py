"""The steps of one turn, each a function: outlook, launch, read, report."""

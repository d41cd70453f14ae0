"""Pages, made from results alone."""

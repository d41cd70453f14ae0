"""The one door to data: rows come in, moments and facts go out."""

"""The same questions put to other people's software, each in an environment of its own."""

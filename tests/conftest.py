"""Being here puts this folder on the import path, so that tests of several rooms can share the builders beside it."""

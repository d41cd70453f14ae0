"""A proven model, packed with its evidence, and what becomes of it elsewhere."""

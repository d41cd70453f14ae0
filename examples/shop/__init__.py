"""A simulated shop: customers, contacts and outcomes with a known truth."""

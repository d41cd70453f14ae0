"""Fennel Lane, a simulated shop: customers, contacts and outcomes from a seed, with a truth that is known."""

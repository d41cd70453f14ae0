"""Pitcairn: small, customer-centred pilots, reworked until they succeed, then proven elsewhere."""

__version__ = "0.1.0"

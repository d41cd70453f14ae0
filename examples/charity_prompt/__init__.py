"""Donation prompts at a charity: one treatment, two audiences, read again from the published files."""

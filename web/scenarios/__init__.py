"""Scenarios: what should happen to one case, written down by the people who own the procedure."""

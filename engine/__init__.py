"""Runs incident procedures durably. Knows no HTTP."""

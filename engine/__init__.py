"""Runs public bodies' procedures durably. Knows no HTTP."""

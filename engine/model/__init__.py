"""Plain values every other part speaks in. Standard library only."""

"""The commands of `remit`, one file per noun. Each parses, calls and prints; none decides."""

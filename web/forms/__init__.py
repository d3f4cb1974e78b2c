"""Forms on pages: drawn by the server, read back, their errors beside their fields."""

"""Other systems and tools over HTTP. Turns requests into use cases; decides nothing itself."""

"""What is built for browsers from packages that are never committed. No part of the server."""

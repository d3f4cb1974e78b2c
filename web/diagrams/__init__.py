"""A procedure's diagram on a page: its own drawing as SVG, with the tokens in it, and the same as text."""

from web.diagrams.picture import Picture, read_picture
from web.diagrams.svg import draw

__all__ = ["Picture", "draw", "read_picture"]

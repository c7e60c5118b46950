"""Draw: the stage."""

from app.draw.page import draw

draw()

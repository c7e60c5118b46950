"""Draw: the stage."""

from app.draw import draw

draw()

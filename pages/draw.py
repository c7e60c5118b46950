"""Draw page: draw a network and train it."""

from app.draw.page import draw

draw()

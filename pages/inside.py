"""Inside: one iteration, number by number."""

from app.inside.page import inside

inside()

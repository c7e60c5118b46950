"""Inside page: one iteration of NBN, number by number."""

from app.inside.page import inside

inside()

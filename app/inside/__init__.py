"""The Inside page: one iteration of NBN, number by number."""

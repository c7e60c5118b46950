"""Race page: learning rules side by side on the same problem."""

from app.race.page import race

race()

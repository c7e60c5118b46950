"""Race: learning rules side by side."""

from app.race.page import race

race()

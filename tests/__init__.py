"""Tests, in the folders of the source. `cases` and `reference` are shared by many of them."""

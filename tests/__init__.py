"""Tests. `cases` and `reference` are shared; what is tested where follows the source."""

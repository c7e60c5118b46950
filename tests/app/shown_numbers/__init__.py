"""Every number that a reader sees is compared with one that is computed from scratch.

`situations` are experiments at an iteration that is rarely the last one, with what plain NumPy says
of them. `screen` collects all texts with digits, figures, tables and payloads of a page. Each test
module states the numbers of its page. A text, a chart or a key of a payload that none of them
knows fails the test, so that no number comes onto a page without its comparison.
"""

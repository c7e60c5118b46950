"""The Inside page: one iteration of NBN, number by number.

`page` reads what the browser sends, `view` holds what is looked at and makes the answer, from
`payload`. `component` is the browser half, in `frontend`.
"""

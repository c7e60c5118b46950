"""The Inside page: one iteration of NBN, number by number.

`page` shows the stepper; `view` holds the state of the page, processes messages and makes the
answer, from the parts in `payload`. `component` mounts the browser half, whose code is in
`frontend`.
"""

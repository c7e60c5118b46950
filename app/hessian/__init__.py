"""The Hessian page: the quasi-Hessian at the iteration shown.

`page` shows the chosen section: `structure`, `coupling`, `spectrum`, `exact`, `landscape` or
`memory`. `choices` keeps what was chosen from one section to the next. `component` is the matrix in
the browser, in `frontend`, and `matrix_payload` what it is sent.
"""

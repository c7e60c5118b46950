"""The Hessian page: the quasi-Hessian at the iteration shown.

`page` shows the selected section: `structure`, `coupling`, `spectrum`, `exact`, `landscape` or
`memory`. `choices` are the choices shared by sections. `component` mounts the matrix in the browser
(its code is in `frontend`), and `matrix_payload` makes the data it is sent.
"""

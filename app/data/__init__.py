"""The Data page: built-in problems, files and painted points.

`page` shows the section selected: `problems` for built-in problems, `upload` and `files` for files,
`canvas` and `painting` for painted points; `in_use` shows the current data beside them. `choices`
is the state of the page; `splitting` chooses training, validation and test patterns;
`adapt_network` adapts the network to other data; `known_results` are published results for the
problems; `words` makes sentences about data. The browser half of the canvas is in `frontend`.
"""

"""The Data page: built-in problems, custom files, painted points.

`page` shows the chosen part: `problems`, `upload` and `files` for custom data, `canvas` and
`painting` for painted points, `in_use` for the data in use now. `choices` keeps what was chosen;
`splitting` chooses the training, validation and test parts; `adapt_network` says what becomes of
the network; `known_results` are published results for a problem; `words` makes sentences about
data. The browser half of the canvas is in `frontend`.
"""

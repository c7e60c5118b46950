"""The Race page: learning rules side by side on the same network, data and starting weights.

`page` shows the chosen section: `setup` and `table` for one seed, `many_seeds`, `rule_comparison`,
`forward_forward`. `session` holds the races of one browser tab and answers the browser; `lanes` are
what races, `race` runs them, `results` judges them, `snapshots` are their small pictures, and
`many_seeds_run` trains many seeds. `component` is the browser half, in `frontend`, and `payload`
what it is sent.
"""

"""The Draw page: the stage, live training and its replay.

`page` reads what the browser sends, has it done, and answers. `dispatch` takes every message to the
module that knows its kind: `run_training`, `edit_weights`, `edit_network`, `edit_presets`,
`edit_settings`, `undo`; an `action` is what they do for one kind. `answer` makes the answer from
`payload` and `rule_form`; `backprop_baseline` adds what backpropagation takes for the same.
`changes` tells the browser what was born and died in a network that grows or shrinks; the section
that changes it is in `reshape`. `component` is the browser half, in `frontend`.
"""

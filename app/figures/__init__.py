"""Charts: pure functions from values to Plotly figures, each with a table and a summary sentence.

`chart` is the value that they return; `palette`, `axes`, `spec`, `names`, `layout` and `lanes` are
shared by them. `drawing` and `portrait` draw a network, `response` an output, `convergence` a
training, `patterns` data; `matrix`, `coupling_chart`, `spectra`, `valley` and `needs` draw the
Hessian page, `trials` many seeds, `structure_path` a network that changes, `goodness`
Forward-Forward, and `thumbs` thumbnails. `svg` and `png` write pictures; `notebook` draws the
values of `nbn_core` for a notebook.
"""

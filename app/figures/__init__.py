"""Charts: pure functions from values to Plotly figures, each with its table and its sentence.

`chart` is what each of them returns; `palette`, `axes`, `spec`, `names`, `layout` and `lanes` are
what they share. `drawing` and `portrait` draw a network, `response` an output, `convergence` a
training, `patterns` data, `matrix`, `coupling_chart`, `spectra`, `valley` and `needs` the Hessian
page, `trials` many seeds, `goodness` Forward-Forward, `thumbs` thumbnails. `svg` and `png` write
pictures.
"""

"""Charts: pure functions from values to Plotly figures, each with its table and its sentence."""

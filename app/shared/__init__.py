"""What pages have in common on the screen.

`component` serves our components to the browser, with the modules in `frontend` that they share;
`payload` is what they are sent; `address` keeps the link in the address bar; `scrubber` chooses the
iteration shown; `chart_box` shows a chart with its downloads; `problem_gallery` lists the built-in
problems with their thumbnails; `words` makes sentences about a training.
"""

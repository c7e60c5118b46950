"""The session: the state of one browser tab and the operations on it. It knows no page.

`state` is the only user of `st.session_state` and holds the history of documents. `document` pairs
an experiment with its drawing and decides how one follows a change of the other; `sketch` is the
drawing, and `sketch_reader` checks one that comes from outside. `history`, `training` and `weights`
change the session for any page. `messages` validates what a browser sends, and `inbox` processes
it, one message at a time. `links` makes the link to the current experiment. `view` is the
experiment at the iteration shown, `curvature` the numbers of the Hessian page there.
`jobs` trains in worker threads, and `own_predictions` are made there for rules that predict in
their own way. `reshaping` lets the network grow, shrink and rewire, and `reshaping_run` is the run
that does it. `server` holds what all sessions share, and `limits` are the size limits of a shared
server.
"""

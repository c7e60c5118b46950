"""The session: what one browser tab holds, and what may be done to it. It knows no page.

`state` is the only user of `st.session_state` and holds the history of documents; `document` is an
experiment with its drawing, `sketch` the drawing; `history`, `training` and `weights` change the
session for any page; `messages` checks what a browser sends and `inbox` acts on it, one message at
a time; `links` makes the link to what is shown. `view` is the experiment at the iteration shown,
`curvature` the numbers of the Hessian there. `jobs` trains in worker threads, `server` holds what
all sessions share, and `limits` says what is too large for a shared server.
"""

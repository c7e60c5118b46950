"""One script per page, each calling its package in `app`; `app.navigation` lists them."""

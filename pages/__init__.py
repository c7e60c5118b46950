"""The pages, one room each; `app.navigation` lists them."""

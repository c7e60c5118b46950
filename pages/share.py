"""Share: what leaves the lab, and what comes back."""

from app.share.page import share

share()

"""Share page: link, import and export."""

from app.share.page import share

share()

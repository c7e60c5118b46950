"""The app as people meet it: the server they start, in the browser they use."""

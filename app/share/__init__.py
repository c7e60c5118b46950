"""The Share page: what can be exported, and what can be imported.

`page` shows the link, `exports` every file to download and `report` the report among them;
`import_form` takes a file, and `import_proposal` says what importing it would change. `words` makes
the sentences; `component` is the browser half, in `frontend`.
"""

"""The Share page: what can be exported, and what can be imported.

`page` shows the link, import and export. `exports` lists every file to download, each a value of
`export_file`; `report` writes the report among them. `import_form` takes files, and
`import_proposal` lists what importing them would change. `words` makes the sentences; `component`
mounts the browser half, whose code is in `frontend`.
"""

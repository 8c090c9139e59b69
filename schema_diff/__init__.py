"""Reports how a change of the contracts affects released apps: the schema, REST, keys, fields and errors.

`python -m schema_diff BASE [HEAD]` compares revisions, files or endpoints, and exits with 1 if a released app breaks.
"""

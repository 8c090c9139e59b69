"""What a change of the contracts does to apps that are out: the schema, REST, keys, fields, errors.

`python -m schema_diff BASE [HEAD]` compares revisions, files or endpoints, and ends with 1 where an app breaks.
"""

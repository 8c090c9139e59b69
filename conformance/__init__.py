"""Conformance check: compares an endpoint of the API with the local server, operation by operation.

Its requests are the operations of the released apps, and some for each open question about AppSync.
It imports no other package of the repository. It reads clients/, contracts/fields.json and docs/first-deployment.md.
"""

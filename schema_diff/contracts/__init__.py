"""Comparison of contracts/*.json: the table, the fields and the errors."""

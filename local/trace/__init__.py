"""Traces of requests: what each invoked and read, what it cost, and the pages that show it."""

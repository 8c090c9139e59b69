"""Traces of requests: the invocations and the DynamoDB requests of each, its cost, and the pages that show them."""

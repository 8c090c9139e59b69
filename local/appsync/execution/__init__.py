"""Executes a request: authorization, batching, the resolver cache and function invocations."""

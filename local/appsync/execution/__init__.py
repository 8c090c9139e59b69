"""Execution of a request: authorization, batches, the resolver cache, invocations of functions."""

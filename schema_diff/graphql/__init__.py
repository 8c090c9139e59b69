"""Comparison of GraphQL schemas and of the operations that use them."""

"""Comparison of OpenAPI documents."""

"""Subscriptions over AppSync's WebSocket protocol."""

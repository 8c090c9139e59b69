"""Asks any endpoint of the API what the clients ask and what is open about AppSync, and writes the answers down."""

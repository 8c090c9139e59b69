"""The table: what it holds, how each thing in it is found, and how it is changed."""

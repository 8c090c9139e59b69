"""The processes of the local server: children that end with their parent, exit signals, and progress of a start."""

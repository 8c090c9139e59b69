"""The AppSync emulator. It is given a schema, field configurations, limits and functions, and knows no property."""

"""The data layer: records, keys, and one module of access patterns for each entity of the table."""

"""DynamoDB Local: its process, its tables and their streams."""

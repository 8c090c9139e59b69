"""DynamoDB access: the only package that imports botocore. It takes keys and plain items, returns plain items, and
raises the errors of data/errors.py."""

"""DynamoDB access: the only package that knows botocore. In and out: keys, plain items, and errors of data/errors.py."""

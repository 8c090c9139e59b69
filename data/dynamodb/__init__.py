"""DynamoDB access: the only package that knows botocore. It takes and returns keys, plain items and our own errors."""

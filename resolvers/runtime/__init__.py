"""What the Lambda functions share at run time, whatever they answer."""

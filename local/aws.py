"""The AWS account that the local server stands for; no request of its own reaches AWS."""

ACCOUNT_ID = "000000000000"
REGION = "us-east-1"

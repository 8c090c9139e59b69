"""The AWS deployment: CDK app, stages and constructs, and the scans before a deployment."""

import os

# Set before CDK is imported: silences its warning about the end of life of the Node.js version.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20")

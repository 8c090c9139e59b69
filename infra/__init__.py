"""The cloud: the whole system as CDK constructs."""

import os

# Said before anything of CDK's is imported: what it runs on of Node.js is the operator's business, not each verb's.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20")

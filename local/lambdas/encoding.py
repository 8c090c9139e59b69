"""How many bytes AppSync and Lambda count: those of JSON in UTF-8, where nothing is escaped that need not be.

So Lambda's Python has written answers since 3.12; ours, on the desk, escape what is not ASCII.
https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/lambda_runtime_marshaller.py
"""

import json
from typing import Any


def size(value: Any, text: str) -> int:
    """The bytes of a value, whose JSON is this text as Python writes it by itself."""
    if "\\u" not in text:
        return len(text)
    return len(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))

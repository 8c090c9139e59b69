"""The size of a value as AppSync and Lambda count it: the bytes of its JSON in UTF-8 without optional escapes.

Lambda's Python runtime has written responses this way since 3.12; the local processes escape all non-ASCII characters.
https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/lambda_runtime_marshaller.py
"""

import json
from typing import Any


def utf8_size(value: Any, text: str) -> int:
    """Returns the size of a value in bytes. `text` is its JSON as `json.dumps` writes it by default."""
    if "\\u" not in text:
        return len(text)
    return len(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))

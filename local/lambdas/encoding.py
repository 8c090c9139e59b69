"""Events as the local processes receive them, and the size of a value as AppSync and Lambda count it.

The size is the bytes of its JSON in UTF-8 without optional escapes.

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


def encode_event(event: Any) -> tuple[bytes, int]:
    """Returns an event encoded for a process, and its size in bytes as Lambda counts it.

    Members that are the same object in all events of a batch, such as identity and headers, are encoded once.
    """
    if not isinstance(event, list):
        text = json.dumps(event)
        return f'{{"event": {text}}}'.encode(), utf8_size(event, text)
    shared_members = {name: value for name, value in event[0].items() if all(member[name] is value for member in event)}
    own_members = [{name: value for name, value in member.items() if name not in shared_members} for member in event]
    shared, events = json.dumps(shared_members), json.dumps(own_members)
    size_bytes = utf8_size(own_members, events) + utf8_size(shared_members, shared) * len(event)
    return f'{{"shared": {shared}, "events": {events}}}'.encode(), size_bytes

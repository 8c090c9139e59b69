"""Events as the local processes receive them, and the size of a value as AppSync and Lambda count it.

The size is the bytes of its JSON in UTF-8 without optional escapes.

Lambda's Python runtime has written responses this way since 3.12; the local processes escape all non-ASCII characters.
https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/lambda_runtime_marshaller.py
"""

import json
from functools import cached_property
from typing import Any

Event = dict[str, Any]


class Variables(dict[str, Any]):
    """The variables of a GraphQL request, of up to 1 MB, which each of its events contains. They must not change."""

    @cached_property
    def text(self) -> str:
        """Their JSON, encoded once."""
        return json.dumps(self)

    @cached_property
    def size_bytes(self) -> int:
        """The size by which they enlarge an event."""
        return len(', "variables": ') + utf8_size(self, self.text)


def utf8_size(value: Any, text: str) -> int:
    """Returns the size of a value in bytes. `text` is its JSON as `json.dumps` writes it by default."""
    if "\\u" not in text:
        return len(text)
    return len(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))


def encode_event(event: Any) -> tuple[bytes, int]:
    """Returns an event encoded for a process, and its size in bytes as Lambda counts it.

    Members that are the same object in all events of a batch, such as identity and headers, are encoded once. The
    variables of a request are encoded once for all its events.
    """
    events: list[Event] = event if isinstance(event, list) else [event]
    variables = events[0].get("info", {}).get("variables")
    size_bytes, end = 0, "}"
    if isinstance(variables, Variables):
        events, size_bytes = without_variables(events), variables.size_bytes * len(events)
        end = f', "variables": {variables.text}}}'
    if not isinstance(event, list):
        text = json.dumps(events[0])
        return f'{{"event": {text}{end}'.encode(), size_bytes + utf8_size(events[0], text)
    shared_members = {name: value for name, value in events[0].items() if all(other[name] is value for other in events)}
    own_members = [{name: value for name, value in each.items() if name not in shared_members} for each in events]
    shared, own = json.dumps(shared_members), json.dumps(own_members)
    size_bytes += utf8_size(own_members, own) + utf8_size(shared_members, shared) * len(events)
    return f'{{"shared": {shared}, "events": {own}{end}'.encode(), size_bytes


def without_variables(events: list[Event]) -> list[Event]:
    """Returns copies of events without the variables in their `info`. Those that share an `info` still share one."""
    infos = {
        id(event["info"]): {name: value for name, value in event["info"].items() if name != "variables"}
        for event in events
    }
    return [{**event, "info": infos[id(event["info"])]} for event in events]


def decode_event(line: Event) -> Any:
    """Returns the event of a decoded line: a single event or a batch, as it was before `encode_event`."""
    events = [{**line["shared"], **members} for members in line["events"]] if "events" in line else [line["event"]]
    if "variables" in line:
        for event in events:
            event["info"]["variables"] = line["variables"]
    return events if "events" in line else events[0]

"""The limits and assumptions of the API, as contracts/fields.json states them."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIELDS: dict[str, Any] = json.loads((ROOT / "contracts" / "fields.json").read_text())
LIMITS: dict[str, int] = FIELDS["limits"]
ASSUMPTIONS: dict[str, Any] = FIELDS["assumptions"]  # how the local server behaves where AWS does not document AppSync

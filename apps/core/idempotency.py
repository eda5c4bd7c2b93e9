"""Keys under which a program may send a request again without doing anything twice."""

import hashlib
import json
import re
from typing import Any

KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


def digest_of(*, method: str, path: str, content: Any) -> str:
    """Return what stands for a request as it was sent: where it went, and its members in whatever order.

    Members are as apps.core.json_body reads them, so 1.0 and 1.00 differ, as they were written differently.
    """
    text = json.dumps([method, path, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

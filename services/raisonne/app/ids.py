"""Random resource names."""

from __future__ import annotations

import secrets
import time


def new_name(collection: str) -> str:
    """Return ``{collection}/{id}``; ids made later sort later, so lists are in order of creation.

    Args:
        collection: For example ``works``.

    Returns:
        The name; its id is 12 hex digits of milliseconds followed by 20 random ones.
    """
    return f"{collection}/{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"

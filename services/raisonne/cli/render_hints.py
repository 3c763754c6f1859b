"""The JSON shapes of what a file says of itself, and of what would be allowed instead."""

from __future__ import annotations

from typing import Any

from raisonne.rights.alternative import Alternatives
from raisonne.rights.signal import Signal


def signal_fields(signal: Signal) -> dict[str, Any]:
    """Return what somebody's file says about rights."""
    return {
        "dialect": signal.dialect.value,
        "state": signal.state.value,
        "source": signal.source,
        "seen_time": signal.seen_time.isoformat(),
        "sha256": signal.sha256,
        "permitted": sorted(use.value for use in signal.permitted),
        "prohibited": sorted(use.value for use in signal.prohibited),
        "reserved": sorted(kind.value for kind in signal.reserved),
        "licence": signal.licence or None,
        "territories": sorted(signal.territories),
        "attribution": signal.attribution,
        "note": signal.note,
    }


def alternatives_fields(found: Alternatives) -> dict[str, Any]:
    """Return what would be allowed instead, and the works whose holders alone can help."""
    return {
        "alternatives": [
            {
                "changes": [change.value for change in option.changes],
                "use": option.use.value,
                "territory": option.territory,
                "at": option.at.isoformat(),
                "obligations": list(option.obligations),
                "sentence": option.sentence,
            }
            for option in found.options
        ],
        "obstacles": [
            {"work": each.work, "title": each.title, "holder": each.holder}
            for each in found.obstacles
        ],
    }

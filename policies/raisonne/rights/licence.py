"""What well-known licences grant, as uses.

Sources: the licence texts at https://spdx.org/licenses/. A copyright licence says nothing about
text-and-data-mining reservations and is never read as permission to train, except a dedication to
the public domain.
"""

from __future__ import annotations

from raisonne.rights.statement import Use

_ALL = frozenset(Use)
_DISPLAY = frozenset({Use.DISPLAY, Use.INDEX})
_ATTRIBUTION_FREE = frozenset({"CC0-1.0", "PDDL-1.0", "LicenseRef-PublicDomain"})

_GRANTS: dict[str, frozenset[Use]] = {
    "CC0-1.0": _ALL,
    "PDDL-1.0": _ALL,
    "LicenseRef-PublicDomain": _ALL,
    "CC-BY-4.0": _DISPLAY | {Use.COMMERCIAL, Use.DERIVE},
    "CC-BY-3.0": _DISPLAY | {Use.COMMERCIAL, Use.DERIVE},
    "CC-BY-SA-4.0": _DISPLAY | {Use.COMMERCIAL, Use.DERIVE},
    "CC-BY-SA-3.0": _DISPLAY | {Use.COMMERCIAL, Use.DERIVE},
    "CC-BY-ND-4.0": _DISPLAY | {Use.COMMERCIAL},
    "CC-BY-NC-4.0": _DISPLAY | {Use.DERIVE},
    "CC-BY-NC-SA-4.0": _DISPLAY | {Use.DERIVE},
    "CC-BY-NC-ND-4.0": _DISPLAY,
}


def granted_uses(licence: str) -> frozenset[Use]:
    """Return the uses that a licence identifier grants; unknown identifiers grant nothing.

    Args:
        licence: SPDX identifier or ``LicenseRef-…``; compared without regard to case.
    """
    wanted = licence.casefold()
    return next((uses for key, uses in _GRANTS.items() if key.casefold() == wanted), frozenset())


def requires_attribution(licence: str) -> bool:
    """Return whether the licence asks that the author be credited."""
    wanted = licence.casefold()
    free = {key.casefold() for key in _ATTRIBUTION_FREE}
    return wanted in {key.casefold() for key in _GRANTS} and wanted not in free

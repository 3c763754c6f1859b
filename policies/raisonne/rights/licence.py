"""What well-known licences grant, as uses.

Sources: the licence texts at https://spdx.org/licenses/. A copyright licence says nothing about
text-and-data-mining reservations and is never read as permission to train, except a dedication to
the public domain.
"""

from __future__ import annotations

from enum import StrEnum

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
_SHARE_ALIKE = (
    "agpl-",
    "cdla-sharing-",
    "eupl-",
    "gfdl-",
    "gpl-",
    "lal-",
    "lgpl-",
    "odbl-",
    "osl-",
)
"""How identifiers of licences begin that ask for the same licence without saying SA."""


class LicenceTerm(StrEnum):
    """What a licence asks of everybody who uses the work."""

    NON_COMMERCIAL = "non-commercial"
    NO_DERIVATIVES = "no-derivatives"
    SHARE_ALIKE = "share-alike"


_BY_PART = {
    "nc": LicenceTerm.NON_COMMERCIAL,
    "nd": LicenceTerm.NO_DERIVATIVES,
    "sa": LicenceTerm.SHARE_ALIKE,
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


def licence_terms(licence: str) -> frozenset[LicenceTerm]:
    """Return what an identifier says of the licence's terms, known to us or not.

    Creative Commons write their terms into the identifier as parts between hyphens, and others
    that mean the same follow them: a part that says NC is believed wherever it stands.

    Args:
        licence: SPDX identifier or ``LicenseRef-…``; read without regard to case.
    """
    wanted = licence.casefold()
    said = {_BY_PART[part] for part in wanted.split("-") if part in _BY_PART}
    return frozenset(
        said | ({LicenceTerm.SHARE_ALIKE} if wanted.startswith(_SHARE_ALIKE) else set())
    )

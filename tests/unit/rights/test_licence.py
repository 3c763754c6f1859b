from __future__ import annotations

import pytest

from raisonne.rights.licence import LicenceTerm, granted_uses, licence_terms, requires_attribution
from raisonne.rights.statement import Use

DEDICATED = ["CC0-1.0", "PDDL-1.0", "LicenseRef-PublicDomain"]
ATTRIBUTED = ["CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-ND-4.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0"]


@pytest.mark.parametrize("licence", DEDICATED)
def test_the_public_domain_grants_everything(licence: str) -> None:
    assert granted_uses(licence) == frozenset(Use)
    assert not requires_attribution(licence)


@pytest.mark.parametrize("licence", ATTRIBUTED)
def test_no_other_licence_is_read_as_permission_to_train_or_mine(licence: str) -> None:
    assert not granted_uses(licence) & {Use.TRAIN, Use.MINE, Use.GENERATE_SIMILAR}
    assert requires_attribution(licence)


@pytest.mark.parametrize("licence", [name for name in ATTRIBUTED if "NC" in name])
def test_non_commercial_licences_grant_no_commerce(licence: str) -> None:
    assert Use.DISPLAY in granted_uses(licence)
    assert Use.COMMERCIAL not in granted_uses(licence)


@pytest.mark.parametrize("licence", [name for name in ATTRIBUTED if "ND" in name])
def test_no_derivatives_means_none(licence: str) -> None:
    assert Use.DERIVE not in granted_uses(licence)


@pytest.mark.parametrize("licence", ["", "MIT", "CC-BY-5.0", "All rights reserved"])
def test_unknown_licences_grant_nothing_and_ask_nothing(licence: str) -> None:
    assert granted_uses(licence) == frozenset()
    assert not requires_attribution(licence)


def test_case_does_not_matter() -> None:
    assert granted_uses("cc-by-4.0") == granted_uses("CC-BY-4.0")
    assert requires_attribution("cc-By-4.0")
    assert granted_uses("licenseref-publicdomain") == frozenset(Use)


@pytest.mark.parametrize(
    ("licence", "terms"),
    [
        ("", set()),
        ("CC0-1.0", set()),
        ("CC-BY-4.0", set()),
        ("cc-By-nC-sA-4.0", {LicenceTerm.NON_COMMERCIAL, LicenceTerm.SHARE_ALIKE}),
        ("CC-BY-NC-ND", {LicenceTerm.NON_COMMERCIAL, LicenceTerm.NO_DERIVATIVES}),
        ("LicenseRef-house-NC", {LicenceTerm.NON_COMMERCIAL}),
        ("LicenseRef-nccs", set()),
        ("GPL-3.0-or-later", {LicenceTerm.SHARE_ALIKE}),
        ("ODbL-1.0", {LicenceTerm.SHARE_ALIKE}),
    ],
)
def test_terms_are_read_from_the_identifier(licence: str, terms: set[LicenceTerm]) -> None:
    assert licence_terms(licence) == terms

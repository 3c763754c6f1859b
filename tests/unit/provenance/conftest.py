from __future__ import annotations

import pytest
from tests.unit.provenance.samples import STATEMENT, cleared, picture

from raisonne.keys.signing import ClaimSigner, claim_signer_from_uri
from raisonne.provenance.reader import C2paReader
from raisonne.provenance.signer import C2paSigner
from raisonne.provenance.trust import TrustProfile
from raisonne.rights.provenance import SignedFile


@pytest.fixture(scope="session")
def claim_signer(tmp_path_factory: pytest.TempPathFactory) -> ClaimSigner:
    return claim_signer_from_uri(f"devca:{tmp_path_factory.mktemp('authority')}")


@pytest.fixture(scope="session")
def signer(claim_signer: ClaimSigner) -> C2paSigner:
    return C2paSigner(claim_signer)


@pytest.fixture(scope="session")
def own_reader(claim_signer: ClaimSigner) -> C2paReader:
    return C2paReader(TrustProfile.own(claim_signer.anchor_pem))


@pytest.fixture(scope="session")
def signed(signer: C2paSigner) -> dict[str, SignedFile]:
    """One signed file of each media type."""
    files = {}
    for media_type in ("image/png", "image/jpeg", "image/webp"):
        data = picture(media_type)
        files[media_type] = signer.sign(cleared(data, media_type), data, STATEMENT)
    return files

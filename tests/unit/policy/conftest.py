"""The packaged bundle, parsed once for the whole folder."""

from __future__ import annotations

import pytest

from raisonne.policy.engine import PolicyBundle


@pytest.fixture(scope="session")
def bundle() -> PolicyBundle:
    return PolicyBundle.packaged()

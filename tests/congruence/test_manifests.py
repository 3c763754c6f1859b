from __future__ import annotations

import pytest
from tests.congruence.builders import TENANT, make_asset, make_blob

from raisonne.rights.errors import ConflictError
from raisonne.storage.transactions import SqlTransactions


def test_a_manifest_is_found_by_label_and_by_asset(transactions: SqlTransactions) -> None:
    asset = make_asset()
    manifest = bytes(range(256)) * 100
    with transactions.write() as transaction:
        transaction.assets.add(asset, make_blob())
        transaction.manifests.add(TENANT, asset.name, "urn:c2pa:1", manifest)
    with transactions.read() as transaction:
        assert transaction.manifests.get(TENANT, "urn:c2pa:1") == manifest
        assert transaction.manifests.of_asset(TENANT, asset.name) == "urn:c2pa:1"
        assert transaction.manifests.get("other", "urn:c2pa:1") is None
        assert transaction.manifests.of_asset("other", asset.name) is None
        assert transaction.manifests.get(TENANT, "urn:c2pa:2") is None


def test_an_asset_has_one_manifest(transactions: SqlTransactions) -> None:
    asset = make_asset()
    with transactions.write() as transaction:
        transaction.assets.add(asset, make_blob())
        transaction.manifests.add(TENANT, asset.name, "urn:c2pa:1", b"1")
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.manifests.add(TENANT, asset.name, "urn:c2pa:2", b"2")

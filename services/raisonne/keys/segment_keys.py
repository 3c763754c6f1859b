"""Keys of encrypted index files, under the tenant's key like everything else that is sealed."""

from __future__ import annotations

from raisonne.app.sealing import SealContext, WrappedKey
from raisonne.keys.envelope import TenantEnvelope

_PURPOSE = "index"
_VERSION_BYTES = 4


class EnvelopeSegmentKeys:
    """``raisonne.index.ports.SegmentKeys`` over a tenant envelope.

    Args:
        envelope: What wraps them.
    """

    def __init__(self, envelope: TenantEnvelope) -> None:
        self._envelope = envelope

    def new(self, tenant: str, name: str) -> tuple[bytes, bytes]:
        """Return a fresh key of 32 bytes for a file, and its wrapped form.

        Raises:
            KeyUnavailableError: If the root key cannot be used.
        """
        key, wrapped = self._envelope.new_key(SealContext(tenant, _PURPOSE, name))
        return key, wrapped.version.to_bytes(_VERSION_BYTES, "big") + wrapped.wrapped

    def open(self, tenant: str, name: str, wrapped: bytes) -> bytes:
        """Return a file's key.

        Raises:
            KeyUnavailableError: If it was shredded, or is another file's.
        """
        version = int.from_bytes(wrapped[:_VERSION_BYTES], "big")
        key = WrappedKey(version, wrapped[_VERSION_BYTES:])
        return self._envelope.open_key(SealContext(tenant, _PURPOSE, name), key)

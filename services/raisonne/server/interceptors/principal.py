"""Who calls."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from raisonne.rights.errors import ConfigError, Reason
from raisonne.rights.principal import Principal, Role
from raisonne.server.interceptors.calls import Call, CallInterceptor

_PRINCIPAL: ContextVar[Principal] = ContextVar("principal")


def current_principal() -> Principal:
    """Return the principal of the present call.

    Raises:
        LookupError: Outside a call; a programming error.
    """
    return _PRINCIPAL.get()


class UnsafeLocalOperatorInterceptor(CallInterceptor):
    """Takes every caller for the local operator. Only for listeners that others cannot reach.

    Args:
        tenant: The tenant that callers act in.
    """

    def __init__(self, tenant: str) -> None:
        self._principal = Principal("local:operator", tenant, frozenset({Role.OPERATOR}))

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Set the principal for the servicer."""
        del call
        _PRINCIPAL.set(self._principal)
        yield


def require_loopback(listen: str) -> None:
    """Refuse an address that other machines can reach, since callers are not authenticated.

    Args:
        listen: ``HOST:PORT``.

    Raises:
        ConfigError: ``UNSAFE_IN_PRODUCTION``, or ``CONFIG_INVALID`` if it is no address.
    """
    host, separator, port = listen.rpartition(":")
    if not separator or not port.isdecimal():
        raise ConfigError(f"{listen!r} is no address: write HOST:PORT.")
    if not _is_loopback(host):
        raise ConfigError(
            f"Callers are not authenticated, so {host} is refused: only loopback is served.",
            reason=Reason.UNSAFE_IN_PRODUCTION,
            metadata={"listen": listen},
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False

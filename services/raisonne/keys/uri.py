"""Key URIs: a scheme that names the kind of key store, and where to find the key in it."""

from __future__ import annotations

from raisonne.rights.errors import ConfigError


def split_uri(uri: str) -> tuple[str, str]:
    """Split ``scheme:location``.

    Raises:
        ConfigError: If either part is missing.
    """
    scheme, _, location = uri.partition(":")
    if not scheme or not location:
        raise ConfigError(f"A key URI is written scheme:location, not {uri!r}.")
    return scheme.lower(), location


def unknown_scheme(scheme: str, known: str) -> ConfigError:
    """Return the error for a scheme that nothing here implements."""
    return ConfigError(f"There is no key store {scheme!r}; known are {known}.")

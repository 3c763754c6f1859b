"""Engines by URI, the one way in: the scheme says which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from raisonne.app.ports import Engine
from raisonne.generation.procedural import URI, ProceduralEngine
from raisonne.rights.errors import ConfigError

_ENGINES: Final[Mapping[str, Callable[[], Engine]]] = {URI: ProceduralEngine}


def engine_from_uri(uri: str) -> Engine:
    """Return the engine that a URI names.

    Args:
        uri: ``procedural:``.

    Raises:
        ConfigError: ``CONFIG_INVALID`` if no engine has this URI.
    """
    try:
        make = _ENGINES[uri]
    except KeyError:
        raise ConfigError(
            f"There is no engine {uri!r}; known are {', '.join(sorted(_ENGINES))}.",
            metadata={"field": "engine", "value": uri},
        ) from None
    return make()

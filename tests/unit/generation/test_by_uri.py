from __future__ import annotations

import pytest

from raisonne.app.ports import Engine
from raisonne.generation.by_uri import engine_from_uri
from raisonne.rights.errors import ConfigError, Reason


def test_procedural_is_the_embedded_engine() -> None:
    engine: Engine = engine_from_uri("procedural:")
    description = engine.description
    assert (description.uri, description.name) == ("procedural:", "Raisonné procedural")
    assert (description.version, description.digital_source_type) == ("1", "algorithmicMedia")


@pytest.mark.parametrize("uri", ["", "procedural", "diffusers:/models/x", "procedural:other"])
def test_unknown_engines_are_a_matter_of_configuration(uri: str) -> None:
    with pytest.raises(ConfigError) as refused:
        engine_from_uri(uri)
    assert refused.value.reason is Reason.CONFIG_INVALID
    assert refused.value.metadata["value"] == uri

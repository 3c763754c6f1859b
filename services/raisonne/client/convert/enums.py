"""Enums by name: ``USE_GENERATE_SIMILAR`` is ``Use.GENERATE_SIMILAR``."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, TypeVar

from google.protobuf.descriptor import EnumDescriptor

from raisonne.rights.errors import RaisonneError

V_co = TypeVar("V_co", bound=int, covariant=True)
E = TypeVar("E", bound=StrEnum)


class WireEnum(Protocol[V_co]):
    """What generated enum types offer."""

    @property
    def DESCRIPTOR(self) -> EnumDescriptor:  # noqa: N802 - the generated name
        """The enum's descriptor."""
        ...

    def Value(self, name: str) -> V_co:  # noqa: N802 - the generated name
        """Return the number of a name."""
        ...


def from_wire(wire: WireEnum[V_co], domain: type[E], number: int) -> E:
    """Return the domain value that a wire value stands for.

    Raises:
        RaisonneError: If this release does not know the value: the service is newer.
    """
    value = wire.DESCRIPTOR.values_by_number.get(number)
    name = value.name.removeprefix(_prefix(wire)) if value else ""
    for member in domain:
        if _label(member) == name:
            return member
    raise RaisonneError(f"{wire.DESCRIPTOR.full_name} {number} is not known to this client.")


def to_wire(wire: WireEnum[V_co], value: StrEnum) -> V_co:
    """Return the wire value that stands for a domain value."""
    return wire.Value(_prefix(wire) + _label(value))


def _label(value: StrEnum) -> str:
    return value.value.upper().replace("-", "_").replace(".", "_")


def _prefix(wire: WireEnum[V_co]) -> str:
    return wire.DESCRIPTOR.values_by_number[0].name.removesuffix("UNSPECIFIED")

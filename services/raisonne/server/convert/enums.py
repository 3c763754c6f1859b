"""Enums by name: ``Use.GENERATE_SIMILAR`` is ``USE_GENERATE_SIMILAR`` on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, TypeVar

from google.protobuf.descriptor import EnumDescriptor

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


def to_wire(wire: WireEnum[V_co], value: StrEnum) -> V_co:
    """Return the wire value that stands for a domain value.

    Args:
        wire: The generated enum type.
        value: The domain value; a test demands that each has its wire name.
    """
    return wire.Value(_prefix(wire) + _label(value))


def from_wire(wire: WireEnum[V_co], domain: type[E], number: int) -> E:
    """Return the domain value that a wire value stands for.

    Args:
        wire: The generated enum type.
        domain: The domain's enum.
        number: A named value other than ``UNSPECIFIED``; requests are validated before.
    """
    name = wire.DESCRIPTOR.values_by_number[number].name.removeprefix(_prefix(wire))
    return next(member for member in domain if _label(member) == name)


def _label(value: StrEnum) -> str:
    return value.value.upper().replace("-", "_").replace(".", "_")


def _prefix(wire: WireEnum[V_co]) -> str:
    return wire.DESCRIPTOR.values_by_number[0].name.removesuffix("UNSPECIFIED")

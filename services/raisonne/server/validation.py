"""Request checks compiled once from the protos' own annotations.

What is enforced: ``google.api.field_behavior`` REQUIRED, ``google.api.resource_reference``
patterns, ``google.api.field_info`` UUID4, ``raisonne.api.v1.rule`` bounds, known enum values,
timestamps within their range, no NUL in text, and one member set in each oneof of a request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from google.api import field_behavior_pb2, field_info_pb2, resource_pb2
from google.protobuf.descriptor import (
    Descriptor,
    FieldDescriptor,
    FileDescriptor,
    OneofDescriptor,
    ServiceDescriptor,
)
from google.protobuf.message import Message

from raisonne.api.v1 import field_rule_pb2
from raisonne.server.violations import InvalidRequestError, Violation

_UUID4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_RESOURCE_ID = r"[0-9A-Za-z_-]{1,128}"
_TIMESTAMP = "google.protobuf.Timestamp"
_SECONDS = range(-62_135_596_800, 253_402_300_800)
_NANOS = range(1_000_000_000)

_Complaint = tuple[str, str]
_Check = Callable[[Any], _Complaint | None]


@dataclass(frozen=True, slots=True)
class _FieldPlan:
    field: FieldDescriptor
    required: bool
    max_items: int
    checks: tuple[_Check, ...]


@dataclass(frozen=True, slots=True)
class _MessagePlan:
    fields: tuple[_FieldPlan, ...]
    oneofs: tuple[OneofDescriptor, ...]


class Validator:
    """Checks requests of some services.

    Args:
        services: Their descriptors; the input type of every method is compiled.
    """

    def __init__(self, services: Iterable[ServiceDescriptor]) -> None:
        self._plans: dict[str, _MessagePlan] = {}
        given = list(services)
        self._resources = _resource_patterns(service.file for service in given)
        for service in given:
            for method in service.methods:
                self._compile(method.input_type)

    def require_valid(self, request: Message) -> None:
        """Refuse a request that breaks its annotations; unknown request types pass.

        Raises:
            InvalidRequestError: With every violation found.
        """
        found = tuple(self._violations(request, ""))
        if found:
            raise InvalidRequestError(found)

    def _compile(self, message: Descriptor) -> None:
        if message.full_name in self._plans or not message.full_name.startswith("raisonne."):
            return
        fields = tuple(_plan(field, self._resources) for field in message.fields)
        oneofs = tuple(oneof for oneof in message.oneofs if not _is_optional_marker(oneof))
        self._plans[message.full_name] = _MessagePlan(fields, oneofs)
        for field in message.fields:
            if field.message_type is not None:
                self._compile(field.message_type)

    def _violations(self, message: Message, prefix: str) -> Iterator[Violation]:
        plan = self._plans.get(message.DESCRIPTOR.full_name)
        if plan is None:
            return
        for oneof in plan.oneofs:
            if message.WhichOneof(oneof.name) is None:
                names = ", ".join(field.name for field in oneof.fields)
                yield Violation(prefix + oneof.name, "REQUIRED", f"One of {names} must be set.")
        for field_plan in plan.fields:
            yield from self._field_violations(message, field_plan, prefix)

    def _field_violations(
        self, message: Message, plan: _FieldPlan, prefix: str
    ) -> Iterator[Violation]:
        path = prefix + plan.field.name
        if not _is_set(message, plan.field):
            if plan.required:
                yield Violation(path, "REQUIRED", "This field is required.")
            return
        value = getattr(message, plan.field.name)
        if not plan.field.is_repeated:
            yield from self._item_violations(value, plan, path)
            return
        if plan.max_items and len(value) > plan.max_items:
            yield Violation(path, "TOO_MANY", f"At most {plan.max_items} items are read.")
            return
        for position, item in enumerate(value):
            yield from self._item_violations(item, plan, f"{path}[{position}]")

    def _item_violations(self, value: Any, plan: _FieldPlan, path: str) -> Iterator[Violation]:
        for check in plan.checks:
            complaint = check(value)
            if complaint is not None:
                yield Violation(path, *complaint)
                return
        if plan.field.message_type is not None:
            yield from self._violations(value, f"{path}.")


def _is_optional_marker(oneof: OneofDescriptor) -> bool:
    return [f"_{field.name}" for field in oneof.fields] == [oneof.name]


def _is_set(message: Message, field: FieldDescriptor) -> bool:
    if field.is_repeated or not field.has_presence:
        return bool(getattr(message, field.name))
    return message.HasField(field.name)


def _resource_patterns(files: Iterable[FileDescriptor]) -> Mapping[str, re.Pattern[str]]:
    """Return the patterns of all resources that are declared in files or what these import."""
    found: dict[str, re.Pattern[str]] = {}
    for visible in _imported(files):
        for message in visible.message_types_by_name.values():
            resource = message.GetOptions().Extensions[resource_pb2.resource]
            for pattern in resource.pattern:
                found[resource.type] = re.compile(re.sub(r"\{[^}]+\}", _RESOURCE_ID, pattern))
    return found


def _imported(files: Iterable[FileDescriptor]) -> Iterable[FileDescriptor]:
    found: dict[str, FileDescriptor] = {}
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file.name not in found:
            found[file.name] = file
            waiting.extend(file.dependencies)
    return found.values()


def _plan(field: FieldDescriptor, resources: Mapping[str, re.Pattern[str]]) -> _FieldPlan:
    options = field.GetOptions()
    behaviours = options.Extensions[field_behavior_pb2.field_behavior]
    rule = options.Extensions[field_rule_pb2.rule]
    reference = options.Extensions[resource_pb2.resource_reference].type
    is_uuid = options.Extensions[field_info_pb2.field_info].format == field_info_pb2.FieldInfo.UUID4
    checks: list[_Check] = []
    if field.type == FieldDescriptor.TYPE_STRING:
        checks.append(partial(_text, rule.max_characters))
        if rule.pattern:
            checks.append(partial(_matching, re.compile(rule.pattern), rule.pattern))
        if reference:
            pattern = resources[reference]
            checks.append(partial(_matching, pattern, f"the resource name pattern of {reference}"))
        if is_uuid:
            checks.append(partial(_matching, _UUID4, "a UUID, version 4"))
    if field.type == FieldDescriptor.TYPE_BYTES and rule.max_bytes:
        checks.append(partial(_bytes, rule.max_bytes))
    if field.type in {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64}:
        checks.append(
            partial(
                _integer,
                rule.minimum if rule.HasField("minimum") else None,
                rule.maximum if rule.HasField("maximum") else None,
            )
        )
    if field.enum_type is not None:
        checks.append(partial(_known, field.enum_type.values_by_number))
    if field.message_type is not None and field.message_type.full_name == _TIMESTAMP:
        checks.append(_timestamp)
    required = field_behavior_pb2.REQUIRED in behaviours
    return _FieldPlan(field, required, rule.max_items, tuple(checks))


def _text(max_characters: int, value: str) -> _Complaint | None:
    if "\0" in value:
        return "MALFORMED", "Text must not contain NUL."
    if max_characters and len(value) > max_characters:
        return "TOO_LONG", f"At most {max_characters:,} characters are read, not {len(value):,}."
    return None


def _matching(pattern: re.Pattern[str], what: str, value: str) -> _Complaint | None:
    return None if pattern.fullmatch(value) else ("MALFORMED", f"It must match {what}.")


def _bytes(max_bytes: int, value: bytes) -> _Complaint | None:
    if len(value) > max_bytes:
        return "TOO_LONG", f"At most {max_bytes:,} bytes are read here, not {len(value):,}."
    return None


def _integer(minimum: int | None, maximum: int | None, value: int) -> _Complaint | None:
    if minimum is not None and value < minimum:
        return "OUT_OF_RANGE", f"It must be at least {minimum}, not {value}."
    if maximum is not None and value > maximum:
        return "OUT_OF_RANGE", f"It must be at most {maximum}, not {value}."
    return None


def _known(values: Mapping[int, object], value: int) -> _Complaint | None:
    return None if value in values else ("UNKNOWN_VALUE", f"{value} is no value of this enum.")


def _timestamp(value: Any) -> _Complaint | None:
    if value.seconds in _SECONDS and value.nanos in _NANOS:
        return None
    return "OUT_OF_RANGE", "It must be from year 1 to 9999."

"""What would be allowed instead."""

from __future__ import annotations

from raisonne.api.v1 import alternative_pb2, rights_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp
from raisonne.rights.alternative import Alternative, Alternatives, Change, Obstacle
from raisonne.rights.statement import Use


def alternatives_from_message(message: alternative_pb2.Alternatives) -> Alternatives:
    """Return the alternatives of a message; none where it is unset."""
    return Alternatives(
        options=tuple(_option(option) for option in message.options),
        obstacles=tuple(Obstacle(each.work, each.title, each.holder) for each in message.obstacles),
    )


def _option(message: alternative_pb2.Alternative) -> Alternative:
    return Alternative(
        changes=tuple(
            from_wire(alternative_pb2.Alternative.Change, Change, change)
            for change in message.changes
        ),
        use=from_wire(rights_pb2.Use, Use, message.use),
        territory=message.territory,
        at=from_timestamp(message.from_time),
        obligations=tuple(message.obligations),
        sentence=message.sentence,
    )

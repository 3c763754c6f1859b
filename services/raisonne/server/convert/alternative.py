"""What would be allowed instead."""

from __future__ import annotations

from raisonne.api.v1 import alternative_pb2, rights_pb2
from raisonne.rights.alternative import Alternative, Alternatives, Obstacle
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.times import to_timestamp


def alternatives_to_message(found: Alternatives) -> alternative_pb2.Alternatives:
    """Return the message of alternatives."""
    return alternative_pb2.Alternatives(
        options=[_option(option) for option in found.options],
        obstacles=[_obstacle(obstacle) for obstacle in found.obstacles],
    )


def _option(option: Alternative) -> alternative_pb2.Alternative:
    return alternative_pb2.Alternative(
        changes=[to_wire(alternative_pb2.Alternative.Change, each) for each in option.changes],
        use=to_wire(rights_pb2.Use, option.use),
        territory=option.territory,
        from_time=to_timestamp(option.at),
        obligations=option.obligations,
        sentence=option.sentence,
    )


def _obstacle(obstacle: Obstacle) -> alternative_pb2.Obstacle:
    return alternative_pb2.Obstacle(
        work=obstacle.work, title=obstacle.title, holder=obstacle.holder
    )

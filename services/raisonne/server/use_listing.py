"""Lists of works by use: requests, page tokens that keep the time, and responses."""

from __future__ import annotations

from datetime import UTC, datetime

from raisonne.api.v1 import catalogue_service_pb2 as pb
from raisonne.app.use_listing import UsePage, UseTerms
from raisonne.rights.errors import InputError
from raisonne.rights.statement import WORLD
from raisonne.rights.work import WorkState
from raisonne.server.convert.statement import use_from_wire
from raisonne.server.convert.times import from_timestamp
from raisonne.server.convert.work import (
    state_from_wire,
    use_answer_to_message,
    work_to_message,
)
from raisonne.server.paging import Page, next_token, read_page


def require_no_use(request: pb.ListWorksRequest) -> None:
    """Refuse what only means something with a use.

    Raises:
        InputError: Naming the field.
    """
    for field, given in (
        ("territory", request.territory),
        ("as_of_time", request.HasField("as_of_time")),
        ("denied", request.denied),
    ):
        if given:
            raise InputError(f"{field} needs a use.", metadata={"field": field})


def read_use_page(request: pb.ListWorksRequest) -> tuple[Page, UseTerms]:
    """Return what a request asks for; every page is judged as of the time of the first.

    Raises:
        InputError: If the token is not one that was given for this very query, or the size is
            negative.
    """
    page = read_page(request)
    at = from_timestamp(request.as_of_time) if request.HasField("as_of_time") else None
    if page.after:
        # The token is bound to the query but not sealed: whoever alters it has asked for another
        # time, which as_of_time would have given as well.
        moment, _, after = page.after.partition(" ")
        page, at = Page(page.size, after), _moment(moment)
    terms = UseTerms(
        use=use_from_wire(request.use),
        territory=request.territory or WORLD,
        at=at,
        denied=request.denied,
        state=state_from_wire(request.state) or WorkState.REGISTERED,
    )
    return page, terms


def use_page_to_message(request: pb.ListWorksRequest, page: UsePage) -> pb.ListWorksResponse:
    """Return the response."""
    position = f"{page.at.astimezone(UTC).isoformat()} {page.next_after}"
    return pb.ListWorksResponse(
        works=[work_to_message(answer.work) for answer in page.answers],
        answers=[use_answer_to_message(answer) for answer in page.answers],
        next_page_token=next_token(request, position) if page.next_after else "",
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "The page_token cannot be read.", metadata={"field": "page_token"}
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

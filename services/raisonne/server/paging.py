"""Page sizes and tokens (AIP-158)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

from raisonne.rights.errors import InputError

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200

T = TypeVar("T")


class PagedRequest(Protocol):
    """The two fields of a request that lists."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins and how long it may be.

    Attributes:
        size: Most items.
        after: Position after which it begins, in the words of the list; empty at the start.
    """

    size: int
    after: str


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """A page cut from one item more than it holds.

    Attributes:
        items: The page.
        more: Whether there is another.
    """

    items: Sequence[T]
    more: bool


def read_page(request: PagedRequest) -> Page:
    """Return the page that a request asks for.

    Raises:
        InputError: If the token is not one that was given for this very query, or the size is
            negative.
    """
    if request.page_size < 0:
        raise InputError("page_size must not be negative.", metadata={"field": "page_size"})
    size = min(request.page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    return Page(size, _after(request) if request.page_token else "")


def next_token(request: PagedRequest, after: str) -> str:
    """Return the token of the page that begins after a position, bound to the request's query."""
    content = json.dumps([_query_digest(request), after], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def cut(items: Sequence[T], page: Page) -> Cut[T]:
    """Cut a page from a list that was asked for ``page.size + 1`` items."""
    return Cut(items[: page.size], len(items) > page.size)


def _after(request: PagedRequest) -> str:
    try:
        digest, after = json.loads(base64.b64decode(request.page_token, b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _bad_token() from error
    if digest != _query_digest(request) or not isinstance(after, str):
        raise _bad_token()
    return after


def _bad_token() -> InputError:
    return InputError(
        "The page_token was not given for this query.", metadata={"field": "page_token"}
    )


def _query_digest(request: PagedRequest) -> str:
    query: Message = type(request)()  # type: ignore[assignment]
    query.CopyFrom(request)  # type: ignore[arg-type]
    query.ClearField("page_size")
    query.ClearField("page_token")
    content = query.DESCRIPTOR.full_name.encode() + query.SerializeToString(deterministic=True)
    return hashlib.sha256(content).hexdigest()[:16]

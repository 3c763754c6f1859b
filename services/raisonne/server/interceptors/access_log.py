"""A request id for every call, and one line about it in the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import grpc

from raisonne.server.interceptors.calls import Call, CallInterceptor

REQUEST_ID_HEADER = "x-request-id"
"""Header that carries the correlation id in both directions."""

_LOG = logging.getLogger("raisonne.server.access")
_SAFE_ID = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the correlation id of the present call; empty outside a call."""
    return _REQUEST_ID.get()


class AccessLogInterceptor(CallInterceptor):
    """Takes the caller's correlation id or makes one, returns it, and logs the call.

    Neither messages nor prompts are logged.
    """

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Log the call when it ends, however it ends."""
        request_id = _request_id(call)
        # Calls run in tasks of their own, so the value needs no reset.
        _REQUEST_ID.set(request_id)
        call.context.set_trailing_metadata(((REQUEST_ID_HEADER, request_id),))
        # Asked for now: once the call is over, which a caller who vanishes decides, asking crashes.
        peer = call.context.peer()
        started = time.perf_counter()
        try:
            yield
        finally:
            _LOG.info(
                "%s %s %.1f ms",
                call.method,
                _code(call).name,
                (time.perf_counter() - started) * 1_000,
                extra={"request_id": request_id, "peer": peer},
            )


def _request_id(call: Call) -> str:
    for key, value in call.context.invocation_metadata() or ():
        if key == REQUEST_ID_HEADER and isinstance(value, str) and _SAFE_ID.fullmatch(value):
            return value
    return str(uuid.uuid4())


def _code(call: Call) -> grpc.StatusCode:
    code = call.context.code()
    if isinstance(code, grpc.StatusCode):
        return code
    known = {candidate.value[0]: candidate for candidate in grpc.StatusCode}
    return known.get(code, grpc.StatusCode.OK)

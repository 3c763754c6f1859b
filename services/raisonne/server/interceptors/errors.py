"""Errors on the wire: always ``ErrorInfo``, never the text of something unexpected."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import grpc
from grpc.aio import AbortError

from raisonne.rights.errors import RaisonneError, Reason
from raisonne.server.interceptors.access_log import REQUEST_ID_HEADER, current_request_id
from raisonne.server.interceptors.calls import Call, CallInterceptor
from raisonne.server.statuses import CODES, status_of

STATUS_DETAILS_HEADER = "grpc-status-details-bin"
"""Trailer in which gRPC carries a ``google.rpc.Status``."""

_LOG = logging.getLogger("raisonne.server.errors")


class ErrorInterceptor(CallInterceptor):
    """Ends a call whose servicer raised, with the status that its reason stands for."""

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Turn what the call raises, at its start or late in a stream, into a rich status."""
        try:
            yield
        except (asyncio.CancelledError, AbortError):
            raise
        except RaisonneError as error:
            if CODES[error.reason] is grpc.StatusCode.INTERNAL:
                _LOG.exception("%s failed: %s", call.method, error.reason)
            await _abort(call, error)
        except Exception as error:  # noqa: BLE001 - nothing may leave without ErrorInfo
            await _abort(call, _unexpected(call, error))


def _unexpected(call: Call, error: Exception) -> RaisonneError:
    error_id = str(uuid.uuid4())
    _LOG.error("%s failed, error_id=%s", call.method, error_id, exc_info=error)
    return RaisonneError(
        f"Something unexpected happened; it was logged as {error_id}.",
        reason=Reason.INTERNAL,
        metadata={"error_id": error_id},
    )


async def _abort(call: Call, error: RaisonneError) -> NoReturn:
    status = status_of(error, current_request_id())
    trailers = (
        (REQUEST_ID_HEADER, current_request_id()),
        (STATUS_DETAILS_HEADER, status.SerializeToString()),
    )
    await call.context.abort(CODES[error.reason], error.message, trailers)

"""Requests are checked against their protos before a servicer sees them."""

from __future__ import annotations

from google.protobuf.message import Message

from raisonne.server.interceptors.calls import Call, CallInterceptor
from raisonne.server.validation import Validator


class ValidationInterceptor(CallInterceptor):
    """Refuses requests, and messages of request streams, that break their annotations."""

    def __init__(self, validator: Validator) -> None:
        self._validator = validator

    def admit(self, call: Call, request: Message) -> None:
        """Check one message.

        Raises:
            InvalidRequestError: With every violation found.
        """
        del call
        self._validator.require_valid(request)

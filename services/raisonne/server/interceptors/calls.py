"""One place that knows the four kinds of calls, so that no interceptor forgets a stream."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from grpc.aio import ServerInterceptor, ServicerContext

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One call on its way through an interceptor.

    Attributes:
        method: Full method name, ``/package.Service/Method``.
        context: The call's context.
        streams_answer: Whether the answer is a stream.
        expires: Event-loop time at which the call must end, once that is known.
    """

    method: str
    context: ServicerContext[Any, Any]
    streams_answer: bool
    expires: float | None = None


class CallInterceptor(ServerInterceptor):
    """Wraps a call of any kind; subclasses override one of the three hooks."""

    def around(self, call: Call) -> AbstractAsyncContextManager[None]:
        """Return what encloses the whole call, the sending of the last message included."""
        del call
        return nullcontext()

    def admit(self, call: Call, request: Message) -> None:
        """Look at each request message before the servicer does."""

    async def pull(self, call: Call, item: Awaitable[T]) -> T:
        """Await the answer, or the next message of a streamed one."""
        del call
        return await item

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap the handler of a method; a method that is not served stays so."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        return self._wrapped(handler_call_details.method, handler)

    def _wrapped(self, method: str, handler: Any) -> Any:
        codecs = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.request_streaming and handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(
                self._streaming(method, handler.stream_stream, self._admitted_each), **codecs
            )
        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(
                self._single(method, handler.stream_unary, self._admitted_each), **codecs
            )
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._streaming(method, handler.unary_stream, self._admitted_one), **codecs
            )
        return grpc.unary_unary_rpc_method_handler(
            self._single(method, handler.unary_unary, self._admitted_one), **codecs
        )

    def _single(self, method: str, behaviour: Any, admitted: Any) -> Any:
        async def answer(request: Any, context: ServicerContext[Any, Any]) -> Any:
            call = Call(method, context, streams_answer=False)
            async with self.around(call):
                return await self.pull(call, behaviour(admitted(call, request), context))

        return answer

    def _streaming(self, method: str, behaviour: Any, admitted: Any) -> Any:
        async def answers(request: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            call = Call(method, context, streams_answer=True)
            async with self.around(call):
                stream = behaviour(admitted(call, request), context)
                if inspect.isawaitable(stream):
                    # The health service writes to its context instead of yielding.
                    await self.pull(call, stream)
                    return
                # Closed at once however the call ends, so that nobody works for a caller who left.
                async with aclosing(stream):
                    while True:
                        try:
                            item = await self.pull(call, anext(stream))
                        except StopAsyncIteration:
                            return
                        yield item

        return answers

    def _admitted_one(self, call: Call, request: Message) -> Message:
        self.admit(call, request)
        return request

    async def _admitted_each(
        self, call: Call, requests: AsyncIterator[Message]
    ) -> AsyncIterator[Message]:
        async for request in requests:
            self.admit(call, request)
            yield request

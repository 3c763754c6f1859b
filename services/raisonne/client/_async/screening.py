"""Checking pictures and prompts."""

from __future__ import annotations

from datetime import datetime

import grpc.aio

from raisonne.api.v1 import rights_pb2
from raisonne.api.v1 import screening_service_pb2 as pb
from raisonne.api.v1.screening_service_pb2_grpc import ScreeningServiceStub
from raisonne.client._async.assets import AsyncAssets
from raisonne.client._async.calls import unary
from raisonne.client.convert.alternative import alternatives_from_message
from raisonne.client.convert.enums import to_wire
from raisonne.client.convert.times import to_timestamp
from raisonne.client.convert.verdict import verdict_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import CheckedAsset
from raisonne.rights.alternative import Alternatives
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import Verdict


class AsyncScreening:
    """``client.screening``."""

    def __init__(
        self, channel: grpc.aio.Channel, deadlines: Deadlines, assets: AsyncAssets
    ) -> None:
        self._stub = ScreeningServiceStub(channel)
        self._deadlines = deadlines
        self._assets = assets

    async def check_asset(
        self,
        data: bytes,
        *,
        use: Use = Use.DISPLAY,
        territory: str = WORLD,
        at: datetime | None = None,
        index_revision: int | None = None,
    ) -> CheckedAsset:
        """Judge a picture.

        Args:
            data: The file.
            use: What it is wanted for.
            territory: ISO 3166-1 alpha-2, or ``*``.
            at: Judge the rights as of this time; now if None.
            index_revision: Compare with the works that were registered at this revision, which each
                verdict names; with those of now if None. Rights, rules and policies are those of
                today.

        Raises:
            InputError: If the file is no picture, or there was no such revision.
        """
        request = pb.CheckAssetRequest(
            asset=await self._assets.source(data),
            use=to_wire(rights_pb2.Use, use),
            territory=territory,
            as_of_time=to_timestamp(at),
            index_revision=index_revision,
        )
        message = await unary(self._stub.CheckAsset, request, self._deadlines.compute)
        return CheckedAsset(
            verdict_from_message(message.verdict),
            message.media_type,
            message.width,
            message.height,
            alternatives_from_message(message.verdict.alternatives),
        )

    async def check_prompt(
        self,
        prompt: str,
        *,
        use: Use = Use.GENERATE_SIMILAR,
        territory: str = WORLD,
        at: datetime | None = None,
    ) -> Verdict:
        """Judge the words of a prompt.

        Args:
            prompt: The words.
            use: What the result is wanted for.
            territory: ISO 3166-1 alpha-2, or ``*``.
            at: Judge the rights as of this time; now if None.

        Raises:
            InputError: If the prompt is empty or too long.
        """
        request = pb.CheckPromptRequest(
            prompt=prompt,
            use=to_wire(rights_pb2.Use, use),
            territory=territory,
            as_of_time=to_timestamp(at),
        )
        message = await unary(self._stub.CheckPrompt, request, self._deadlines.compute)
        return verdict_from_message(message.verdict)

    async def get_verdict(self, name: str) -> Verdict:
        """Return a verdict as it was given.

        Raises:
            NotFoundError: If there is no such verdict.
        """
        request = pb.GetVerdictRequest(name=name)
        message = await unary(self._stub.GetVerdict, request, self._deadlines.read)
        return verdict_from_message(message)

    async def alternatives(self, name: str) -> Alternatives:
        """Return what would be allowed instead of what a verdict refuses, by the policies of now.

        Raises:
            NotFoundError: If there is no such verdict.
        """
        request = pb.GetVerdictRequest(name=name)
        message = await unary(self._stub.GetVerdict, request, self._deadlines.read)
        return alternatives_from_message(message.alternatives)

"""``ScreeningService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from raisonne.api.v1 import screening_service_pb2 as pb
from raisonne.api.v1 import screening_service_pb2_grpc, verdict_pb2
from raisonne.app.check import Check, CheckTerms
from raisonne.rights.alternative import Alternatives
from raisonne.rights.principal import Principal
from raisonne.rights.statement import WORLD
from raisonne.rights.verdict import Outcome, Subject, Verdict
from raisonne.server.convert.statement import use_from_wire
from raisonne.server.convert.times import from_timestamp
from raisonne.server.convert.verdict import verdict_to_message
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.servicers.sources import source_bytes
from raisonne.server.uploads import StagedUploads


class ScreeningServicer(screening_service_pb2_grpc.ScreeningServiceServicer):
    """Judges pictures and prompts."""

    def __init__(self, check: Check, uploads: StagedUploads) -> None:
        self._check = check
        self._uploads = uploads

    async def CheckAsset(
        self, request: pb.CheckAssetRequest, context: Any
    ) -> pb.CheckAssetResponse:
        """Judge a picture."""
        principal = current_principal()
        data = source_bytes(self._uploads, principal, request.asset)
        terms = _terms(request, Subject.UPLOAD)
        if request.HasField("index_revision"):
            terms = replace(terms, index_revision=request.index_revision)
        check = self._check.pinned()
        screened = await asyncio.to_thread(check.picture, principal, data, terms)
        instead = await _instead(check, principal, screened.verdict)
        return pb.CheckAssetResponse(
            verdict=verdict_to_message(screened.verdict, instead),
            media_type=screened.image.media_type,
            width=screened.image.width,
            height=screened.image.height,
        )

    async def CheckPrompt(
        self, request: pb.CheckPromptRequest, context: Any
    ) -> pb.CheckPromptResponse:
        """Judge the words of a prompt."""
        terms = _terms(request, Subject.PROMPT)
        check, principal = self._check.pinned(), current_principal()
        verdict = await asyncio.to_thread(check.prompt, principal, request.prompt, terms)
        instead = await _instead(check, principal, verdict)
        return pb.CheckPromptResponse(verdict=verdict_to_message(verdict, instead))

    async def GetVerdict(self, request: pb.GetVerdictRequest, context: Any) -> verdict_pb2.Verdict:
        """Return a verdict as it was given."""
        check, principal = self._check.pinned(), current_principal()
        verdict = await asyncio.to_thread(check.get_verdict, principal, request.name)
        return verdict_to_message(verdict, await _instead(check, principal, verdict))


async def _instead(check: Check, principal: Principal, verdict: Verdict) -> Alternatives | None:
    if verdict.outcome is Outcome.ALLOW:
        return None
    return await asyncio.to_thread(check.alternatives, principal, verdict)


def _terms(request: pb.CheckAssetRequest | pb.CheckPromptRequest, subject: Subject) -> CheckTerms:
    has_time = request.HasField("as_of_time")
    return CheckTerms(
        use=use_from_wire(request.use),
        territory=request.territory or WORLD,
        at=from_timestamp(request.as_of_time) if has_time else None,
        subject=subject,
    )

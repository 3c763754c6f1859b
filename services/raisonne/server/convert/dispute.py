"""Disputes over titles, and chains of title."""

from __future__ import annotations

from raisonne.api.v1 import dispute_pb2, dispute_service_pb2
from raisonne.app.disputes import Contest, DisputeFile
from raisonne.rights.dispute import DisputeState, DisputeWords, TitleDispute, TitleLink
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import to_timestamp


def dispute_to_message(dispute: TitleDispute) -> dispute_pb2.TitleDispute:
    """Return the message of a dispute."""
    return dispute_pb2.TitleDispute(
        name=dispute.name,
        tenant=dispute.tenant,
        work=dispute.work,
        state=to_wire(dispute_pb2.TitleDispute.State, dispute.state),
        documents=dispute.documents,
        sha256=dispute.sha256,
        actor=dispute.actor,
        create_time=to_timestamp(dispute.create_time),
        case=dispute.case,
        settle_time=to_timestamp(dispute.settle_time),
        settled_by=dispute.settled_by,
        note=dispute.note,
        effective_time=to_timestamp(dispute.effective_time),
        version=dispute.version,
    )


def dispute_file_to_message(file: DisputeFile) -> dispute_service_pb2.DisputeFile:
    """Return the message of a dispute with what was written."""
    words = file.words
    return dispute_service_pb2.DisputeFile(
        dispute=dispute_to_message(file.dispute),
        words=dispute_pb2.DisputeWords(
            claimant=words.claimant, contact=words.contact, basis=words.basis
        ),
    )


def contest_from_message(request: dispute_service_pb2.OpenDisputeRequest) -> Contest:
    """Return what somebody says about a title."""
    words = request.words
    return Contest(
        request.work,
        DisputeWords(words.claimant, words.contact, words.basis),
        tuple(request.documents),
    )


def link_to_message(link: TitleLink) -> dispute_pb2.TitleLink:
    """Return the message of a link of a chain of title."""
    return dispute_pb2.TitleLink(
        holder=link.holder,
        since_time=to_timestamp(link.since),
        version=link.version,
        actor=link.actor,
        note=link.note,
        dispute=link.dispute,
        documents=link.documents,
    )


def dispute_state_from_wire(state: dispute_pb2.TitleDispute.State.ValueType) -> DisputeState | None:
    """Return the state; None, which stands for all, where none is said."""
    return from_wire(dispute_pb2.TitleDispute.State, DisputeState, state) if state else None


def outcome_from_wire(state: dispute_pb2.TitleDispute.State.ValueType) -> DisputeState:
    """Return the state that a validated request asks for."""
    return from_wire(dispute_pb2.TitleDispute.State, DisputeState, state)

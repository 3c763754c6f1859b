"""Disputes over titles, and chains of title."""

from __future__ import annotations

from raisonne.api.v1 import dispute_pb2, dispute_service_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.client.values import DisputeFile
from raisonne.rights.dispute import DisputeState, DisputeWords, TitleDispute, TitleLink


def words_to_message(words: DisputeWords) -> dispute_pb2.DisputeWords:
    """Return the message of what a claimant wrote."""
    return dispute_pb2.DisputeWords(
        claimant=words.claimant, contact=words.contact, basis=words.basis
    )


def dispute_from_message(message: dispute_pb2.TitleDispute) -> TitleDispute:
    """Return the dispute of a message."""
    return TitleDispute(
        name=message.name,
        tenant=message.tenant,
        work=message.work,
        state=from_wire(dispute_pb2.TitleDispute.State, DisputeState, message.state),
        documents=tuple(message.documents),
        sha256=message.sha256,
        actor=message.actor,
        create_time=from_timestamp(message.create_time),
        case=message.case,
        settle_time=optional_time(message, "settle_time", message.settle_time),
        settled_by=message.settled_by,
        note=message.note,
        effective_time=optional_time(message, "effective_time", message.effective_time),
        version=message.version,
    )


def dispute_file_from_message(message: dispute_service_pb2.DisputeFile) -> DisputeFile:
    """Return the dispute of a message with what was written."""
    words = message.words
    return DisputeFile(
        dispute_from_message(message.dispute),
        DisputeWords(words.claimant, words.contact, words.basis),
    )


def link_from_message(message: dispute_pb2.TitleLink) -> TitleLink:
    """Return the link of a message."""
    return TitleLink(
        holder=message.holder,
        since=from_timestamp(message.since_time),
        version=message.version,
        actor=message.actor,
        note=message.note,
        dispute=message.dispute,
        documents=tuple(message.documents),
    )

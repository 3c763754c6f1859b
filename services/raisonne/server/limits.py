"""Every bound of the server, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Bounds with their units.

    Attributes:
        message_bytes: Largest message in either direction. Larger ones would hold up the event
            loop while they are parsed; files above it travel in chunks.
        metadata_bytes: Largest set of request headers.
        streams_per_connection: Calls at once on one connection.
        concurrent_calls: Calls at once in all; further ones are refused.
        worker_threads: Threads that use cases run in.
        default_deadline: For a call that brings none.
        longest_deadline: For a call that brings a longer one.
        longest_stream: Both of the above for calls that stream their answer.
        upload_chunk_bytes: Chunk in which files are sent back.
        audit_window: Items of one dataset audit in work at once; the next is read when the oldest
            is answered. Said in the proto.
        audit_threads: Worker threads that dataset audits may use, all audits together, so that
            other calls find one free.
        staged_bytes: Uploads held in memory at once, the arriving ones included.
        upload_lifetime: How long an upload is held after its last use.
        poll_interval: How often an operation that somebody follows is read.
        grace: How long running calls may go on once the server is told to stop.
    """

    message_bytes: int = 4 * MIB
    metadata_bytes: int = 16 * KIB
    streams_per_connection: int = 256
    concurrent_calls: int = 1024
    worker_threads: int = 8
    default_deadline: timedelta = timedelta(seconds=30)
    longest_deadline: timedelta = timedelta(minutes=5)
    longest_stream: timedelta = timedelta(hours=1)
    upload_chunk_bytes: int = 256 * KIB
    audit_window: int = 16
    audit_threads: int = 4
    staged_bytes: int = 256 * MIB
    upload_lifetime: timedelta = timedelta(minutes=15)
    poll_interval: timedelta = timedelta(milliseconds=200)
    grace: timedelta = timedelta(seconds=10)

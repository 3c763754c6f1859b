"""Notices and counter-notices."""

from __future__ import annotations

from dataclasses import fields

from raisonne.api.v1 import notice_pb2, notice_service_pb2
from raisonne.client.convert.case import case_from_message
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.client.values import CounterFile, NoticeFile
from raisonne.rights.notice import (
    CounterNotice,
    CounterWords,
    Notice,
    NoticeBasis,
    NoticeState,
    NoticeWords,
    Regime,
)


def words_to_message(words: NoticeWords) -> notice_pb2.NoticeWords:
    """Return the message of what a notifier wrote."""
    return notice_pb2.NoticeWords(
        **{each.name: getattr(words, each.name) for each in fields(words)}
    )


def counter_words_to_message(words: CounterWords) -> notice_pb2.CounterWords:
    """Return the message of what the sender of a counter-notice wrote."""
    return notice_pb2.CounterWords(
        **{each.name: getattr(words, each.name) for each in fields(words)}
    )


def notice_from_message(message: notice_pb2.Notice) -> Notice:
    """Return the notice of a message."""
    missing = {
        from_wire(notice_pb2.Notice.Regime, Regime, each.regime): tuple(each.fields)
        for each in message.missing
    }
    return Notice(
        name=message.name,
        tenant=message.tenant,
        state=from_wire(notice_pb2.Notice.State, NoticeState, message.state),
        basis=from_wire(notice_pb2.Notice.Basis, NoticeBasis, message.basis),
        territory=message.territory,
        targets=tuple(message.targets),
        work=message.work,
        missing=missing,
        sha256=message.sha256,
        receive_time=from_timestamp(message.receive_time),
        filed_by=message.filed_by,
        retract_time=optional_time(message, "retract_time", message.retract_time),
        court_action_time=optional_time(message, "court_action_time", message.court_action_time),
    )


def notice_file_from_message(message: notice_service_pb2.NoticeFile) -> NoticeFile:
    """Return the notice of a message with what was written and its cases."""
    named = {each.name: getattr(message.words, each.name) for each in fields(NoticeWords)}
    return NoticeFile(
        notice_from_message(message.notice),
        NoticeWords(**named),
        tuple(case_from_message(case) for case in message.cases),
    )


def counter_from_message(message: notice_pb2.CounterNotice) -> CounterNotice:
    """Return the counter-notice of a message."""
    return CounterNotice(
        name=message.name,
        tenant=message.tenant,
        case=message.case,
        notice=message.notice,
        sha256=message.sha256,
        receive_time=from_timestamp(message.receive_time),
        restore_from=from_timestamp(message.restore_from),
        restore_until=from_timestamp(message.restore_until),
        filed_by=message.filed_by,
    )


def counter_file_from_message(message: notice_service_pb2.CounterFile) -> CounterFile:
    """Return the counter-notice of a message with what was written."""
    named = {each.name: getattr(message.words, each.name) for each in fields(CounterWords)}
    return CounterFile(counter_from_message(message.counter_notice), CounterWords(**named))

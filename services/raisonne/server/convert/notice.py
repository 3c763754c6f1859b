"""Notices and counter-notices."""

from __future__ import annotations

from raisonne.api.v1 import notice_pb2, notice_service_pb2
from raisonne.app.counter_notices import CounterFile
from raisonne.app.notices import Filing, NoticeFile
from raisonne.rights.notice import (
    CounterNotice,
    CounterWords,
    Notice,
    NoticeBasis,
    NoticeEvent,
    NoticeState,
    NoticeWords,
)
from raisonne.rights.statement import WORLD
from raisonne.server.convert.case import case_to_message
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import to_timestamp


def filing_from_message(message: notice_service_pb2.FileNoticeRequest) -> Filing:
    """Return the filing of a validated request."""
    return Filing(
        words=words_from_message(message.words),
        basis=from_wire(notice_pb2.Notice.Basis, NoticeBasis, message.basis),
        targets=tuple(message.targets),
        work=message.work,
        territory=message.territory or WORLD,
    )


def words_from_message(message: notice_pb2.NoticeWords) -> NoticeWords:
    """Return what a notifier wrote."""
    return NoticeWords(
        explanation=message.explanation,
        location=message.location,
        work_description=message.work_description,
        work_url=message.work_url,
        holder=message.holder,
        name=message.name,
        email=message.email,
        signature=message.signature,
        good_faith=message.good_faith,
        accuracy=message.accuracy,
        authority=message.authority,
    )


def counter_words_from_message(message: notice_pb2.CounterWords) -> CounterWords:
    """Return what the sender of a counter-notice wrote."""
    return CounterWords(
        name=message.name,
        address=message.address,
        telephone=message.telephone,
        location=message.location,
        signature=message.signature,
        explanation=message.explanation,
        mistake=message.mistake,
        jurisdiction=message.jurisdiction,
        service=message.service,
    )


def notice_to_message(notice: Notice) -> notice_pb2.Notice:
    """Return the message of a notice."""
    missing = [
        notice_pb2.Notice.Missing(
            regime=to_wire(notice_pb2.Notice.Regime, regime), fields=list(fields)
        )
        for regime, fields in notice.missing.items()
    ]
    return notice_pb2.Notice(
        name=notice.name,
        tenant=notice.tenant,
        state=to_wire(notice_pb2.Notice.State, notice.state),
        basis=to_wire(notice_pb2.Notice.Basis, notice.basis),
        territory=notice.territory,
        targets=list(notice.targets),
        work=notice.work,
        missing=missing,
        sha256=notice.sha256,
        receive_time=to_timestamp(notice.receive_time),
        filed_by=notice.filed_by,
        retract_time=to_timestamp(notice.retract_time),
        court_action_time=to_timestamp(notice.court_action_time),
    )


def file_to_message(file: NoticeFile) -> notice_service_pb2.NoticeFile:
    """Return the message of a notice with what was written and its cases."""
    words = file.words
    return notice_service_pb2.NoticeFile(
        notice=notice_to_message(file.notice),
        words=notice_pb2.NoticeWords(
            explanation=words.explanation,
            location=words.location,
            work_description=words.work_description,
            work_url=words.work_url,
            holder=words.holder,
            name=words.name,
            email=words.email,
            signature=words.signature,
            good_faith=words.good_faith,
            accuracy=words.accuracy,
            authority=words.authority,
        ),
        cases=[case_to_message(case) for case in file.cases],
    )


def counter_to_message(counter: CounterNotice) -> notice_pb2.CounterNotice:
    """Return the message of a counter-notice."""
    return notice_pb2.CounterNotice(
        name=counter.name,
        tenant=counter.tenant,
        case=counter.case,
        notice=counter.notice,
        sha256=counter.sha256,
        receive_time=to_timestamp(counter.receive_time),
        restore_from=to_timestamp(counter.restore_from),
        restore_until=to_timestamp(counter.restore_until),
        filed_by=counter.filed_by,
    )


def counter_file_to_message(file: CounterFile) -> notice_service_pb2.CounterFile:
    """Return the message of a counter-notice with what was written."""
    words = file.words
    return notice_service_pb2.CounterFile(
        counter_notice=counter_to_message(file.counter),
        words=notice_pb2.CounterWords(
            name=words.name,
            address=words.address,
            telephone=words.telephone,
            location=words.location,
            signature=words.signature,
            explanation=words.explanation,
            mistake=words.mistake,
            jurisdiction=words.jurisdiction,
            service=words.service,
        ),
    )


def notice_state_from_wire(state: notice_pb2.Notice.State.ValueType) -> NoticeState | None:
    """Return the state; None, which stands for all, where none is said."""
    return from_wire(notice_pb2.Notice.State, NoticeState, state) if state else None


def event_from_wire(
    event: notice_service_pb2.DeclareNoticeRequest.Event.ValueType,
) -> NoticeEvent:
    """Return the event of a validated request."""
    return from_wire(notice_service_pb2.DeclareNoticeRequest.Event, NoticeEvent, event)

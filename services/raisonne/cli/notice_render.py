"""Notices, counter-notices and statements of reasons as JSON and as words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from raisonne.app.counter_notices import CounterFile
    from raisonne.app.notices import NoticeFile
    from raisonne.rights.notice import CounterNotice, Notice
    from raisonne.rights.statement_of_reasons import StatementOfReasons


def notice_fields(notice: Notice) -> dict[str, Any]:
    """Return a notice without what was written."""
    return {
        "notice": notice.name,
        "state": notice.state.value,
        "basis": notice.basis.value,
        "territory": notice.territory,
        "targets": list(notice.targets),
        "work": notice.work or None,
        "missing": {regime.value: list(each) for regime, each in notice.missing.items()},
        "sha256": notice.sha256,
        "receive_time": notice.receive_time.isoformat(),
        "filed_by": notice.filed_by,
        "retract_time": _time(notice.retract_time),
        "court_action_time": _time(notice.court_action_time),
    }


def notice_file_fields(file: NoticeFile, *, words: bool) -> dict[str, Any]:
    """Return a notice with its cases, and with what was written if wanted."""
    cases = {"cases": [case.name for case in file.cases]}
    return notice_fields(file.notice) | cases | ({"words": asdict(file.words)} if words else {})


def notice_words(notice: Notice) -> str:
    """Return a notice for a person."""
    about = f"{notice.basis.value}  {notice.territory}  {notice.receive_time:%Y-%m-%d %H:%M}Z"
    against = " ".join(notice.targets) or "-"
    lines = [f"{notice.name}  {notice.state.value:<10} {about}  {against}"]
    for regime, missing in notice.missing.items():
        lines.append(
            f"        {regime.value}: {'misses ' + ', '.join(missing) if missing else 'met'}"
        )
    return "\n".join(lines)


def notice_file_words(file: NoticeFile, *, words: bool) -> str:
    """Return a notice with its cases for a person, and with what was written if wanted."""
    lines = [notice_words(file.notice), *(f"        {case.name}" for case in file.cases)]
    if words:
        lines += [f"        {name}: {value}" for name, value in asdict(file.words).items() if value]
    return "\n".join(lines)


def counter_fields(counter: CounterNotice) -> dict[str, Any]:
    """Return a counter-notice without what was written."""
    return {
        "counter_notice": counter.name,
        "case": counter.case,
        "notice": counter.notice,
        "sha256": counter.sha256,
        "receive_time": counter.receive_time.isoformat(),
        "restore_from": counter.restore_from.isoformat(),
        "restore_until": counter.restore_until.isoformat(),
        "filed_by": counter.filed_by,
    }


def counter_words(counter: CounterNotice) -> str:
    """Return a counter-notice for a person."""
    return (
        f"{counter.name}  {counter.case}  restore from {counter.restore_from:%Y-%m-%d %H:%M}Z "
        f"until {counter.restore_until:%Y-%m-%d %H:%M}Z"
    )


def counter_file_fields(file: CounterFile) -> dict[str, Any]:
    """Return a counter-notice with what was written."""
    return counter_fields(file.counter) | {"words": asdict(file.words)}


def reasons_fields(statement: StatementOfReasons, text: str) -> dict[str, Any]:
    """Return a statement of reasons with its text."""
    times = {
        "start_time": _time(statement.start_time),
        "end_time": _time(statement.end_time),
        "complaint_until": _time(statement.complaint_until),
    }
    named = {
        "restriction": statement.restriction.value,
        "notice": statement.notice or None,
        "policy_revision": statement.policy_revision or None,
    }
    return asdict(statement) | times | named | {"text": text}


def _time(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()

"""What tests of notices share: complete notices, principals, and a clock that can be set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.unit.app.house import picture

from raisonne.app.counter_notices import CounterNotices
from raisonne.app.notices import Filing, NoticeFile
from raisonne.app.works import WorkDraft
from raisonne.rights.case import Case, Ruling
from raisonne.rights.generation import Generation, GenerationRequest
from raisonne.rights.notice import CounterWords, NoticeWords
from raisonne.rights.principal import Principal, Role
from raisonne.rights.work import Work
from raisonne.runtime.wiring import Service

WORDS = NoticeWords(
    explanation="Zitronenfalter: it copies my painting.",
    location="https://gallery.example/42",
    work_description="Der gelbe Falter, oil, 1987",
    holder="Mira Falter",
    name="Rosalind Kestenbaum",
    email="rosalind@kestenbaum.example",
    signature="/s/ R. Kestenbaum",
    good_faith=True,
    accuracy=True,
    authority=True,
)
COUNTER = CounterWords(
    name="Otto Gegenwind",
    address="Ringstraße 1, 1010 Wien",
    telephone="+43 1 555",
    location="https://gallery.example/42",
    signature="/s/ Otto Gegenwind",
    mistake=True,
    jurisdiction=True,
    service=True,
)


@dataclass
class SetClock:
    """A clock that stands where it is set."""

    time: datetime

    def now(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> None:
        self.time += timedelta(**span)


def reviewer(service: Service, name: str = "rita") -> Principal:
    return Principal(name, service.settings.tenant, frozenset({Role.REVIEWER}))


def registered(service: Service, seed: int) -> tuple[Work, bytes]:
    data = picture(seed)
    return service.works.register(service.principal, WorkDraft(data, title="A work")).work, data


def released(service: Service, seed: int) -> tuple[Generation, bytes]:
    made = service.generate(service.principal, GenerationRequest("waves", 128, 128, seed))
    assert made.data is not None
    return made.generation, made.data


def notify(service: Service, *targets: str, **changes: Any) -> NoticeFile:
    filing = replace(Filing(WORDS, targets=targets), **changes)
    return service.notices.file(service.principal, filing)


def take_down(service: Service, target: str, *, stay_down: bool = False, **changes: Any) -> Case:
    (case,) = notify(service, target, **changes).cases
    decide = service.review.decide
    return decide(reviewer(service), case.name, Ruling.REFUSE, "NOTICE_UPHELD", stay_down=stay_down)


def countered(service: Service, clock: SetClock) -> CounterNotices:
    return replace(service.counter_notices, clock=clock)

"""The one way from bytes or words to a verdict: decode, fingerprint, search, rights, judge.

What a picture's file says of its own rights is heard on the way and judged with the rest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from raisonne.app.embedded_signals import OwnSignals, own_signals
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, CredentialReader, Transactions
from raisonne.app.work_changes import bring_into_force
from raisonne.fingerprint.decoding import DecodedImage, Decoder
from raisonne.fingerprint.extract import Extractor
from raisonne.matching.matcher import Matcher, MatchReport
from raisonne.matching.term_index import TermIndex
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.match import DetectorRun, DetectorState
from raisonne.rights.reservation import NAME_KINDS, reserved_kinds
from raisonne.rights.statement import Use
from raisonne.rights.verdict import (
    HolderRights,
    Judgement,
    Subject,
    TermHit,
    Verdict,
    WorkRights,
)

PROMPT = "prompt"
"""Name of the text that spans refer to where a hit names none."""
PROMPT_DETECTOR = DetectorRun("prompt-terms", "v2", DetectorState.EXECUTED)
_UNFINISHED = DetectorRun(
    "prompt-terms", "v2", DetectorState.FAILED, "The text holds too many fragments of terms."
)
_NOTHING_SAID = OwnSignals((), ())


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know about an input.

    Attributes:
        subject: What kind of input it is.
        tenant: On whose behalf.
        use: What it is wanted for.
        territory: ISO 3166-1 alpha-2, or ``*`` for everywhere.
        at: The time to judge as of (UTC).
        index_revision: Change-log position whose works a picture is compared with; the newest if
            None.
    """

    subject: Subject
    tenant: str
    use: Use
    territory: str
    at: datetime
    index_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """A verdict on a picture, with what was seen on the way.

    Attributes:
        sha256: Hex digest of the bytes.
        image: The decoded picture.
        verdict: The answer.
        seconds: Time spent by stage.
    """

    sha256: str
    image: DecodedImage
    verdict: Verdict
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Screener:
    """Screens pictures and prompts against one registry.

    The policies come with each question: a request is judged by one bundle from beginning to end.
    """

    decoder: Decoder
    extractor: Extractor
    matcher: Matcher
    transactions: Transactions
    clock: Clock
    terms: Callable[[str], TermIndex]
    credentials: CredentialReader

    def picture(self, data: bytes, question: Question, policies: PolicyBundle) -> Screened:
        """Judge a picture.

        Raises:
            InputError: If the bytes are no picture that can be decoded, or there was no such
                revision.
            LimitError: If the picture is larger than the limits.
        """
        started = time.perf_counter()
        sha256 = hashlib.sha256(data).hexdigest()
        image = self.decoder.decode(data)
        decoded = time.perf_counter()
        query = self.extractor.query(image, sha256)
        extracted = time.perf_counter()
        bring_into_force(self.transactions, question.tenant, self.clock.now())
        report = self.matcher.match(question.tenant, query, question.index_revision)
        matched = time.perf_counter()
        own = own_signals(image, data, self.credentials, self.clock.now())
        heard = time.perf_counter()
        verdict = self._judge(question, policies, sha256, report, (), own)
        judged = time.perf_counter()
        seconds = {
            "decode": decoded - started,
            "fingerprint": extracted - decoded,
            "search": matched - extracted,
            "signals": heard - matched,
            "judge": judged - heard,
        }
        return Screened(sha256, image, verdict, seconds)

    def prompt(self, text: str, question: Question, policies: PolicyBundle) -> Verdict:
        """Judge the words of a prompt: do they name somebody or something that is listed?"""
        return self.words({PROMPT: text}, question, policies)

    def words(
        self, fields: Mapping[str, str], question: Question, policies: PolicyBundle
    ) -> Verdict:
        """Judge several texts that belong together, for example a prompt and a negative prompt.

        Args:
            fields: Texts by what they are; each hit tells which one it lies in, but for the prompt.
            question: What is asked.
            policies: To judge by.
        """
        bring_into_force(self.transactions, question.tenant, self.clock.now())
        index = self.terms(question.tenant)
        hits: list[TermHit] = []
        complete = True
        for name, text in fields.items():
            found = index.find(text, "" if name == PROMPT else name)
            hits += found.hits
            complete &= found.complete
        detector = PROMPT_DETECTOR if complete else _UNFINISHED
        report = MatchReport((), (detector,), self.matcher.revision(question.tenant), {})
        return self._judge(question, policies, _digest(fields), report, tuple(hits))

    def _judge(
        self,
        question: Question,
        policies: PolicyBundle,
        sha256: str,
        report: MatchReport,
        hits: tuple[TermHit, ...],
        own: OwnSignals = _NOTHING_SAID,
    ) -> Verdict:
        holders = self._holders(question, sorted({hit.holder for hit in hits if hit.holder}))
        # A name is looked for as long as it was ever reserved; it is no hit where it is not.
        hits = tuple(hit for hit in hits if not hit.holder or hit.holder in holders)
        named = {hit.work for hit in hits if hit.work}
        names = sorted({match.work for match in report.matches} | named)
        inputs = Judgement(
            subject=question.subject,
            sha256=sha256,
            tenant=question.tenant,
            use=question.use,
            territory=question.territory,
            at=question.at,
            matches=report.matches,
            works=self._rights(question, names),
            detectors=(*report.detectors, *own.detectors),
            term_hits=hits,
            index_revision=report.index_revision,
            holders=tuple(holders.values()),
            signals=own.signals,
        )
        return judge(inputs, policies, new_name("verdicts"))

    def _holders(self, question: Question, names: list[str]) -> Mapping[str, HolderRights]:
        """Return what holders reserve as of the question, if it keeps prompts from naming them."""
        if not names:
            return {}
        with self.transactions.read() as transaction:
            found = transaction.reservations.rights_of_holders(question.tenant, names, question.at)
        return {
            name: found[name]
            for name in names
            if name in found and not NAME_KINDS.isdisjoint(reserved_kinds(found[name].reservations))
        }

    def _rights(self, question: Question, names: list[str]) -> tuple[WorkRights, ...]:
        if not names:
            return ()
        with self.transactions.read() as transaction:
            found = transaction.works.rights_of(question.tenant, names, question.at)
        return tuple(found[name] for name in names if name in found)


def _digest(fields: Mapping[str, str]) -> str:
    """Return what identifies the texts: the digest of a prompt alone is that of its UTF-8."""
    if set(fields) == {PROMPT}:
        return hashlib.sha256(fields[PROMPT].encode()).hexdigest()
    document = json.dumps(dict(fields), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(document.encode()).hexdigest()

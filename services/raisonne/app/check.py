"""Check a picture or a prompt, and keep the verdict with its ledger event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.events import event, verdict_details
from raisonne.app.ports import Clock, Transactions
from raisonne.app.retroactive_checks import works_to_follow
from raisonne.app.review import open_case
from raisonne.app.screening import Question, Screened, Screener
from raisonne.app.territories import normal_territory
from raisonne.policy.access import authorise
from raisonne.policy.alternatives import alternatives
from raisonne.policy.engine import Policies
from raisonne.rights.alternative import Alternatives
from raisonne.rights.errors import InputError, NotFoundError, Reason
from raisonne.rights.generation import MAX_PROMPT_CHARACTERS
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import Outcome, Subject, Verdict


@dataclass(frozen=True, slots=True)
class CheckTerms:
    """The conditions of a check.

    Attributes:
        use: What the input is wanted for.
        territory: ISO 3166-1 alpha-2, or ``*``.
        at: Judge as of this time (UTC); now if None.
        subject: What kind of input it is.
        index_revision: Compare a picture with the works of this change-log position, which each
            verdict names, to look at a verdict again; with those of now if None. Rights, rules and
            policies are those of today.
    """

    use: Use = Use.DISPLAY
    territory: str = WORLD
    at: datetime | None = None
    subject: Subject = Subject.UPLOAD
    index_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Use cases of screening: ``asset:check``."""

    screener: Screener
    transactions: Transactions
    policies: Policies
    clock: Clock

    def picture(self, principal: Principal, data: bytes, terms: CheckTerms) -> Screened:
        """Judge a picture and record the verdict.

        Raises:
            AccessError: If the principal may not check, or not audit where it is a dataset's item.
            InputError: If the bytes are no picture, or there was no such revision; nothing is
                stored.
            LimitError: If it is too large; nothing is stored.
        """
        is_item = terms.subject is Subject.DATASET_ITEM
        needed = Permission.DATASET_AUDIT if is_item else Permission.ASSET_CHECK
        policies = self.policies.current()
        authorise(policies, principal, needed, principal.tenant)
        screened = self.screener.picture(data, self._question(principal, terms), policies)
        self._record(principal, screened.verdict, follows=_is_about_now(terms))
        return screened

    def prompt(self, principal: Principal, text: str, terms: CheckTerms) -> Verdict:
        """Judge a prompt and record the verdict.

        Raises:
            AccessError: If the principal may not check.
            InputError: If the prompt is empty or too long, or an earlier revision is asked for;
                nothing is stored.
        """
        policies = self.policies.current()
        authorise(policies, principal, Permission.ASSET_CHECK, principal.tenant)
        require_prompt(text)
        if terms.index_revision is not None:
            raise InputError("Prompts are judged by the names that are registered now.")
        verdict = self.screener.prompt(text, self._question(principal, terms), policies)
        self._record(principal, verdict, follows=False)
        return verdict

    def get_verdict(self, principal: Principal, name: str) -> Verdict:
        """Return a verdict as it was given.

        Raises:
            AccessError: If the principal may not read verdicts.
            NotFoundError: If the tenant has no such verdict.
        """
        authorise(self.policies, principal, Permission.ASSET_CHECK, principal.tenant)
        with self.transactions.read() as transaction:
            verdict = transaction.verdicts.get(principal.tenant, name)
        if verdict is None:
            raise NotFoundError(f"There is no verdict {name!r}.", metadata={"name": name})
        return verdict

    def pinned(self) -> Check:
        """Return these use cases with the policies of now, to ask several things by the same."""
        return replace(self, policies=self.policies.current())

    def alternatives(self, principal: Principal, verdict: Verdict) -> Alternatives:
        """Return what would be allowed instead of what a verdict refuses; nothing is recorded.

        Raises:
            AccessError: If the principal may not check for the verdict's tenant.
        """
        policies = self.policies.current()
        authorise(policies, principal, Permission.ASSET_CHECK, verdict.inputs.tenant)
        return alternatives(verdict, policies)

    def _question(self, principal: Principal, terms: CheckTerms) -> Question:
        at = terms.at or self.clock.now()
        territory = normal_territory(terms.territory)
        return Question(
            terms.subject, principal.tenant, terms.use, territory, at, terms.index_revision
        )

    def _record(self, principal: Principal, verdict: Verdict, *, follows: bool) -> None:
        checked = event(
            principal,
            LedgerAction.ASSET_CHECKED,
            verdict.name,
            self.clock.now(),
            sha256=verdict.inputs.sha256,
            details=verdict_details(verdict),
        )
        tenant, sha256 = verdict.inputs.tenant, verdict.inputs.sha256
        with self.transactions.write() as transaction:
            transaction.verdicts.add(verdict)
            if follows:
                transaction.verdicts.follow(verdict, works_to_follow(verdict))
            # Checking the same bytes again asks no second person.
            if _opens_case(verdict) and not transaction.cases.waits(tenant, sha256):
                transaction.cases.add(open_case(verdict, checked.time))
            transaction.outbox.append(checked)


def _is_about_now(terms: CheckTerms) -> bool:
    # What was asked about another day, or other works, no change of today answers otherwise.
    return terms.at is None and terms.index_revision is None


def _opens_case(verdict: Verdict) -> bool:
    # An item of a dataset opens no case. Nothing is held for it and its bytes are not kept, so a
    # reviewer could neither see nor release anything; who audits has the verdict and decides there.
    # And one audit of a million items would bury the artworks that do wait for a person.
    is_item = verdict.inputs.subject is Subject.DATASET_ITEM
    return verdict.outcome is Outcome.REVIEW and not is_item


def require_prompt(text: str) -> None:
    """Refuse prompts that are empty or too long.

    Raises:
        InputError: ``EMPTY_INPUT`` or ``PROMPT_TOO_LONG``; also if it is no Unicode text.
    """
    if not text.strip():
        raise InputError("The prompt is empty.", reason=Reason.EMPTY_INPUT)
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise InputError(
            f"The prompt has {len(text):,} characters; at most {MAX_PROMPT_CHARACTERS:,} are read.",
            reason=Reason.PROMPT_TOO_LONG,
            metadata={"limit_characters": str(MAX_PROMPT_CHARACTERS)},
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError("The prompt is no Unicode text: it holds halves of surrogate pairs.")

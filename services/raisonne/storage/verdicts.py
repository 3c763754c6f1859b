"""Rows of verdicts: canonical JSON, and the columns that they are looked up by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from raisonne.policy.encoding import verdict_from_json, verdict_to_json
from raisonne.rights.verdict import Verdict
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import VerdictRow
from raisonne.storage.verdict_tables import VerdictWorkRow


@dataclass(frozen=True, slots=True)
class SqlVerdicts:
    """``VerdictStore`` within one transaction."""

    session: Session

    def add(self, verdict: Verdict) -> None:
        """Insert.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        insert_rows(
            self.session,
            VerdictRow,
            {
                "tenant": verdict.inputs.tenant,
                "name": verdict.name,
                "subject": verdict.inputs.subject.value,
                "outcome": verdict.outcome.value,
                "sha256": verdict.inputs.sha256,
                "judge_time": verdict.inputs.at,
                "document": verdict_to_json(verdict),
            },
        )

    def follow(self, verdict: Verdict, works: Sequence[str]) -> None:
        """Remember that a change of these works may make a verdict worse.

        Args:
            verdict: That is added in the same transaction.
            works: Different works of its tenant.
        """
        if works:
            row = {"tenant": verdict.inputs.tenant, "verdict": verdict.name}
            insert_rows(self.session, VerdictWorkRow, *({**row, "work": work} for work in works))

    def following(
        self, tenant: str, works: Sequence[str], *, limit: int, before: str = ""
    ) -> Sequence[str]:
        """Return verdicts that follow any of these works, the newest first, before a name."""
        statement = (
            select(VerdictWorkRow.verdict)
            .where(col(VerdictWorkRow.tenant) == tenant, col(VerdictWorkRow.work).in_(works))
            .distinct()
            .order_by(col(VerdictWorkRow.verdict).desc())
            .limit(limit)
        )
        if before:
            statement = statement.where(col(VerdictWorkRow.verdict) < before)
        return tuple(self.session.exec(statement))

    def get(self, tenant: str, name: str) -> Verdict | None:
        """Return the verdict exactly as it was given, or None."""
        document = self.session.exec(
            select(VerdictRow.document).where(
                col(VerdictRow.tenant) == tenant, col(VerdictRow.name) == name
            )
        ).one_or_none()
        return None if document is None else verdict_from_json(document)

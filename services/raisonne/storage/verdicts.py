"""Rows of verdicts: canonical JSON, and the columns that they are looked up by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from raisonne.policy.encoding import verdict_from_json, verdict_to_json
from raisonne.rights.verdict import Verdict
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import VerdictRow


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

    def get(self, tenant: str, name: str) -> Verdict | None:
        """Return the verdict exactly as it was given, or None."""
        document = self.session.exec(
            select(VerdictRow.document).where(
                col(VerdictRow.tenant) == tenant, col(VerdictRow.name) == name
            )
        ).one_or_none()
        return None if document is None else verdict_from_json(document)

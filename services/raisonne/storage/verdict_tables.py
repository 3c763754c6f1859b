"""Tables by which verdicts are found again."""

from __future__ import annotations

from raisonne.storage.columns import Key, Row, reference


class VerdictWorkRow(Row, table=True):
    """A work that an allowed check of a file matched, so that a change of it finds the verdict."""

    __tablename__ = "verdict_work"
    __table_args__ = (reference("verdict", "verdict"),)

    tenant: Key
    work: Key
    verdict: Key

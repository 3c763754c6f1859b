"""Rows of artworks made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from raisonne.rights.errors import ConflictError
from raisonne.rights.generation import EngineDescription, Generation, GenerationState
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import GENERATION_IN_OPERATION, GenerationRow


@dataclass(frozen=True, slots=True)
class SqlGenerations:
    """``GenerationStore`` within one transaction."""

    session: Session

    def add(self, generation: Generation) -> None:
        """Insert.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if its operation made this index before.
        """
        engine = generation.engine
        insert_rows(
            self.session,
            GenerationRow,
            {
                "tenant": generation.tenant,
                "name": generation.name,
                "operation": generation.operation,
                "position": generation.index,
                "state": generation.state.value,
                "prompt_sha256": generation.prompt_sha256,
                "seed": generation.seed,
                "engine_uri": engine.uri,
                "engine_name": engine.name,
                "engine_version": engine.version,
                "digital_source_type": engine.digital_source_type,
                "understood_words": list(generation.understood_words),
                "ignored_words": list(generation.ignored_words),
                "asset": generation.asset or None,
                "verdict": generation.verdict,
                "manifest_label": generation.manifest_label,
                "ledger_event": generation.ledger_event,
                "create_time": generation.create_time,
            },
        )

    def get(self, tenant: str, name: str) -> Generation | None:
        """Return the record, or None."""
        row = self.session.exec(
            select(GenerationRow).where(
                col(GenerationRow.tenant) == tenant, col(GenerationRow.name) == name
            )
        ).one_or_none()
        return None if row is None else _generation(row)

    def of_asset(self, tenant: str, asset: str) -> Generation | None:
        """Return the record whose file this is, or None."""
        row = self.session.exec(
            select(GenerationRow).where(
                col(GenerationRow.tenant) == tenant, col(GenerationRow.asset) == asset
            )
        ).first()
        return None if row is None else _generation(row)

    def list(
        self, tenant: str, *, limit: int, after: str = "", operation: str = ""
    ) -> Sequence[Generation]:
        """Return records: of one operation by index, else by name after the given one."""
        statement = select(GenerationRow).where(col(GenerationRow.tenant) == tenant)
        if operation:
            in_operation = (col(GenerationRow.operation) == operation, GENERATION_IN_OPERATION)
            statement = statement.where(*in_operation).order_by(col(GenerationRow.position))
        else:
            statement = statement.where(col(GenerationRow.name) > after).order_by(
                col(GenerationRow.name)
            )
        return tuple(_generation(row) for row in self.session.exec(statement.limit(limit)))

    def decide(self, generation: Generation, was: GenerationState) -> None:
        """Write what a decision made of a record: its state, asset and manifest label.

        Raises:
            ConflictError: If the stored record is in another state than it was.
        """
        decided = self.session.exec(
            update(GenerationRow)
            .where(
                col(GenerationRow.tenant) == generation.tenant,
                col(GenerationRow.name) == generation.name,
                col(GenerationRow.state) == was.value,
            )
            .values(
                state=generation.state.value,
                asset=generation.asset or None,
                manifest_label=generation.manifest_label,
            )
        )
        if decided.rowcount != 1:
            raise ConflictError(
                f"{generation.name} is not {was} any more.",
                metadata={"name": generation.name},
            )


def _generation(row: GenerationRow) -> Generation:
    return Generation(
        name=row.name,
        tenant=row.tenant,
        operation=row.operation,
        index=row.position,
        state=GenerationState(row.state),
        prompt_sha256=row.prompt_sha256,
        seed=row.seed,
        engine=EngineDescription(
            uri=row.engine_uri,
            name=row.engine_name,
            version=row.engine_version,
            digital_source_type=row.digital_source_type,
        ),
        understood_words=tuple(row.understood_words),
        ignored_words=tuple(row.ignored_words),
        asset=row.asset or "",
        verdict=row.verdict,
        manifest_label=row.manifest_label,
        ledger_event=row.ledger_event,
        create_time=row.create_time,
    )

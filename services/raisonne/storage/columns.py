"""What the tables are made of: column types, constraints, and inserting rows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Insert,
    Integer,
    MetaData,
    Text,
    TextClause,
    TypeDecorator,
    insert,
    inspect,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, Session, SQLModel

from raisonne.rights.errors import InputError


class Characters(TypeDecorator[str]):
    """Text that both engines store alike and order by code point."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Return TEXT; PostgreSQL would order it by the locale of the server otherwise."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse NUL, which PostgreSQL cannot hold.

        Raises:
            InputError: If the text holds a NUL character.
        """
        if value is not None and "\0" in value:
            raise InputError("A text holds a NUL character, which the catalogue cannot store.")
        return value


class SerialNumber(TypeDecorator[int]):
    """A 64-bit number; SQLite numbers rows itself only in a column called INTEGER."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        """Return INTEGER on SQLite and BIGINT elsewhere."""
        return Integer() if dialect.name == "sqlite" else BigInteger()


Key = Annotated[str, Field(sa_type=Characters, primary_key=True)]
Str = Annotated[str, Field(sa_type=Characters)]
Int64 = Annotated[int, Field(sa_type=BigInteger)]
# Given by the database when a row is inserted.
Serial = Annotated[int, Field(sa_type=SerialNumber, primary_key=True)]
# Given by the log, never by the database.
Position = Annotated[
    int,
    Field(sa_type=SerialNumber, primary_key=True, sa_column_kwargs={"autoincrement": False}),
]


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that a column holds a member of an enumeration."""
    members = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({members})", name=column)


def partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """Return an index of the rows that meet a condition."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def reference(column: str, table: str) -> ForeignKeyConstraint:
    """Return a reference to a named row of the same tenant.

    It is checked at commit, so that the order of the inserts of one transaction is free.
    """
    return ForeignKeyConstraint(
        ["tenant", column],
        [f"{table}.tenant", f"{table}.name"],
        deferrable=True,
        initially="DEFERRED",
    )


class Row(SQLModel):
    """Base of all tables, with their metadata and names of constraints that never change."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def insert_rows(session: Session, table: type[Row], *rows: Mapping[str, Any]) -> None:
    """Insert rows through SQLAlchemy Core, which takes an eighth of the time of the ORM.

    Args:
        session: An open transaction.
        table: Where to.
        *rows: Values by column; all rows name the same columns.
    """
    session.connection().execute(_insert(table), rows)


@cache
def _insert(table: type[Row]) -> Insert:
    return insert(inspect(table).local_table)

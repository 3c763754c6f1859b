"""What went wrong in a database, in the words of the house."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from raisonne.rights.errors import ConflictError, InputError, RaisonneError, Reason, StorageError

_FULL = "The disk that holds the catalogue is full."
LOCKED = "The catalogue is locked by another transaction that did not end in time."
_READ_ONLY = "The catalogue cannot be written here."
_MISSING = "The catalogue cannot be opened: its file or folder is missing or not accessible."
_DAMAGED = "The catalogue's file is damaged or is no catalogue."
_UNREACHABLE = "The catalogue's database server cannot be reached, or refuses the connection."

# https://sqlite.org/rescode.html; the low byte is the primary code.
_SQLITE = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _MISSING,
    sqlite3.SQLITE_IOERR: "The disk that holds the catalogue cannot be read or written.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_SQLITE_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "53100": _FULL,
    "53300": "The catalogue's database server has no connection left.",
    "55P03": LOCKED,
    "25006": _READ_ONLY,
}
_POSTGRESQL_GONE = ("08", "57P")  # Connection exception, operator intervention.
_POSTGRESQL_RETRY = {"40001", "40P01"}


def map_errors(engine: Engine) -> None:
    """Make every error of an engine a ``RaisonneError`` with the driver's error as its cause.

    The mapping is at the statement, so that a use case can catch a conflict where it happens.
    """

    @event.listens_for(engine, "handle_error")
    def _raise_mapped(context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, RaisonneError):  # Raised by a column type on the way in.
            raise error
        mapped = translate(error, context.sqlalchemy_exception)
        if mapped is not None:
            raise mapped from error


def translate(error: BaseException, wrapped: SQLAlchemyError | None = None) -> RaisonneError | None:
    """Return the error to raise for what a driver raised, or None where it is not a driver's.

    Args:
        error: As raised by ``sqlite3``, ``psycopg`` or the conversion of a parameter.
        wrapped: The same error as SQLAlchemy names it.
    """
    if isinstance(error, UnicodeEncodeError):
        return InputError("A text holds a character that is no Unicode scalar value.")
    if isinstance(error, OverflowError):
        return _too_large()
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    # psycopg is an optional dependency; its errors are known by this attribute.
    if hasattr(error, "sqlstate"):
        return _of_postgresql(error, error.sqlstate or "", wrapped)
    return None


def _of_sqlite(error: sqlite3.Error) -> RaisonneError:
    code: int = getattr(error, "sqlite_errorcode", 0)  # Absent on errors of the module itself.
    if code in _SQLITE_UNIQUE:
        return _exists()
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return _dangling()
    sentence = _SQLITE.get(code & 0xFF)
    return StorageError(sentence) if sentence else _unexpected(error)


def _of_postgresql(
    error: BaseException, state: str, wrapped: SQLAlchemyError | None
) -> RaisonneError:
    if state == "23505":
        return _exists()
    if state == "23503":
        return _dangling()
    if state.startswith("22"):  # Class 22, data exception.
        return _too_large()
    if state in _POSTGRESQL_RETRY:
        return ConflictError("Another transaction changed the same records first; try again.")
    # An error in operation without a state is not the server's: it did not come to an answer.
    unanswered = not state and isinstance(wrapped, OperationalError)
    gone = unanswered or state.startswith(_POSTGRESQL_GONE)
    sentence = _UNREACHABLE if gone else _POSTGRESQL.get(state)
    return StorageError(sentence) if sentence else _unexpected(error)


def _exists() -> ConflictError:
    return ConflictError("The record exists already.", reason=Reason.ALREADY_EXISTS)


def _too_large() -> InputError:
    return InputError("A number is too large for the catalogue.")


def _dangling() -> ConflictError:
    return ConflictError("The record refers to another one that does not exist.")


def _unexpected(error: BaseException) -> StorageError:
    return StorageError(
        f"The catalogue's database refused a statement ({type(error).__name__}).",
        reason=Reason.INTERNAL,
    )

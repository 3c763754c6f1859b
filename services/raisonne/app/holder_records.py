"""Records of rights holders: what they may hold, and what the ledger learns of them."""

from __future__ import annotations

import hashlib
import json
import secrets

from raisonne.app.ports import Transaction
from raisonne.app.reservation_ports import SaidOfHolder
from raisonne.app.terms import TermDraft, require_term
from raisonne.app.texts import require_short
from raisonne.rights.errors import InputError, LimitError, Reason
from raisonne.rights.holder import MAX_ALIASES, RightsHolder, holder_key
from raisonne.rights.principal import Principal
from raisonne.rights.term import TermCategory

MAX_NAMES = 1_000_000
"""Most names of a tenant's holders: an index of them takes a gigabyte."""
_SALT_BYTES = 32


def require_holder(holder: RightsHolder) -> None:
    """Refuse a record that nobody could be recognised by, or that is too large.

    Raises:
        InputError: Naming the field.
    """
    if not holder_key(holder.display_name):
        raise InputError(
            "A rights holder has a name.",
            reason=Reason.EMPTY_INPUT,
            metadata={"field": "display_name"},
        )
    if len(holder.aliases) > MAX_ALIASES:
        raise InputError(
            f"A rights holder has at most {MAX_ALIASES} aliases, not {len(holder.aliases):,}.",
            metadata={"field": "aliases"},
        )
    for name in holder.names:
        # Prompts are screened for them, so they are what a term may be.
        require_term(TermDraft(name, TermCategory.ARTIST))
    require_short({"note": holder.note})


def require_room(transaction: Transaction, tenant: str, names: int) -> None:
    """Refuse further names that would be too many for the tenant.

    Raises:
        LimitError: If they would be.
    """
    if names and transaction.holders.count_names(tenant) + names > MAX_NAMES:
        raise LimitError(f"The rights holders of a tenant have at most {MAX_NAMES:,} names.")


def said_of(holder: RightsHolder, principal: Principal) -> SaidOfHolder:
    """Return what a version of a record says, with the digest that the ledger keeps.

    The document has a random salt, so that nobody who knows the digest can try names until one
    fits.
    """
    document: dict[str, object] = {
        "salt": secrets.token_hex(_SALT_BYTES),
        "display_name": holder.display_name,
        "aliases": list(holder.aliases),
        "identifiers": {scheme.value: text for scheme, text in holder.identifiers.items()},
        "contact_sha256": holder.contact_sha256,
        "note": holder.note,
    }
    plain = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    return SaidOfHolder(document, hashlib.sha256(plain).hexdigest(), principal.id)

"""Statements out: one function for every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from raisonne.rights.errors import InputError
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.signals import embedded_forms, licence_documents, site_files
from raisonne.signals.writing import SAYABLE, Exported, Format, Target

_WRITERS: Mapping[Format, tuple[Callable[[RightsStatement, Target], str], str]] = {
    Format.TDMREP_JSON: (site_files.tdmrep_json, "application/json"),
    Format.TDMREP_HEADERS: (site_files.tdmrep_headers, "text/plain"),
    Format.TDMREP_HTML: (site_files.tdmrep_html, "text/html"),
    Format.RSL: (licence_documents.rsl_document, "application/rsl+xml"),
    Format.AIPREF: (site_files.aipref_header, "text/plain"),
    Format.PLUS_XMP: (embedded_forms.plus_xmp, "application/rdf+xml"),
    Format.CAWG: (embedded_forms.cawg_assertion, "application/json"),
    Format.ROBOTS_TXT: (site_files.robots_txt, "text/plain"),
    Format.AI_TXT: (site_files.ai_txt, "text/plain"),
    Format.ROBOTS_META: (site_files.robots_meta, "text/plain"),
    Format.ODRL: (licence_documents.odrl_policy, "application/ld+json"),
}
_DEFAULT_TARGET = Target()


def export(statement: RightsStatement, form: Format, target: Target = _DEFAULT_TARGET) -> Exported:
    """Return a statement in a format, and what the format could not say.

    What is written never permits more than the statement does: reservations win over grants, and
    grants on conditions that the format has no words for are left out.

    Args:
        statement: What holds.
        form: What to write.
        target: The work it is published for.

    Raises:
        InputError: If the format has no words for anything in the statement.
    """
    write, media_type = _WRITERS[form]
    text = write(statement, target)
    if not text:
        raise InputError(f"The statement says nothing that {form.value} has words for.")
    return Exported(text, media_type, statement.reservations - sayable(form, target))


def sayable(form: Format, target: Target = _DEFAULT_TARGET) -> frozenset[ReservationKind]:
    """Return the reservations that a format can say about a target."""
    kinds = SAYABLE[form]
    if form is Format.ROBOTS_TXT and not target.whole_site:
        return kinds - {ReservationKind.AI_GENERATION}
    return kinds

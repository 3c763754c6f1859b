"""Files that say something of their own rights, in every way and condition that a file can.

Run as a module, it writes the README's table of what a check of them comes to.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from c2pa import Builder, C2paSigningAlg, Context, Signer
from PIL import Image
from tests.unit.app.house import picture

from raisonne.keys.signing import ClaimSigner
from raisonne.provenance.settings import signing_settings
from raisonne.rights.signal import RESERVED_USES, Dialect
from raisonne.rights.statement import ReservationKind, Use
from raisonne.rights.verdict import Outcome

README = Path(__file__).parents[3] / "policies" / "README.md"
BEGIN, END = "<!-- file-signals: begin -->", "<!-- file-signals: end -->"
CONDITIONS = ("allowed", "denied", "constrained", "malformed", "absent", "unreadable")
DIALECTS = (
    Dialect.PLUS_DATA_MINING,
    Dialect.TDMREP,
    Dialect.SPDX,
    Dialect.CAWG,
    Dialect.C2PA,
)
"""Those that can lie inside a picture."""
_DOUBTED = frozenset({Use.TRAIN, Use.MINE, Use.DERIVE, Use.GENERATE_SIMILAR})
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:tdm="http://www.w3.org/ns/tdmrep/" '
    'xmlns:cc="http://creativecommons.org/ns#">{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


@dataclass(frozen=True)
class FileCell:
    """One dialect in one condition, in one or more files.

    Attributes:
        xmp: Packets, one a file.
        assertions: Of the credential, one list a file.
        damage: Whether the credential is damaged after it was signed.
        reserves: What is expected to be heard.
        denies: Uses that are denied and not reserved.
        unreadable: Whether it is expected to be unreadable.
    """

    dialect: Dialect
    condition: str
    xmp: tuple[bytes, ...]
    assertions: tuple[tuple[dict[str, Any], ...], ...]
    damage: bool
    reserves: frozenset[ReservationKind]
    denies: frozenset[Use]
    unreadable: bool

    def expected(self, use: Use) -> Outcome:
        """What a check for a use comes to, by the words of the README."""
        if self.unreadable:
            return Outcome.REVIEW if use in _DOUBTED else Outcome.ALLOW
        if any(use in RESERVED_USES[kind] for kind in self.reserves):
            return Outcome.BLOCK
        return Outcome.REVIEW if use in self.denies else Outcome.ALLOW

    @property
    def words(self) -> str:
        told = []
        for outcome in (Outcome.BLOCK, Outcome.REVIEW):
            uses = sorted(use.value for use in Use if self.expected(use) is outcome)
            told += [f"{outcome.value} {', '.join(uses)}"] if uses else []
        return "; ".join(told) or "ALLOW"

    def files(self, seed: int, signer: ClaimSigner) -> Iterator[bytes]:
        """Make the files; each is another picture, so that none is like another."""
        for number, packet in enumerate(self.xmp):
            # A segment of a JPEG holds 64 KiB.
            yield with_xmp(seed + number, packet, "WEBP" if len(packet) > 60_000 else "JPEG")
        for number, given in enumerate(self.assertions):
            data = with_credential(seed + number, given, signer)
            yield damaged(data) if self.damage else data


def file_cells() -> Iterator[FileCell]:
    text = Path(__file__).with_name("speaking_files.yaml").read_text()
    rows: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    for dialect in DIALECTS:
        for condition in CONDITIONS:
            given = rows[dialect.value][condition]
            packets = [_PACKET.format(inner).encode() for inner in given.get("xmp", [])]
            packets += [text.encode() for text in given.get("packet", [])]
            packets += [b"<a>" + b" " * (1 << 20) + b"</a>"] if given.get("too_long") else []
            yield FileCell(
                dialect,
                condition,
                tuple(packets),
                tuple(_assertions(dialect.value, each) for each in given.get("data", [])),
                given.get("damaged", False),
                frozenset(ReservationKind(kind) for kind in given.get("reserves", [])),
                frozenset(Use(use) for use in given.get("denies", [])),
                given.get("unreadable", False),
            )


def _assertions(label: str, data: Any) -> tuple[dict[str, Any], ...]:
    several = data["several"] if isinstance(data, dict) and "several" in data else [data]
    return tuple({"label": label, "data": each} for each in several)


def with_xmp(seed: int, xmp: bytes, kind: str = "JPEG") -> bytes:
    """A picture with an XMP packet."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture(seed))).save(out, kind, xmp=xmp)
    return out.getvalue()


def with_credential(
    seed: int, assertions: tuple[dict[str, Any], ...], signer: ClaimSigner
) -> bytes:
    """A picture that somebody has signed, with whatever assertions."""
    out, source = io.BytesIO(), io.BytesIO()
    Image.open(io.BytesIO(picture(seed))).save(source, "JPEG")
    created = {"action": "c2pa.created", "digitalSourceType": _SOURCE}
    definition = {
        "claim_generator_info": [{"name": "somebody", "version": "1"}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            *assertions,
        ],
    }
    algorithm = C2paSigningAlg[signer.algorithm.upper()]
    with (
        Signer.from_callback(signer.sign, algorithm, signer.chain_pem) as by,
        Builder(definition, context=Context.from_dict(dict(signing_settings()))) as builder,
    ):
        builder.sign(by, "image/jpeg", source, out)
    return out.getvalue()


_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalArt"


def damaged(data: bytes) -> bytes:
    """The same picture, whose credential is there and cannot be read."""
    start = data.index(b"jumb", data.index(b"c2pa.assertions"))
    return data[:start] + bytes(64) + data[start + 64 :]


def markdown() -> str:
    rows: dict[str, list[str]] = {}
    for cell in file_cells():
        rows.setdefault(cell.dialect, []).append(cell.words)
    lines = ["| dialect | " + " | ".join(CONDITIONS) + " |", "|---" * (len(CONDITIONS) + 1) + "|"]
    lines += [f"| `{dialect}` | " + " | ".join(words) + " |" for dialect, words in rows.items()]
    return "\n".join(lines)


def main() -> None:
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(f"{text[:start]}\n{markdown()}\n{text[end:]}")


if __name__ == "__main__":
    main()

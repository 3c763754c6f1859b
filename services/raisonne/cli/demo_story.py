"""The demonstration's scenes; each does real work through the same use cases as every client."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from raisonne.app.check import CheckTerms
from raisonne.app.generate import GenerationTerms, Made
from raisonne.app.statements import make_statement
from raisonne.app.works import WorkDraft
from raisonne.cli.embedded import EmbeddedGateway
from raisonne.cli.evidence_page import evidence_page, evidence_picture
from raisonne.cli.inputs import find_inputs, read_input
from raisonne.cli.output import emit, progress, say, write_file
from raisonne.cli.serving import application
from raisonne.cli.state import GlobalFlags
from raisonne.client import Client
from raisonne.fingerprint.decoder_pool import DecoderPool
from raisonne.rights.errors import InputError, LimitError
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.verdict import Outcome, Verdict
from raisonne.runtime.wiring import Service
from raisonne.server.serve import serving

REGISTRY = (
    ("a landscape at sunset, mountains, sun on the left", "Ada Marlowe", "CC-BY-4.0", ""),
    ("grid painting in red and blue", "Ada Marlowe", "CC-BY-NC-4.0", ""),
    ("stained glass in green and yellow", "Studio Verre", "", "ai-training"),
    ("city skyline at night", "Studio Verre", "", ""),
    ("a tree in autumn", "Ilse Norden", "", "style,ai-training"),
    ("waves in teal and cream", "Ilse Norden", "", "style,ai-training"),
    ("geometric poster in orange and violet", "Ada Marlowe", "CC0-1.0", ""),
    ("flowing brush strokes in blue", "Kenji Oda", "", "tdm"),
    ("abstract composition with circles", "Kenji Oda", "", "tdm"),
    ("winter landscape with pine trees", "Kenji Oda", "", "tdm"),
    ("colour field in red and brown", "Studio Verre", "", ""),
    ("the sea at dawn with a boat", "Ilse Norden", "", "style"),
)
"""Prompt, holder, licence and reservations of the works that the demonstration registers."""
_SIDE = 640
_REGISTRY_SEED = 1_000
_FRESH_SEED = 77


@dataclass(frozen=True, slots=True)
class Story:
    """Tells the product's story with a service and a folder to write to."""

    flags: GlobalFlags
    service: Service
    output: Path

    @property
    def gateway(self) -> EmbeddedGateway:
        """The product as commands see it."""
        return EmbeddedGateway(self.service)

    def tell(self, images: Path | None) -> None:
        """Play all scenes.

        Args:
            images: The user's own pictures as the registry, or None to render one.

        Raises:
            RaisonneError: If a scene fails.
        """
        registry = self._register(images)
        flagged = self._check_copies(registry)
        artwork = self._generate()
        self._refuse(registry)
        self._tamper(artwork)
        self._serve(registry)
        self._audit()
        self._what_to_open(flagged, artwork)

    def _scene(self, title: str, fields: Mapping[str, Any], words: str) -> None:
        emit(self.flags, {"scene": title, **fields}, f"\n— {title}\n  {words}")

    def _register(self, images: Path | None) -> list[Path]:
        """Register the user's pictures, or render a registry and register that."""
        if images is None:
            drafts = list(self._rendered())
        else:
            drafts = [(found.path, {}) for found in find_inputs([str(images)]) if not found.error]
            if not drafts:
                raise InputError(f"There are no pictures in {images}.")
        registered: list[Path] = []
        with progress(self.flags, drafts, "register", len(drafts)) as shown:
            for path, facts in shown:
                try:
                    draft = _draft(path, facts)
                    self.service.works.register(self.service.principal, draft)
                except (InputError, LimitError) as error:
                    say(self.flags, f"  {path} skipped: {error.message}")
                    continue
                registered.append(path)
        words = f"{len(registered)} works with holders, licences and reservations."
        self._scene("Registered", {"works": len(registered)}, words)
        return registered

    def _rendered(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        for number, (prompt, holder, licence, reserve) in enumerate(REGISTRY):
            path = self.output / "registry" / f"{number:02d}.png"
            request = GenerationRequest(prompt, _SIDE, _SIDE, _REGISTRY_SEED + number)
            write_file(path, self.service.engine.generate(request).data)
            facts = {"title": prompt, "holder": holder, "licence": licence, "reserve": reserve}
            yield path, facts

    def _check_copies(self, registry: list[Path]) -> list[tuple[Path, Verdict]]:
        """Check altered copies of one work, and a picture that copies nothing."""
        original = registry[min(3, len(registry) - 1)]
        request = GenerationRequest("a mosaic in yellow and teal", _SIDE, _SIDE, 4242)
        results = []
        checked = {**_alter(original), "unrelated.png": self._render(request)}
        for name, data in checked.items():
            path = self.output / "checked" / name
            write_file(path, data)
            results.append((path, self.gateway.check(data, CheckTerms()).verdict))
        shown = "\n  ".join(f"{v.outcome.value:<7}{path.name}" for path, v in results)
        outcomes = {path.name: verdict.outcome.value for path, verdict in results}
        self._scene("Checked", {"outcomes": outcomes}, shown)
        self._picture([pair for pair in results if pair[1].inputs.matches])
        flagged = [pair for pair in results if pair[1].outcome is not Outcome.ALLOW]
        counts = f"{len(flagged)} of {len(results)} files are copies"
        page = evidence_page(counts, flagged, self.gateway.work, self.gateway.asset)
        write_file(self.output / "evidence.html", page.encode())
        return results

    def _picture(self, matched: list[tuple[Path, Verdict]]) -> None:
        if not matched:
            return
        # The mirrored copy shows best that more than bytes are compared.
        path, verdict = next((p for p in matched if "mirrored" in p[0].name), matched[0])
        with DecoderPool(1) as decoder:
            match = verdict.inputs.matches[0]
            png = evidence_picture(
                path, verdict, match, self.gateway.work, self.gateway.asset, decoder
            )
        write_file(self.output / "match.png", png)

    def _render(self, request: GenerationRequest) -> bytes:
        return self.service.engine.generate(request).data

    def _generate(self) -> Path:
        """Make new artwork: checked, cleared, signed, stored, logged."""
        prompt = "a landscape at night, moon on the right, by the sea"
        made = self._make(prompt, _FRESH_SEED)
        path = self.output / "artwork.png"
        if made.data is None:
            raise InputError(f"The artwork was not released: {made.verdict.outcome.value}.")
        write_file(path, made.data)
        report = self.gateway.verify(made.data)
        entry = self.service.audit_log.index_of(
            self.service.principal, made.generation.ledger_event
        )
        fields = {
            "outcome": made.verdict.outcome.value,
            "output": str(path),
            "credential": report.verdict.value,
            "ledger_entry": f"entries/{entry}",
        }
        words = (
            f"{made.verdict.outcome.value}   “{prompt}”\n  signed: {report.verdict.value}, "
            f"{', '.join(uri.rsplit('/', 1)[-1] for uri in report.digital_source_types)}; "
            f"ledger entry {entry}"
        )
        self._scene("Generated", fields, words)
        return path

    def _refuse(self, registry: list[Path]) -> None:
        """Show what is not released: a name that reserved its style, and a copy of a work."""
        if registry[0].is_relative_to(self.output):
            by_name = self._make("a tree in autumn in the manner of Ilse Norden", _FRESH_SEED)
            copied = self._make(REGISTRY[3][0], _REGISTRY_SEED + 3)
            lines = [
                f"{made.verdict.outcome.value:<7}{finding.reason}: {finding.detail}"
                for made in (by_name, copied)
                for finding in made.verdict.findings[:1]
            ]
            fields = {"outcomes": [m.verdict.outcome.value for m in (by_name, copied)]}
            self._scene("Refused", fields, "\n  ".join(lines))

    def _make(self, prompt: str, seed: int) -> Made:
        request = GenerationRequest(prompt, _SIDE, _SIDE, seed)
        return self.service.generate(self.service.principal, request, GenerationTerms())

    def _tamper(self, artwork: Path) -> None:
        """Alter one byte of the picture and read the credential again."""
        data = bytearray(artwork.read_bytes())
        data[-1000] ^= 1
        path = artwork.with_name("artwork-altered.png")
        write_file(path, bytes(data))
        before = self.gateway.verify(artwork.read_bytes())
        after = self.gateway.verify(bytes(data))
        words = f"{before.verdict.value}  →  {after.verdict.value}   (one byte altered)"
        fields = {"before": before.verdict.value, "after": after.verdict.value}
        self._scene("Tampered", fields, words)

    def _serve(self, registry: list[Path]) -> None:
        """Ask the same question over gRPC, as a marketplace would."""
        with serving(application(self.service)) as address, Client(address) as client:
            verdict = client.screening.check_asset(registry[0].read_bytes()).verdict
        words = f"{verdict.outcome.value}   {registry[0].name} through {address}"
        self._scene("Served", {"outcome": verdict.outcome.value, "address": address}, words)

    def _audit(self) -> None:
        size = self.gateway.ledger_verify()
        head = self.gateway.ledger_head()
        words = f"{size} entries verified, root {head.root.hex()[:16]}…"
        self._scene("Proved", {"size": size, "root": head.root.hex()}, words)

    def _what_to_open(self, flagged: list[tuple[Path, Verdict]], artwork: Path) -> None:
        caught = sum(verdict.outcome is not Outcome.ALLOW for _, verdict in flagged)
        opened = {
            "match": str(self.output / "match.png"),
            "evidence": str(self.output / "evidence.html"),
            "artwork": str(artwork),
        }
        home = self.service.settings.home
        words = (
            f"{opened['match']}     the copy beside the work\n"
            f"  {opened['evidence']} all {caught} findings with their clauses\n"
            f"  {opened['artwork']}   signed; try it at a C2PA verifier, or:\n"
            f"  raisonne --home {home} verify {artwork}"
        )
        self._scene("Open", {"open": opened}, words)


def _draft(path: Path, facts: Mapping[str, str]) -> WorkDraft:
    rights = make_statement(
        licence=facts.get("licence", ""), reservations=facts.get("reserve", "").split(",")
    )
    return WorkDraft(
        data=read_input(path),
        title=facts.get("title", path.stem),
        holder=facts.get("holder", ""),
        source=str(path),
        rights=rights,
    )


def _alter(original: Path) -> dict[str, bytes]:
    """Return altered copies of a picture, by file name."""
    with Image.open(original) as opened:
        picture = opened.convert("RGB")
    half = picture.resize((picture.width // 2, picture.height // 2))
    return {
        "copy-recompressed.jpg": _encode(picture, "JPEG", quality=40),
        "copy-half-size.png": _encode(half, "PNG"),
        "copy-mirrored.webp": _encode(ImageOps.mirror(picture), "WEBP", quality=70),
    }


def _encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()

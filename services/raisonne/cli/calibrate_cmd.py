"""``raisonne calibrate``: make scores of this registry honest probabilities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from raisonne.cli.output import emit, progress, say, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raisonne.app.calibration import BackgroundPicture, CalibrationRun
    from raisonne.app.ports import CalibrationRecord
    from raisonne.cli.labels import Labels
    from raisonne.cli.state import GlobalFlags
    from raisonne.runtime.wiring import Service


def calibrate(
    context: typer.Context,
    works: Annotated[
        int, typer.Option(min=1, help="At most so many works are asked, and so many others.")
    ] = 200,
    background: Annotated[
        Optional[Path],  # noqa: UP045 - Typer reads it on every supported Python
        typer.Option(
            exists=True, file_okay=False, help="Folder of pictures that are registered nowhere."
        ),
    ] = None,
    table: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            exists=True,
            dir_okay=False,
            help="CSV with work or file, kind, and perhaps scene: equal where works show the same.",
        ),
    ] = None,
    up_to: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            min=1, help="Works up to which the promises hold; ten times as many if unset."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure, and leave the rules as they are.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Print the calibration in force, and do nothing.")
    ] = False,
) -> None:
    """Fit scores to this registry.

    Works' own pictures are altered and looked up, each as if it alone were not registered. From how
    near the others come follow the thresholds: at most one false review in 10,000 clean pictures,
    and one false block in 1,000,000.
    """
    from raisonne.cli.embedded import load
    from raisonne.cli.labels import read_labels
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    labels = read_labels(table)
    with open_service(load(flags)) as service:
        if show:
            _show(flags, service)
            return
        run = service.calibrations.begin(
            service.principal,
            label=labels.of_work,
            background=_background(background, labels),
            sample=works,
        )
        fields = _measure(flags, run, up_to)
        if dry_run:
            _answer(flags, {"calibration": None, "state": "DRY_RUN", **fields})
            return
        record = service.calibrations.store(service.principal, fields)
        service.ledger.integrate()
    _answer(flags, _head(record, "IN_FORCE") | fields)


def _measure(flags: GlobalFlags, run: CalibrationRun, up_to: int | None) -> dict[str, Any]:
    count = len(run.subjects)
    with progress(flags, range(count), "calibrate", count) as numbers:
        for number in numbers:
            run.ask(number)
    if run.unreadable:
        warn(f"raisonne: {len(run.unreadable)} pictures are unreadable, first {run.unreadable[0]}")
    return run.fields(up_to)


def _show(flags: GlobalFlags, service: Service) -> None:
    import json

    from raisonne.app.rules_in_force import applies
    from raisonne.matching.calibration import SHIPPED
    from raisonne.matching.rules_document import rules_fields

    record = service.calibrations.latest(service.principal)
    if record is None:
        rules = rules_fields(SHIPPED)
        fields = {
            "calibration": None,
            "state": "SHIPPED",
            "version": SHIPPED.version,
            "rules": rules,
        }
        emit(flags, fields, f"{SHIPPED.version}: shipped, never calibrated here")
        return
    state = "IN_FORCE" if applies(record) else "OUTDATED"
    _answer(flags, _head(record, state) | json.loads(record.document))


def _head(record: CalibrationRecord, state: str) -> dict[str, Any]:
    return {
        "calibration": record.name,
        "state": state,
        "create_time": record.create_time.isoformat(),
    }


def _answer(flags: GlobalFlags, fields: dict[str, Any]) -> None:
    from raisonne.evaluation.calibration_tables import calibration_tables

    say(flags, calibration_tables(fields))
    sample = fields["sample"]
    words = (
        f"{fields['version']}: {fields['state']}, from {sample['queries']} queries with "
        f"{sample['pictures']} pictures among {sample['works']} works"
    )
    emit(flags, fields, words)


def _background(folder: Path | None, labels: Labels) -> Sequence[BackgroundPicture]:
    from raisonne.app.calibration import BackgroundPicture
    from raisonne.evaluation.pictures import read_pictures

    if folder is None:
        return ()
    return [
        BackgroundPicture(picture.name, labels.of_file(picture.name).kind, picture.path.read_bytes)
        for picture in read_pictures(folder)
    ]

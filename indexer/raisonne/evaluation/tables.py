"""Figures as Markdown, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from raisonne.evaluation.engines import OURS


def figures_table(measured: Mapping[str, Any]) -> str:
    """Return the main figures of every engine, and the families of the whole matcher."""
    engines = measured["engines"]
    return "\n\n".join((_engines_table(engines), _families_table(engines), _alarms_table(engines)))


def _engines_table(engines: Mapping[str, Any]) -> str:
    head = (
        "engine",
        "µAP",
        "recall@1",
        "recall @0 FP",
        "@1e-3",
        "@0 FP, look-alikes too",
        "collages",
    )
    rows = [
        (
            name,
            f"{engine['micro_average_precision']:.3f}",
            _share(engine["recall_at_1"]),
            *(_share(engine["recall_at_false_positive_rate"][rate]) for rate in ("0", "0.001")),
            _share(engine["with_lookalikes"]["recall_at_false_positive_rate"]["0"]),
            " / ".join(_share(named["named_above_zero"]) for named in engine["collages"].values()),
        )
        for name, engine in engines.items()
    ]
    return table(head, rows)


def _families_table(engines: Mapping[str, Any]) -> str:
    """Show recall at zero false positives, an engine a column."""
    names = [name for name in engines if name != f"{OURS}/exact"]
    families = engines[names[0]]["by_family"] | engines[names[0]]["by_kind"]
    rows = [
        (
            group,
            *(
                _share(
                    (engines[name]["by_family"] | engines[name]["by_kind"])[group]["recall_at_zero"]
                )
                for name in names
            ),
        )
        for group in families
    ]
    return table(("recall @0 FP", *names), rows)


def _alarms_table(engines: Mapping[str, Any]) -> str:
    """Show what the whole matcher says of honest pictures, where it says anything."""
    rows = [
        (
            family,
            str(alarms["queries"]),
            str(alarms["review"]),
            str(alarms["block"]),
            f"{alarms['highest_score']:.3f}",
        )
        for family, alarms in engines[OURS]["false_alarms"].items()
        if alarms["highest_score"] is not None
    ]
    return table(("honest pictures", "asked", "review", "block", "highest score"), rows)


def _share(share: Mapping[str, Any]) -> str:
    return "" if share["share"] is None else f"{share['share']:.3f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with a head."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

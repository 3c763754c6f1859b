"""``raisonne doctor``: is this installation sound?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags


def doctor(context: typer.Context) -> None:
    """Examine the installation.

    Exit code 1 when something fails.
    """
    from raisonne.cli.embedded import load
    from raisonne.runtime.diagnosis import diagnose
    from raisonne.runtime.live_policies import LivePolicies
    from raisonne.runtime.policy_source import PolicySource
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    settings = load(flags)
    # Policies that cannot be used are a finding here, and no reason to examine nothing else.
    policies = LivePolicies.open_or_packaged(PolicySource.of(settings))
    with open_service(settings, policies) as service:
        diagnosis = diagnose(service)
    words = "\n".join(
        f"{check.state.value:<5} {check.name:<20} {check.detail}" for check in diagnosis.checks
    )
    fields = {
        "checks": [
            {"name": check.name, "state": check.state.value, "detail": check.detail}
            for check in diagnosis.checks
        ],
        "engines": dict(diagnosis.engines),
        "embedders": dict(diagnosis.embedders),
        "index": dict(diagnosis.index),
    }
    emit(flags, fields, words)
    raise typer.Exit(ExitCode.FINDINGS if diagnosis.failed else ExitCode.CLEAN)

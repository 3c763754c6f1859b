"""``python -m raisonne.cli``."""

from __future__ import annotations

from raisonne.cli.main import main

main()

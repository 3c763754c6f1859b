"""How long one new work takes to be looked for in all released artworks, and how that grows.

``python -m tests.perf.retroactive [SIZES]``: for each size a home with so many released artworks,
nearly all synthetic, into which one work is registered that one real artwork contains. Bar: none;
the figures are told. 100,000 artworks take 3 GB and some minutes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from raisonne.app.retroactive import RejudgedState
from raisonne.app.works import WorkDraft
from raisonne.rights.generation import GenerationRequest
from raisonne.runtime.settings import Settings
from raisonne.runtime.synthetic_works import fill
from raisonne.runtime.wiring import Service, open_service
from raisonne.storage.engine import open_database
from raisonne.storage.transactions import SqlTransactions

SIZES = (1_000, 10_000, 100_000)
NEW_WORKS = 5


def main() -> None:
    sizes = [int(size) for size in sys.argv[1].split(",")] if sys.argv[1:] else SIZES
    seconds: list[float] = []
    for size in sizes:
        with (
            tempfile.TemporaryDirectory() as home,
            open_service(Settings(home=Path(home))) as opened,
        ):
            seconds.append(_measured(opened, size))
        print(
            f"{size:>9,} released artworks: {seconds[-1]:.3f} s a work, "
            f"{seconds[-1] / seconds[0]:.2f} times {sizes[0]:,}",
            flush=True,
        )


def _measured(service: Service, size: int) -> float:
    """Return seconds for a work that one of so many artworks contains, medians."""
    made = [
        service.generate(service.principal, GenerationRequest("waves at sea", 512, 512, seed))
        for seed in range(NEW_WORKS)
    ]
    list(service.retroactive(service.principal))
    database = open_database(f"sqlite:///{service.settings.released_root / 'released.db'}")
    assert made[0].data is not None
    fill(replace(service, transactions=SqlTransactions(database)), size - len(made), made[0].data)
    database.close()
    list(service.retroactive(service.principal))
    times = []
    for each in made:
        assert each.data is not None
        service.works.register(service.principal, WorkDraft(each.data))
        started = time.perf_counter()
        states = [one.state for one in service.retroactive(service.principal)]
        times.append(time.perf_counter() - started)
        assert states == [RejudgedState.OPENED], states
    # The first one also makes the files of the index.
    return sorted(times[1:])[len(times[1:]) // 2]


if __name__ == "__main__":
    main()

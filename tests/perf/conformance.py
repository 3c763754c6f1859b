"""Write the shipped conformance vectors anew, which only a new version of an algorithm asks for.

Run: ``python -m tests.perf.conformance``.
"""

from __future__ import annotations

import json
from pathlib import Path

from raisonne.fingerprint import conformance


def main() -> None:
    """Compute this installation's fingerprints and keep them beside the code."""
    where = Path(conformance.__file__).with_name("conformance_v1.json")
    shipped = json.loads(where.read_text("utf-8"))
    computed = conformance.conformance_vectors()
    for name, values in computed.items():
        for algorithm, value in values.items():
            if shipped.get(name, {}).get(algorithm) != value:
                print(f"{algorithm} of {name} is another one")
    where.write_text(json.dumps(computed, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

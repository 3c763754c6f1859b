"""Put Cedar's published integration tests to the way in which we ask Cedar.

    git clone https://github.com/cedar-policy/cedar-integration-tests
    (cd cedar-integration-tests && tar xzf corpus-tests.tar.gz)
    python -m tests.perf.cedar_corpus --corpus cedar-integration-tests

Each request goes through ``raisonne.policy.deciding.ask``, as those of our own policies do. Where
Cedar allows although a policy raised an error, we deny on purpose: such requests are counted apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cedarpy

from raisonne.policy.deciding import Answer, ask

_SHOWN = 20
_ALLOW_WITH_ERRORS = "allow with errors, denied by us"
_NO_ENTITIES = "[]"


@dataclass
class Tally:
    """What a run counted."""

    counts: Counter[str] = field(default_factory=lambda: Counter({_ALLOW_WITH_ERRORS: 0}))
    differences: list[str] = field(default_factory=list)

    def differ(self, kind: str, where: str) -> None:
        self.counts[kind] += 1
        self.differences.append(f"{kind}: {where}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="most files to run")
    options = parser.parse_args()
    tally, started = Tally(), time.perf_counter()
    for test in sorted(_tests(options.corpus))[: options.limit]:
        run_file(options.corpus, test, tally)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": round(seconds, 1), **dict(sorted(tally.counts.items()))}))
    for line in tally.differences[:_SHOWN]:
        print(line, file=sys.stderr)
    return 1 if tally.differences else 0


def _tests(root: Path) -> Iterator[Path]:
    for folder in ("tests", "corpus-tests"):
        for path in (root / folder).rglob("*.json"):
            if not path.name.endswith(".entities.json"):
                yield path


def run_file(root: Path, path: Path, tally: Tally) -> None:
    """Run all requests of one file of tests."""
    test = json.loads(path.read_text(encoding="utf-8"))
    wanted = [test[key] for key in ("policies", "entities", "schema")]
    if missing := [name for name in wanted if not (root / name).is_file()]:
        tally.counts["files absent"] += 1
        tally.counts["requests absent"] += len(test["requests"])
        print(f"absent: {missing[0]} of {path.name}", file=sys.stderr)
        return
    policies, entities, schema = ((root / name).read_text(encoding="utf-8") for name in wanted)
    tally.counts["files"] += 1
    valid = not cedarpy.validate_policies(policies, schema).errors
    if valid != test["shouldValidate"]:
        tally.differ("validation differs", path.name)
    parsed_schema = cedarpy.Schema.from_str(schema)
    parsed = cedarpy.PolicySet.from_str(policies)
    handle = cedarpy.Entities.from_json_str(entities or _NO_ENTITIES, parsed_schema)
    for number, request in enumerate(test["requests"]):
        # Ours are always checked by the schema; the corpus also holds some that must not be.
        checked = parsed_schema if request.get("validateRequest", True) else None
        (answer,) = ask([_request(request)], parsed, handle, checked)
        _compare(request, answer, f"{path.name} request {number}", tally)


def _request(given: Mapping[str, Any]) -> dict[str, object]:
    named = {key: given[key] for key in ("principal", "action", "resource") if given.get(key)}
    return {**named, "context": json.dumps(given["context"])}


def _compare(expected: Mapping[str, Any], answer: Answer, where: str, tally: Tally) -> None:
    tally.counts["requests"] += 1
    allow, failed = expected["decision"] == "allow", bool(expected["errors"])
    if allow and failed:
        if answer == Answer(allowed=False, policies=(), errors=answer.errors) and answer.errors:
            tally.counts[_ALLOW_WITH_ERRORS] += 1
        else:
            tally.differ("allow with errors, not denied", where)
        return
    if answer.allowed != allow:
        tally.differ("decision differs", f"{where}: expected {expected['decision']}, {answer}")
    elif set(answer.policies) != set(expected["reason"]):
        tally.differ("reasons differ", f"{where}: expected {expected['reason']}, {answer}")
    elif len(answer.errors) != len(expected["errors"]):
        tally.differ("errors differ", f"{where}: expected {expected['errors']}, {answer}")
    else:
        tally.counts["agreements"] += 1


if __name__ == "__main__":
    sys.exit(main())

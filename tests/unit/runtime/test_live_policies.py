"""A running service replaces its policies whole, and only by ones that can be used."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from pathlib import Path

import pytest
from tests.unit.policy.test_lint import OWN

from raisonne.policy.engine import PolicyBundle, packaged_files
from raisonne.policy.profiles import PolicyProfile
from raisonne.rights.errors import PolicyError, RaisonneError
from raisonne.runtime.diagnosis import CheckState, diagnose
from raisonne.runtime.live_policies import LivePolicies
from raisonne.runtime.policy_folder import MAX_FILE_BYTES, MAX_FILES, read_folder
from raisonne.runtime.policy_source import PolicySource
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import open_service


def write(folder: Path) -> Path:
    for name, text in packaged_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "policies")


@pytest.fixture
def live(folder: Path) -> LivePolicies:
    return LivePolicies.open(PolicySource(folder, (), frozenset()))


def own(folder: Path, text: str = OWN) -> Path:
    path = folder / "rights" / "own.cedar"
    path.write_text(text)
    return path


def settle(live: LivePolicies) -> bool:
    """Look twice, as nobody writes in between."""
    return [live.refresh(), live.refresh()][-1]


def test_a_copy_of_the_packaged_bundle_is_the_packaged_bundle(live: LivePolicies) -> None:
    assert live.current().revision == PolicyBundle.packaged().revision
    assert not live.refresh()


def test_a_change_is_in_force_once_nobody_writes_any_more(folder: Path, live: LivePolicies) -> None:
    before = live.current()
    own(folder, OWN.replace("NO_MINING", "HALF"))
    assert not live.refresh()
    own(folder)
    assert not live.refresh()
    assert live.current() is before
    assert live.refresh()
    assert live.current().clauses["own.no-mining"].reason == "NO_MINING"
    assert "own.no-mining" not in before.clauses


def test_old_times_do_not_hide_a_change(folder: Path, live: LivePolicies) -> None:
    path = folder / "rights" / "limits.cedar"
    seen = path.stat()
    path.write_text(path.read_text().replace("rights.expired", "rights.expirad"))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert settle(live)
    assert "rights.expirad" in live.current().rules


def test_what_is_demanded_is_loaded_at_once(folder: Path, live: LivePolicies) -> None:
    own(folder)
    live.demand()
    assert live.refresh()
    assert not live.refresh()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: own(folder, "forbid ("),
        lambda folder: own(folder, OWN.replace("NO_MINING", "")),
        lambda folder: own(folder, OWN.replace("context.use", "context.uze")),
        lambda folder: (folder / "schema.cedarschema").unlink(),
        lambda folder: (folder / "rights" / "own.cedar").write_bytes(b"\xff"),
        lambda folder: (folder / "rights" / "own.cedar").write_bytes(b"/" * (MAX_FILE_BYTES + 1)),
        lambda folder: (folder / "rights" / "own.cedar").symlink_to("nowhere"),
        lambda folder: folder.rename(folder.with_name("elsewhere")),
    ],
    ids=["syntax", "annotation", "schema", "no schema", "no text", "long", "dangling", "gone"],
)
def test_what_cannot_be_used_changes_nothing_and_is_told(
    spoil: object, folder: Path, live: LivePolicies, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(spoil)
    before = live.current()
    with caplog.at_level(logging.ERROR):
        spoil(folder)
        for _ in range(4):
            assert not live.refresh()
    assert live.current() is before
    assert live.problem
    assert [record.message for record in caplog.records] == [
        f"policies {before.revision[:12]} stay in force: {live.problem}"
    ]
    # With it no service starts; with the old texts all is well again.
    settings = Settings(home=folder.parent / "home", policies=str(folder))
    with pytest.raises(PolicyError), open_service(settings):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    write(folder)
    settle(live)
    assert (live.problem, live.current().revision) == ("", before.revision)


def test_the_doctor_tells_what_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    own(folder, "forbid (")
    settings = Settings(home=tmp_path / "home", policies=str(folder))
    policies = LivePolicies.open_or_packaged(PolicySource.of(settings))
    with open_service(settings, policies) as service:
        checks = {check.name: check for check in diagnose(service).checks}
    assert checks["policies"].state is CheckState.FAIL
    assert "rights/own.cedar" in checks["policies"].detail
    assert checks["database"].state is CheckState.OK


def test_whoever_asks_gets_one_whole_bundle(folder: Path, live: LivePolicies) -> None:
    """Two files say the same word; nobody ever sees them differ, or a bundle that lacks one."""
    done = threading.Event()
    seen: set[tuple[str, str]] = set()
    faults: list[object] = []

    def ask() -> None:
        while not done.is_set():
            bundle = live.current()
            words = tuple(
                bundle.clauses[f"own.{name}"].reason
                for name in "ab"
                if bundle.rules.get(f"own.{name}")
            )
            if len(words) not in {0, 2} or len(set(words)) > 1:
                faults.append(words)
            seen.update([(bundle.revision, words[0])] if words else [])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(6):
        for name in "ab":
            text = OWN.replace("no-mining", name).replace("NO_MINING", f"TURN_{turn}")
            (folder / "rights" / f"{name}.cedar").write_text(text)
            live.refresh()  # In between, the two files differ.
        assert settle(live) or live.current().clauses["own.a"].reason == f"TURN_{turn}"
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert {word for _, word in seen} <= {f"TURN_{turn}" for turn in range(6)}


def test_a_link_that_is_turned_changes_all_files_in_one_step(folder: Path, tmp_path: Path) -> None:
    link, other = tmp_path / "link", write(tmp_path / "other")
    own(other)
    link.symlink_to(folder)
    live = LivePolicies.open(PolicySource(link, (), frozenset()))
    turned = tmp_path / "turned"
    turned.symlink_to(other)
    turned.replace(link)
    assert settle(live)
    assert "own.no-mining" in live.current().rules


def test_overlays_and_profiles_are_in_force_and_watched(folder: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "house"
    (overlay / "rights").mkdir(parents=True)
    own(overlay)
    settings = Settings(
        home=tmp_path / "home",
        policy_overlays=(str(overlay),),
        policy_profile=frozenset({PolicyProfile.GALLERY}),
    )
    live = LivePolicies.open(PolicySource.of(settings))
    assert live.current().rules["own.no-mining"].file == "overlays/house/rights/own.cedar"
    assert live.current().profiles == ("gallery",)
    assert "gallery.label" in live.current().rules
    own(overlay, OWN.replace("own.no-mining", "own.none"))
    assert settle(live)
    assert "own.none" in live.current().rules


def test_overlays_of_one_name_are_refused(tmp_path: Path) -> None:
    overlays = (str(tmp_path / "a" / "house"), str(tmp_path / "b" / "house"))
    with pytest.raises(PolicyError, match="told apart"):
        PolicySource.of(Settings(home=tmp_path, policy_overlays=overlays))


def test_a_folder_is_read_within_bounds(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.cedar").write_text("")
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "b_test.yaml").write_text("é")
    assert read_folder(tmp_path) == {"b_test.yaml": "é"}
    for number in range(MAX_FILES):
        (tmp_path / f"{number}.cedar").touch()
    with pytest.raises(RaisonneError, match="more than"):
        read_folder(tmp_path)

"""The policies of a running service: one immutable bundle, replaced whole when its texts change."""

from __future__ import annotations

import logging
import threading

from raisonne.policy.engine import PolicyBundle
from raisonne.rights.errors import PolicyError
from raisonne.runtime.policy_folder import Stamp
from raisonne.runtime.policy_source import PolicySource

_log = logging.getLogger(__name__)


class LivePolicies:
    """Implements ``Policies`` over a source that may change.

    ``current`` reads one reference, so whoever asks gets the old bundle or the new one and never
    parts of both. Only ``refresh`` replaces it, and only by a bundle that parsed and validated.

    Attributes:
        source: Where the texts are.
    """

    def __init__(self, source: PolicySource, bundle: PolicyBundle, loaded: Stamp | None) -> None:
        self.source = source
        self._bundle = bundle
        self._problem = ""
        # What the texts looked like when they were last tried, and at the last look.
        self._tried = self._seen = loaded
        self._demanded = threading.Event()
        self._refreshing = threading.Lock()

    @classmethod
    def open(cls, source: PolicySource) -> LivePolicies:
        """Load the policies.

        Raises:
            PolicyError: If they cannot be used.
        """
        # Looked at before they are read: a change in between is seen at the next look.
        loaded = source.stamp()
        return cls(source, source.texts().bundle(), loaded)

    @classmethod
    def open_or_packaged(cls, source: PolicySource) -> LivePolicies:
        """Load the policies, or else the packaged ones with the problem; only to look around."""
        try:
            return cls.open(source)
        except PolicyError as error:
            opened = cls(source, PolicyBundle.packaged(), None)
            opened._problem = error.message
            return opened

    def current(self) -> PolicyBundle:
        """Return the bundle in force."""
        return self._bundle

    @property
    def problem(self) -> str:
        """Why the texts, as they are now, are not in force; empty if they are."""
        return self._problem

    def demand(self) -> None:
        """Have the next ``refresh`` load the texts as they are; safe in a signal handler."""
        self._demanded.set()

    def refresh(self) -> bool:
        """Look whether the texts changed, and put them in force if they did.

        A change is loaded once two looks in a row see the same: whoever is still writing files is
        not interrupted, as half of a bundle may be a valid one that lacks a rule. Texts that
        cannot be used leave the old bundle in force; that is logged once and kept as ``problem``.

        Returns:
            Whether another bundle is in force than before.
        """
        with self._refreshing:
            try:
                bundle = self._changed()
            except PolicyError as error:
                self._keep(error)
                return False
            if bundle is None:
                return False
            self._demanded.clear()
            self._problem = ""
            before, self._bundle = self._bundle, bundle
        if before.revision == bundle.revision:
            return False
        _log.info("policies %s are in force", bundle.revision[:12])
        return True

    def _changed(self) -> PolicyBundle | None:
        """Return the bundle of texts that changed; None if it is not time to load any."""
        try:
            stamp = self.source.stamp()
        except PolicyError:
            self._tried = self._seen = None  # Whatever is there when they are back is loaded.
            raise
        settled, self._seen = stamp == self._seen, stamp
        if not self._demanded.is_set() and (stamp == self._tried or not settled):
            return None
        texts = self.source.texts()
        if self.source.stamp() != stamp:
            return None
        self._tried = stamp
        return texts.bundle()

    def _keep(self, error: PolicyError) -> None:
        self._demanded.clear()
        if error.message != self._problem:
            revision = self._bundle.revision[:12]
            _log.error("policies %s stay in force: %s", revision, error.message)
        self._problem = error.message

"""Profiles: which further rules are in force for the place where Raisonné works."""

from __future__ import annotations

from enum import StrEnum


class PolicyProfile(StrEnum):
    """Sets of rules that can be put in force together.

    A profile adds policies from ``bundle/profiles/<name>/``, or demands something of the settings
    at start-up, or both. None of them takes a rule of the bundle away.
    """

    MARKETPLACE = "marketplace"
    GALLERY = "gallery"
    DATASET_AUDIT = "dataset-audit"
    CROSS_BORDER = "cross-border"
    OPEN_SOURCE = "open-source"
    EDGE = "edge"
    CLOUD = "cloud"
    QUANTUM_READY = "quantum-ready"

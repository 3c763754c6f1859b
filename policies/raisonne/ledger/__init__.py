"""Audit mathematics: RFC 6962 trees, checkpoints and proofs."""

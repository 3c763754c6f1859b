"""Similarity indexes derived from the catalogue."""

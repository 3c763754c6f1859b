"""Honest pictures that share something common with registered ones and contain none of them."""

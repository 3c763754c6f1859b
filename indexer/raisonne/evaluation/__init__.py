"""Measuring detection: attacks, honest look-alikes, engines side by side, and figures."""

"""The synchronous client, generated."""

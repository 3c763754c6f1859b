"""Keys by URI, and envelope encryption."""

"""The rules: written policies and the pure judge that applies them."""

"""The words: immutable values that every room of Raisonné speaks in.

Nothing here performs I/O, reads a clock or draws randomness.
"""

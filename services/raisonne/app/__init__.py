"""Use cases, one module each, and the ports they ask for.

A use case is a plain synchronous function or a small class; it takes the two or three ports it
uses by name. Adapters live beside this room, never in it.
"""

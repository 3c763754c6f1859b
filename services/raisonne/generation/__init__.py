"""Engines that make pictures, chosen by URI (see ``by_uri``).

The embedded one, ``procedural:``, reads a prompt (``grammar``) into a brief that one of its
families (``families``) composes as a scene of shapes and paint (``scene``), which ``raster`` turns
into pixels of any size, the same on every machine.
"""

"""What the index promises, measured beside bare indexes or other sizes: ``raisonne index bench``.

``vectors``, ``hashes`` and ``points`` measure one kind of segment each, ``growth`` the whole
matcher. What holds a large index runs as a process of its own, in one thread, so that the memory
measured is the index's.
"""

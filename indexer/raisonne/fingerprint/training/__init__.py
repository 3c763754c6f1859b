"""Training of the copy-detection descriptor: pictures, augmentation, loss, schedule, export.

Run ``python -m raisonne.fingerprint.training --help``. Needs the ``models`` extra; nothing outside
this package imports it.
"""

"""Signals in, statements out: opt-out dialects read, merged and written.

Three rules hold for every dialect. A denial is read broadly and a permission narrowly. Silence is
not permission. What cannot be read, and what permits on a condition that is not met here (a
payment, a consent, a class of users), counts as a reservation until a person records a licence.

Nothing here performs I/O or reads a clock: bytes and times are given by the caller.
"""

"""What happens around every call, in this order, whatever its kind.

Access log and request id, errors, deadline, principal, validation; then the servicer.
"""

"""One servicer a file: decode, call one use case in a thread, encode."""

"""What a picture is reduced to: decoding and versioned fingerprints."""

"""C2PA content credentials: signing and reading."""

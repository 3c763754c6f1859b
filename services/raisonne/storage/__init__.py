"""The catalogue, the blob store and the ledger in SQL."""

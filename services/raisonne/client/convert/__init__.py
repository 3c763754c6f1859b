"""Messages to domain values and, where requests need it, back; one file a resource."""

"""Domain values to messages and back, one file a resource."""

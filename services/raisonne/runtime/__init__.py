"""Settings, the composition root and workers."""

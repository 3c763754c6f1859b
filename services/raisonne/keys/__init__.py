"""Keys by URI, envelope encryption, and the development certificate authority."""

"""04 · OpenID Connect."""

"""01 · JSON Web Token (JWT)."""

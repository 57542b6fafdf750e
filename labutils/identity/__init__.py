"""Grant access: tokens, the provider that issues them, and the client that asks for them."""

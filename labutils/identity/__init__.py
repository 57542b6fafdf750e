"""How access is granted: tokens, the provider that issues them, the client that asks for them."""

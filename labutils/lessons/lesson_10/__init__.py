"""10 · Threat hunting with Sigma."""

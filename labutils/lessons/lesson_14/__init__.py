"""14 · Zero trust and counterfactuals."""

"""13 · Phishing-resistant sign-in."""

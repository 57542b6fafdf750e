"""Lesson 04: OpenID Connect."""

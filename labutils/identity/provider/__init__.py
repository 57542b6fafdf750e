"""Run an OpenID Provider, with OAuth 2.0 and OpenID Connect Core, as a WSGI app."""

from labutils.identity.provider.app import Provider

__all__ = ["Provider"]

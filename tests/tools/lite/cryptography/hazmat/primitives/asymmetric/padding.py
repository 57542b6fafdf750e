"""The padding of RSA signatures: PKCS #1 v1.5 alone."""

from cryptography import absent

PSS, MGF1, OAEP = absent("PSS"), absent("MGF1"), absent("OAEP")


class PKCS1v15:
    pass

"""The padding of RSA signatures: PKCS #1 v1.5 alone. The others can be named, as joserfc does when
it is loaded, and nothing is signed or checked with them."""


class AsymmetricPadding:
    """What the paddings have in common. The arguments say how; here nothing asks."""

    def __init__(self, *_how: object, **_named: object):
        pass


class PKCS1v15(AsymmetricPadding):
    pass


class PSS(AsymmetricPadding):
    pass


class OAEP(AsymmetricPadding):
    pass


class MGF1:
    def __init__(self, _algorithm: object):
        pass

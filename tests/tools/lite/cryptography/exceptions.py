"""What goes wrong, by the names of the real package."""


class InvalidSignature(Exception):
    pass


class UnsupportedAlgorithm(Exception):
    pass


class InternalError(Exception):
    pass


class InvalidTag(Exception):
    pass

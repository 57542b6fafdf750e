"""A stand-in for `cryptography`, for a browser without a network: `make lite ARGS=--offline`.

The package registry has no wheel of the real one for a browser. This one knows what the lessons
use, and nothing more: SHA-2, P-256 and its sisters and Ed25519 by PyPI's `ecdsa`, RSA with PKCS #1
v1.5 by Python's `pow`, and small certificates. It is slow, it leaks its keys through time, and it
protects nothing. It is for the lab alone. labutils never imports it, and no wheel of the course
has it.

What other packages import and no lesson calls is found too: calling it raises NotImplementedError.
"""

import functools
import importlib.machinery
import sys
import types

__version__ = "47.0.0"

# What PyJWT, joserfc and python-fido2 import when they are loaded, and no lesson calls.
NEVER_CALLED = (
    "cryptography.hazmat.backends",
    "cryptography.hazmat.primitives.asymmetric.ed448",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.asymmetric.x448",
    "cryptography.hazmat.primitives.ciphers",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.ciphers.algorithms",
    "cryptography.hazmat.primitives.ciphers.modes",
    "cryptography.hazmat.primitives.kdf",
    "cryptography.hazmat.primitives.kdf.concatkdf",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "cryptography.hazmat.primitives.kdf.pbkdf2",
    "cryptography.hazmat.primitives.keywrap",
    "cryptography.hazmat.primitives.padding",
)


@functools.cache
def absent(name: str) -> type:
    """A class of that name that nothing is an instance of, and that cannot be called."""

    def refuse(*_arguments: object, **_named: object) -> None:
        raise NotImplementedError(
            f"The cryptography of this browser knows no {name}: work through this on your own "
            "machine, or on a hub."
        )

    return type(name, (), {"__new__": refuse})


class _NeverCalled:
    """Finds the modules of NEVER_CALLED; each has every name that it is asked for."""

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in NEVER_CALLED:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, _spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        def name_of(name: str) -> object:
            if name.startswith("__"):
                raise AttributeError(name)
            return (lambda: None) if name == "default_backend" else absent(name)

        module.__getattr__ = name_of


sys.meta_path.append(_NeverCalled())

"""What a company decides around its security keys (lesson 13).

It stands alone, so that whoever reads the settings need not load the libraries of keys.
"""

from collections.abc import Mapping

# What a company decides. The first value of each is how many providers are set up at first.
SETTINGS: dict[str, tuple[str, ...]] = {
    "codes": ("taken", "refused"),
    "devices": ("from anywhere", "from the office", "off"),
    "consent": ("people decide", "approved clients", "own clients"),
    "recovery": ("questions", "second key", "never"),
}
Company = Mapping[str, str]
OPEN: Company = {name: values[0] for name, values in SETTINGS.items()}
CLOSED: Company = {
    "codes": "refused",
    "devices": "from the office",
    "consent": "approved clients",
    "recovery": "second key",
}

"""The countries that requests of a case come from."""

from typing import NamedTuple


class Country(NamedTuple):
    """A country as a log names it, and where its middle is."""

    name: str
    latitude: float
    longitude: float


# By their codes (ISO 3166-1).
COUNTRIES = {
    "US": Country("United States", 37.751, -97.822),
    "GB": Country("United Kingdom", 51.496, -0.122),
    "PT": Country("Portugal", 39.6, -8.0),
    "DE": Country("Germany", 51.3, 9.5),
    "NL": Country("Netherlands", 52.382, 4.899),
    "BR": Country("Brazil", -22.831, -43.219),
    "SG": Country("Singapore", 1.367, 103.8),
    "IN": Country("India", 21.998, 79.001),
    "JP": Country("Japan", 35.69, 139.69),
    "ZA": Country("South Africa", -29.0, 24.0),
}

"""16 · OAuth grants of an integration: what its notebook imports."""

from . import month
from .both_incidents import print_both, stops_both
from .connected_system import (
    ACTS,
    CRM,
    LOGIN,
    OFFICE,
    RENTED,
    VENDOR,
    connected,
    print_policy,
    renewed,
)
from .two_defences import FOR_SALE, print_pairs, stopped

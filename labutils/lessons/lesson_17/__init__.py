"""17 · Capstone: what its notebook imports."""

from .pictures import what_he_did
from .unseen import (
    DAY,
    HOUR,
    accounts,
    by_address,
    called_in,
    in_words,
    moment,
    opened,
    print_addresses,
    print_lines,
    print_tenants,
    print_tickets,
    show_plans,
)

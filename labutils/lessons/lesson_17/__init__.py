"""17 · Capstone: what its notebook imports."""

from .claims import print_claims, print_report
from .people import ask
from .pictures import what_he_did
from .unseen import (
    DAY,
    HOUR,
    accounts,
    by_address,
    called_in,
    clock,
    leaving_out,
    moment,
    opened,
    print_acts,
    print_addresses,
    print_day_before,
    print_eviction,
    print_lines,
    print_tenants,
)

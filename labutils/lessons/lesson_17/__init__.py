"""17 · Capstone: what its notebook imports."""

from .unseen import (
    DAY,
    HOUR,
    accounts,
    by_address,
    called_in,
    moment,
    print_addresses,
    print_eviction,
    print_lines,
    show_plans,
    what_tells,
)

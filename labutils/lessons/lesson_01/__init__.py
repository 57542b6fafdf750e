"""01 · JSON Web Token (JWT): what its notebook imports."""

from .logged_tokens import (
    KEY,
    LINE,
    four_ways_to_write,
    print_refused,
    print_times,
    same_bytes,
    tokens_of_a_day,
    with_key_and_time,
    with_the_key,
    without_the_key,
)
from .payroll import payroll_page

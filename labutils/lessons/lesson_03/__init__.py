"""03 · The authorization code flow: what its notebook imports."""

from .missing_defences import (
    ALIKE,
    ASKED_FOR,
    CALLBACK,
    NAMES,
    RFC_VERIFIER,
    TRAP,
    api_request,
    diary,
    hidden,
    one_client,
    outcomes,
    parameters,
    print_compared,
    print_with_code,
    swap,
    through,
    token_request,
    values_on,
    who_refused,
)

"""03 · The authorization code flow: what its notebook imports."""

from .missing_defences import (
    ALIKE,
    ASKED_FOR,
    CALLBACK,
    NAMES,
    TRAP,
    api_request,
    diary,
    hidden,
    inject_code,
    one_client,
    outcomes,
    parameters,
    print_compared,
    print_with_code,
    redirect_on,
    swap,
    through,
    token_request,
    values_on,
    who_refused,
)
from .missing_defences import RFC_VERIFIER as VERIFIER

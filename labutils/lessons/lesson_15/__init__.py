"""15 · Containment, eviction, credential rotation: what its notebook imports."""

from . import credential_rotation, eviction
from .credential_rotation import old_secret, old_secrets
from .incident_response import FIVE, Evening, carry_out, print_proof

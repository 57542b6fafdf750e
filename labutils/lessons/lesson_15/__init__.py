"""15 · Containment, eviction, credential rotation: what its notebook imports."""

from . import credential_rotation, eviction
from .by_trying import made_inside, proof
from .credential_rotation import old_secret, old_secrets
from .eviction import after_a_visit
from .incident_response import FIVE, ORDERS, Evening, came_back, carry_out, print_proof

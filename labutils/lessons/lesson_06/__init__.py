"""06 · Token replay: what its notebook imports."""

from . import attacker_minutes
from .replay import print_entry, refresh, steal
from .second_factor import ada_signs_in

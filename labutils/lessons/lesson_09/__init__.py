"""09 · The attack chain, tactic by tactic: what its notebook imports."""

from . import attack_chain
from .watched_company import ALARMS, come_back, under_alarm

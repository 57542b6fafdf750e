"""Seal the answers of a world: a learner can count right event ids, and cannot read them.

A seal keeps honest people from seeing an answer by accident. It is not a secret: anyone who tries
every id of a world finds the right ones within minutes.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labutils.incident.ground_truth import NotAWorld, read_ground_truth
from labutils.text import shown

ROUNDS = 2_000  # of PBKDF2: a check of a hundred ids takes a moment, one of all ids minutes
SEAL = "sealed.json"
DIGITS = 16  # of a hash


@dataclass(frozen=True)
class Checked:
    """A count of the ids that belong to the attack, and of its logged steps that they cover."""

    right: int
    ids: int
    steps: int
    all_steps: int

    def __str__(self) -> str:
        return (
            f"{self.right} of {self.ids} events belong to the attack; "
            f"they are of {self.steps} of its {self.all_steps} logged steps"
        )


def seal(folder: Path, salt: str) -> Path:
    """Write the seal of a world beside its logs: salted hashes of the attack's event ids and facts.

    Raises NotAWorld.
    """
    truth = read_ground_truth(folder)
    sealed = {_hash(salt, name): _hash(salt, fact) for name, fact in truth.facts.items()}
    content = {"salt": salt, "events": dict(sorted(sealed.items()))}
    path = folder / SEAL
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def check(ids: Iterable[str], path: Path) -> Checked:
    """Return how many of these event ids are right, by a seal.

    Raises NotAWorld where it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        salt, sealed = str(content["salt"]), dict(content["events"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NotAWorld(
            f"{shown(str(path))} is not the seal of a world: {shown(str(error))}"
        ) from error
    chosen = set(ids)
    right = [sealed[name] for name in (_hash(salt, one) for one in chosen) if name in sealed]
    return Checked(len(right), len(chosen), len(set(right)), len(set(sealed.values())))


def _hash(salt: str, text: str) -> str:
    stretched = getattr(hashlib, "pbkdf2_hmac", _pbkdf2_hmac)  # a browser's Python has none
    return str(stretched("sha256", text.encode(), salt.encode(), ROUNDS).hex()[:DIGITS])


def _pbkdf2_hmac(name: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    """The first block of PBKDF2 (RFC 8018, 5.2), which is all of it for the length of one hash."""
    start = hmac.new(password, digestmod=name)

    def mac(message: bytes) -> bytes:
        one = start.copy()
        one.update(message)
        return one.digest()

    block = mac(salt + (1).to_bytes(4))
    total = int.from_bytes(block)
    for _ in range(rounds - 1):
        block = mac(block)
        total ^= int.from_bytes(block)
    return total.to_bytes(len(block))

"""The same proofs at two servers that others wrote, and where they differ."""

from labutils.stage.recorded import recorded

from .hostile_proofs import ProofCase, disputed_proofs, honest_proofs, hostile_proofs
from .one_check_off import Check, answer_of, at_the_api


def asked_of_others() -> list[ProofCase]:
    """The proofs for the API that are no replay: honest, disputed and hostile."""
    proofs = [*honest_proofs(), *disputed_proofs(), *hostile_proofs()]
    return [case for case in at_the_api(proofs) if not case.seen]


def letting_in(proof: str) -> list[str]:
    """The implementations that let this proof in, each with its version."""
    of = recorded("proofs")
    versions, said = of["versions"], of["rows"][proof]
    return [f"{name} {version}" for name, version in versions.items() if said[name] is None]


def rows(check: Check) -> list[dict[str, str]]:
    """A row for each proof about which two servers say otherwise than the other, or than this
    check: what it says of the proof, and what each of them says."""
    servers = [f"{name} {version}" for name, version in recorded("proofs")["versions"].items()]
    differ = []
    for case in asked_of_others():
        yours = answer_of(check, case.proof, {**case.request, "seen": set()}).partition(":")[0]
        theirs = letting_in(case.name)
        if len(theirs) != len(servers) * (yours == "let in"):
            said = {name: "lets in" if name in theirs else "refuses" for name in servers}
            differ.append(
                {"proof": case.name, "yours": "lets in" if yours == "let in" else "refuses"} | said
            )
    return differ

"""Two incidents side by side: how many thieves each control stops, from the draws that are kept."""

from collections.abc import Sequence

from .draws import THIEVES, stopped, stopped_in_2023
from .kept_draws import about
from .thieves import ASSUMPTIONS

# A defence in words; the control that stands for it in 2023, and the one in 2025.
SIDE_BY_SIDE = {
    "the secret is replaced after the notice": ("exposed_rotated", "2025"),
    "a tool works only from its own addresses": ("service_tokens_bound", "service_tokens_bound"),
    "only networks that it has used before": ("behaviour_checked", "behaviour_checked"),
    "an alarm on a new address": ("alert_token_elsewhere", "alert_token_elsewhere"),
    "no more rights than its job needs": (
        "repository_least_privilege",
        "integration_least_privilege",
    ),
}
# What was tried in 2025 alone.
OF_2025 = {
    "a key in place of the secret": "grants_key_bound",
    "a grant ends after 90 days": "service_tokens_expire",
    "an alarm on looking round": "alert_looking_round",
    "an alarm on the export": "alert_bulk_reads",
    "unused grants are removed": "grants_reviewed",
    "a second person approves a bulk export": "bulk_export_approved",
    "the vendor keeps tokens away from developers": "supplier_tokens_sealed",
}
NINE_IN_TEN = THIEVES * 9 // 10


def both_rows() -> list[dict[str, object]]:
    """Of 1,000 thieves of 2023 and of 2025, how many each defence stops, by the weights that we
    typed; under both assumptions of each incident where these differ."""
    rows: list[dict[str, object]] = []
    for words, (then, now) in SIDE_BY_SIDE.items():
        of_2023 = [[count] for count in stopped_in_2023(then).values()]
        rows.append(
            {"defence": words, "2023: archiving": _cell(of_2023), "2025: export": _now(now)}
        )
    for words, control in OF_2025.items():
        rows.append({"defence": words, "2023: archiving": "", "2025: export": _now(control)})
    return rows


def _now(control: str) -> str:
    return _cell(_of_2025(control))


def _of_2025(control: str) -> list[list[int]]:
    """The counts of a control of 2025, an assumption after the other."""
    return [stopped(control, assumption) for assumption in ASSUMPTIONS]


def _cell(under: Sequence[Sequence[int]]) -> str:
    """About how many under each assumption, once where they are as good as alike."""
    first, second = (about(counts) for counts in under)
    middles = [sorted(counts)[len(counts) // 2] for counts in under]
    return first if abs(middles[0] - middles[1]) <= THIEVES // 50 else f"{first}, or {second}"


def stops_both() -> list[str]:
    """The defences that stop nine thieves in ten in both incidents, under every assumption."""
    return [
        words
        for words, (then, now) in SIDE_BY_SIDE.items()
        if all(map(_robust, [*([n] for n in stopped_in_2023(then).values()), *_of_2025(now)]))
    ]


def _robust(counts: Sequence[int]) -> bool:
    return sum(count >= NINE_IN_TEN for count in counts) >= len(counts) * 9 // 10

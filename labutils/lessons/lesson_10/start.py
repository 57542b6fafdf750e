"""What *Threat hunting with Sigma* starts from: its notebook imports all of this."""

import re
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    check,
    ending,
    experiment,
    hint,
    logs,
    mine,
    quiz,
    show,
    show_log,
    solution,
    target,
)
from labutils.classroom.endings import welcome_back
from labutils.incident.logs import Logs
from labutils.incident.scoring import Score
from labutils.stage.sigma_text import BUDGET, GATEWAY, gateway_rule, sigma

from . import hunting
from .hunting import (
    IN_ORDER,
    PRIVILEGED,
    WORLDS,
    a_month,
    changes_made,
    correlated,
    in_worst_week,
    on_paper,
)
from .other_siem import by_rule_of_the_alarm, by_search
from .own_hypothesis import command_line, not_seen
from .pictures import intrusion, precision_by_alerts
from .real_log import hunted


def who_knows(month: Logs, token: str) -> None:
    """Show in which of the logs a token's name is found."""
    silent, _ = month.which_name(token)
    rows = [
        {"log": source, "lines": f"{lines:,}", "names it": "never" if source in silent else "yes"}
        for source, lines in month.counts().items()
    ]
    show_log(
        rows,
        f"Who has heard of {token}?",
        lit=("names it", "yes"),
        why="A program shows its token at the gateway, and signs in nowhere. So does whoever holds "
        "a copy. The log of sign-ins is the longest of all, and knows nothing. (Here tokens have "
        "names; the vendor gives them UUIDs.)",
        moral="Hunt for the thief's sign-in, and you hunt a line that does not exist.",
    )


def compare(month: Logs, **rules: str) -> None:
    """Show what each rule costs and what it finds, with the truth that nobody has at work."""
    scores = {name: month.score(month.hunt(rule)) for name, rule in rules.items()}
    rows = [_row(name, score) for name, score in scores.items()]
    show_log(
        rows,
        "What each rule costs, and what it finds",
        why="Whoever tunes sees the price at once and the loss never: no intruder of this month "
        "used a token that you left out. The next one may.",
        moral="Write down what you chose not to see.",
    )


def _row(name: str, score: Score) -> dict[str, object]:
    return {
        "rule": name,
        "alerts": score.precision.trials,
        "in its worst week": in_worst_week(score),
        "true": score.precision.hits,
        "steps seen": f"{score.recall.hits} of {score.recall.trials}",
    }


def in_unseen_months(**rules: str) -> list[int]:
    """Show how many alerts of each rule are true, in this month and in six that nobody has seen;
    return in how many of the six the first and the second find anything that is true."""
    texts = [re.sub("(?m)^name: .+$", f"name: {name}", rule) for name, rule in rules.items()]
    scores = hunting.in_all_worlds(*texts)
    rows = []
    for world, score in scores.items():
        by_rule = {one.rule_id: one.precision for one in score.by_rule}
        rows.append(
            {"month": world, "intruder": {"here": "yours", **WORLDS}[world]}
            | {name: _true_of_all(by_rule.get(name)) for name in rules}
        )
    show_log(
        rows,
        "True alerts, of all alerts",
    )
    unseen = [{one.rule_id: one.precision for one in scores[w].by_rule} for w in WORLDS]
    return [
        sum(name in precise and precise[name].hits > 0 for precise in unseen)
        for name in list(rules)[:2]
    ]


def _true_of_all(share: Any) -> str:
    return f"{share.hits} of {share.trials}" if share else "none"


def by_address(address: str) -> str:
    """Return the rule that an incident report asks for: one address."""
    detection = f"login:\n    ipAddress: {address}\ncondition: login\n"
    return sigma("by_address", GATEWAY, "The address from the report", detection, "high")


def on_record(scene: Logs, name: str) -> None:
    """Show what people wrote down about the author of a change, two days before it and after:
    tickets, duties, trips."""
    changes = {one["id"]: one for one in changes_made(scene)}
    if name not in changes:
        print(f"{name!r} is no line of the tracker that makes an account, changes a group or runs "
              "a script.")  # fmt: skip
        return
    change = changes[name]
    rows = hunting.rows_about(scene, change)
    label = f"{change['who']}, {change['action']}, {change['time'][:16]}"
    show_log(rows or [{"on record": "nothing"}], label)


welcome_back("10")
__all__ = [
    "BUDGET", "GATEWAY", "IN_ORDER", "PRIVILEGED", "a_month", "accepts", "by_address",
    "by_rule_of_the_alarm", "by_search", "changes_made", "check", "command_line", "compare",
    "correlated", "ending", "experiment", "gateway_rule", "hint", "hunted", "hunting",
    "in_unseen_months", "intrusion", "logs", "mine", "not_seen", "on_paper", "on_record",
    "precision_by_alerts", "quiz", "show", "show_log", "sigma", "solution", "target", "who_knows",
]  # fmt: skip

"""Write a Sigma rule from a detection, as a learner writes one (lessons 10 and 17)."""

from itertools import takewhile
from textwrap import dedent, indent

from labutils.hunt.sources import SOURCES

GATEWAY = "cloudflare_access_nonidentity"
BUDGET = 7  # alerts of a week that one rule may cost, of the 35 that the team reads


def below(head: str, text: str) -> str:
    """A text in YAML as it stands below this head, however it was indented. Where the text has the
    head itself, as a whole rule has, what stands below it is taken."""
    lines = dedent(text.strip("\n")).strip().splitlines()
    starts = [place for place, line in enumerate(lines) if line.strip() == f"{head}:"]
    if starts and not lines[starts[0]].startswith(" "):
        rest = lines[starts[0] + 1 :]
        inside = list(takewhile(lambda line: not line.strip() or line.startswith(" "), rest))
        lines = dedent("\n".join(inside)).strip().splitlines()
    body = "\n".join(lines)
    return f"{head}:\n{indent(body, '    ')}\n"


def sigma(name: str, source: str, title: str, detection: str, level: str = "medium") -> str:
    """A Sigma rule as text: the head that each rule has, and a detection in YAML."""
    names = "".join(f"    {key}: {one}\n" for key, one in SOURCES[source].sigma.named.items())
    return (
        f"title: {title}\nname: {name}\nauthor: you\nlogsource:\n{names}"
        f"{below('detection', detection)}level: {level}\n"
    )


def sigma_name(source: str) -> str:
    """What Sigma calls a log, as it stands in a rule."""
    return ", ".join(f"{key}: {one}" for key, one in SOURCES[source].sigma.named.items())


def gateway_rule(detection: str, name: str = "token_abroad") -> str:
    """Return a whole Sigma rule about the gateway's log for programs, with this detection."""
    return sigma(name, GATEWAY, "Service token from elsewhere", detection)

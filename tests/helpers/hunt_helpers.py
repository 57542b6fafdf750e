"""Rules and logs of the tests' own, and the hunt over them."""

import json

import yaml

from labutils.hunt import engine, hunt, kept_events

OKTA = {"product": "okta", "service": "okta"}


def rule(selection, condition="selection", logsource=None, **more):
    """A Sigma rule as a mapping; `selection` may be several, by name."""
    named = selection if condition != "selection" else {"selection": selection}
    whole = {
        "title": "A rule",
        "author": "Ada",
        "level": "high",
        "logsource": logsource or OKTA,
        "detection": {**named, "condition": condition},
    }
    return whole | more


def correlation(kind, rules, **more):
    """A Sigma correlation as a mapping."""
    body = {"type": kind, "rules": rules, "timespan": "10m", **more}
    return {"title": "A correlation", "author": "Tom", "level": "medium", "correlation": body}


def okta(event_type="user.session.start", second=0, **more):
    """An event of Okta's System Log, cut down."""
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    published = f"2023-11-14T{9 + hour:02}:{minute:02}:{second:02}.000Z"
    return {"eventType": event_type, "published": published} | more


def as_yaml(rules):
    """Rules as the text of a file."""
    return yaml.dump_all(rules, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))


def write_rules(folder, *rules, name="rules.yml"):
    path = folder / name
    path.write_text(as_yaml(rules), encoding="utf-8")
    return path


def write_events(folder, *events, name="okta.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def hunted(folder, rules, events):
    """The hunt of rules over events of Okta."""
    return hunt([write_rules(folder, *rules)], [write_events(folder, *events)])


def lines(result):
    """The numbers of the events that were hit."""
    return sorted({int(name.split(":")[1]) for hit in result.hits for name in hit.event_ids})


def events_of(path, *names):
    """The events at a path, with columns for some fields of okta."""
    files, _ = engine.log_files([path])
    result = engine.Hunt()
    return kept_events.kept(files, lambda: engine.events([path], result), result, {"okta": names})

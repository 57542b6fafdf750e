"""Real libraries and providers, asked with the course's own tokens and actions: `make real`.

Each table of data/real is asked for anew and written, with the day on which it last came out
otherwise. What differs from the table that was there is printed. The status is 1 where a row of the
course's own differs, since that is ours to mend; what others changed is news.
"""

import argparse
import datetime
import importlib.metadata
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from labutils.identity.relying_party import validate_id_token
from labutils.identity.tokens import verify
from labutils.lessons.lesson_02 import real_verifiers as real
from labutils.lessons.lesson_11 import differing
from labutils.lessons.lesson_11.hostile_proofs import ACCESS, AT_API, PROVIDER
from labutils.lessons.lesson_11.one_check_off import refusal
from labutils.stage.forgeries import ISSUER, KEYS, SERVICE, public_pem
from labutils.stage.recorded import OURS
from tools.environments import python_with
from tools.real import course_provider, page
from tools.real import exchange as exchanging
from tools.real.asking import printed, told

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TABLES = ROOT / "data" / "real"
A_DAY_LATER = real.CLAIMS["iat"] + 86_400
Table = dict[str, Any]


# --- verifiers ----------------------------------------------------------------------------------


def by_the_course(token: str) -> Any:
    """The course's verifier of any token, told to take sign-in tokens alone."""
    now = A_DAY_LATER
    return verify(token, KEYS, issuer=ISSUER, audience="wiki", now=now, typ="JWT")


def by_its_relying_party(token: str) -> Any:
    """The course's check of an ID token."""
    asked: Any = {"issuer": ISSUER, "client_id": "wiki", "nonce": real.NONCE, "now": A_DAY_LATER}
    return validate_id_token(token, KEYS, **asked)


def verifiers() -> Table:
    """Return whom each verifier lets in for each visitor: by its first example, and carefully."""
    visitors = real.visitors()
    here = {name: (real.FIRST[name], real.CAREFUL[name]) for name in real.FIRST}
    here |= {OURS: (by_the_course, by_its_relying_party)}
    says = {
        name: {one.name: [real.whom(call, one.token) for call in calls] for one in visitors}
        for name, calls in here.items()
    }
    versions = {name: importlib.metadata.version(name) for name in real.FIRST}
    versions[OURS] = importlib.metadata.version("anatomy-of-a-cloud-hack")
    for answer in (asked(python(), "verifiers.py"), asked(node(), "verifiers.mjs")):
        says |= answer["says"]
        versions |= answer["versions"]
    return {
        "runs_on": [f"Python {platform.python_version()}", f"Node.js {node_version()}"],
        "versions": versions,
        "groups": {one.name: one.group for one in visitors},
        "rows": {one.name: {name: its[one.name] for name, its in says.items()} for one in visitors},
    }


def asked(program: str, script: str) -> Table:
    """Return what a script says of all visitors."""
    question = {
        "pem": public_pem(SERVICE.jwk).decode(),
        "keys": KEYS,
        "issuer": ISSUER,
        "nonce": real.NONCE,
        "tokens": {one.name: one.token for one in real.visitors()},
    }
    table: Table = told(program, str(HERE / script), question=question, cwd=HERE)
    return table


def proofs() -> Table:
    """Return why each of two implementations of DPoP, and the course's own, refuses each proof of
    lesson 11 that is for the API and no replay; None where it is let in."""
    cases = differing.asked_of_others()
    question = {
        "issuer": ACCESS["iss"],
        "audience": ACCESS["aud"],
        "keys": {"keys": [PROVIDER.jwk]},
        **{name: AT_API[name] for name in ("url", "token", "jkt", "now")},
        "proofs": {case.name: case.proof for case in cases},
    }
    said = told(node(), str(HERE / "proofs.mjs"), question=question, cwd=HERE)
    refused = {OURS: {case.name: refusal(case) or None for case in cases}} | said["refused"]
    return {
        "runs_on": [f"Node.js {node_version()}"],
        "versions": said["versions"],
        "rows": {
            case.name: {who: its[case.name] for who, its in refused.items()} for case in cases
        },
    }


def museum() -> Table:
    """Return whom old versions let in for forgeries, and the ones after them."""
    # Here, and not above: no other table wants what it makes.
    from tools.real.museum import exhibited
    from tools.real.museum_forgeries import asked

    return {"runs_on": [platform.python_version(), node_version()], "pieces": exhibited(asked())}


# --- providers ----------------------------------------------------------------------------------


def providers() -> Table:
    """Return what a thief's copies still open after each action, here and at two providers that
    others wrote."""
    said = [
        course_provider.report(),
        printed(python(), str(HERE / "django_toolkit.py"), cwd=HERE),
        printed(node(), str(HERE / "oidc_provider.mjs"), cwd=HERE),
    ]
    return {"providers": {one.pop("name"): one for one in said}}


def lemonldap() -> Table:
    """Return the same of LemonLDAP::NG, and write the audit log of a theft there."""
    log = str(TABLES / "lemonldap.jsonl")
    folder = str(ROOT / "build" / "real" / "lemonldap")
    command = (sys.executable, str(HERE / "lemonldap.py"), folder, "--log", log)
    said = printed(*command, cwd=HERE)
    return {"providers": {said.pop("name"): said}}


def exchange() -> Table:
    """Return what the course and idpyoidc answer to each request for an exchange."""
    script = str(HERE / "exchange_idpyoidc.py")
    said = told(python(), script, question=exchanging.QUESTIONS, cwd=HERE)
    rows = {
        name: {
            OURS: exchanging.answer(changes),
            **dict.fromkeys(said["versions"], said["rows"][name]),
        }
        for name, changes in exchanging.QUESTIONS.items()
    }
    return {"runs_on": [platform.python_version()], "versions": said["versions"], "rows": rows}


def relay() -> Table:
    """Return what a browser with a security key does at each of Tom's links of `labutils relay`."""
    said: Table = printed(sys.executable, str(HERE / "relay.py"), cwd=ROOT)
    return said


# --- what they run in ---------------------------------------------------------------------------


def python() -> str:
    """The Python of tools/real/requirements.txt."""
    return str(python_with("real", HERE / "requirements.txt"))


def node() -> str:
    """Node.js, with the packages of package-lock.json beside the scripts. Raises SystemExit where
    there is none."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        raise SystemExit("make real wants Node.js 20 or newer with npm, and there is none here.")
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        if subprocess.call(command, cwd=HERE):
            raise SystemExit("npm could not install what package-lock.json of tools/real names.")
    return program


def node_version() -> str:
    """The version of Node.js."""
    done = subprocess.run([node(), "--version"], capture_output=True, encoding="utf-8")
    return done.stdout.strip().removeprefix("v")


# --- the tables ---------------------------------------------------------------------------------

ASKED: dict[str, Callable[[], Table]] = {
    "verifiers": verifiers,
    "proofs": proofs,
    "providers": providers,
    "exchange": exchange,
    "museum": museum,
    "lemonldap": lemonldap,
    "relay": relay,
}
FOR_MAINTAINERS = ("museum", "lemonldap", "relay")  # asked for by name alone


def renew(name: str) -> bool:
    """Ask for a table anew, print what differs, write it, and return whether the course's own rows
    are as they were."""
    path = TABLES / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    now = ASKED[name]()
    changes = [*differences(without_day(before), now)] if before else []
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    recorded = before["recorded"] if before and not changes else today
    command = f"make real ARGS={name}" if name in FOR_MAINTAINERS else "make real"
    text = json.dumps({"recorded": recorded, "command": command, **now}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    count = f"{len(changes)} differences from the table that was there" if before else "new"
    print(f"{path.relative_to(ROOT)}: {count}.")
    for place, old, new in changes:
        print(f"  {' / '.join(place)}: {old} -> {new}")
    return not before or not any(is_ours(place) for place, _, _ in changes)


def is_ours(place: tuple[str, ...]) -> bool:
    """Whether what differs is a result of the course's own; its version is none."""
    return OURS in place and not {"version", "versions"} & set(place)


def without_day(table: Table) -> Table:
    """A table without what is no result."""
    return {key: value for key, value in table.items() if key not in ("recorded", "command")}


def differences(
    before: Any, now: Any, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield each place in which two tables differ, with what was there and what is."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before)]:
            yield from differences(before.get(key), now.get(key), (*place, key))
    elif before != now:
        yield place, before, now


def main(arguments: list[str]) -> int:
    """Renew these tables, or all; the exit status."""
    parser = argparse.ArgumentParser("make real", description=__doc__)
    parser.add_argument(
        "tables",
        nargs="*",
        choices=[[], *ASKED],
        help="all that need nothing more, if none is named",
    )
    chosen = parser.parse_args(arguments).tables or [
        name for name in ASKED if name not in FOR_MAINTAINERS
    ]
    kept = [renew(name) for name in chosen]
    page.write()
    if not all(kept):
        print("A row of the course's own came out otherwise: see above.")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

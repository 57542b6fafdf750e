"""Other right answers to lesson 19, and changes of a solution that change nothing."""

OTHER_RIGHT: dict[str, list[str]] = {
    "19-1": [
        """
def answer(header, claims, me):
    match header.get("typ"), claims.get("aud"):
        case "at+jwt", str(one):
            return one == me
        case "at+jwt", list(many):
            return many.count(me) > 0
    return False
""",
        """
def answer(header, claims, me):
    if header.get("typ") != "at+jwt":
        return False
    aud = claims.get("aud", ())
    return me in ((aud,) if isinstance(aud, str) else tuple(aud))
""",
        """
def answer(header, claims, me):
    aud = claims.get("aud")
    is_mine = aud == me or (isinstance(aud, list) and any(one == me for one in aud))
    return is_mine and header.get("typ") == "at+jwt"
""",
    ],
    "19-2": [
        """
def answer(subject, actor, wanted, now):
    if HOSTS[actor] != subject["aud"] or wanted["aud"] not in TARGETS[actor]:
        raise ValueError("that is not for you")
    if subject["exp"] - now <= 0:
        raise ValueError("over")
    if subject.get("may_act") not in (None, {"sub": actor}):
        raise ValueError("somebody else may act")
    left = list(filter(wanted["scope"].split().__contains__, subject["scope"].split()))
    if not left:
        raise ValueError("nothing left")
    new = {**subject, "aud": wanted["aud"], "scope": " ".join(left), "act": {"sub": actor}}
    new.pop("may_act", None)
    new["exp"] = now + min(300, subject["exp"] - now)
    if "act" in subject:
        new["act"]["act"] = dict(subject["act"])
    return new
""",
        """
def answer(subject, actor, wanted, now):
    asked = set(wanted["scope"].split())
    scope = " ".join(word for word in subject["scope"].split() if word in asked)
    refusals = (
        subject["aud"] != HOSTS[actor],
        wanted["aud"] not in TARGETS[actor],
        now >= subject["exp"],
        "may_act" in subject and subject["may_act"] != {"sub": actor},
        not scope,
    )
    if any(refusals):
        raise ValueError("no")
    act = {"sub": actor}
    if "act" in subject:
        act = {**act, "act": subject["act"]}
    end = now + 300 if now + 300 < subject["exp"] else subject["exp"]
    return dict(sub=subject["sub"], aud=wanted["aud"], scope=scope, exp=end, act=act)
""",
        """
class Refused(ValueError):
    pass

def only(right, why):
    if not right:
        raise Refused(why)

def answer(subject, actor, wanted, now):
    only(subject["aud"] == HOSTS[actor], "the subject is for somebody else")
    only(subject["exp"] > now, "over")
    only(wanted["aud"] in TARGETS[actor], "not there")
    only(subject.get("may_act", {"sub": actor}).get("sub") == actor, "may_act")
    words = []
    for word in subject["scope"].split():
        if word in wanted["scope"].split():
            words.append(word)
    only(words, "nothing left")
    act = {"sub": actor}
    if subject.get("act") is not None:
        act["act"] = subject["act"]
    return {
        "act": act,
        "aud": wanted["aud"],
        "exp": sorted([subject["exp"], now + 300])[0],
        "scope": " ".join(words),
        "sub": subject["sub"],
    }
""",
    ],
    "19-3": [
        """
def answer(user, client, redirect_uri, approvals):
    if redirect_uri not in client["redirect_uris"]:
        return False
    return {(user, client["client_id"], redirect_uri)} <= approvals
""",
        """
def answer(user, client, redirect_uri, approvals):
    registered = redirect_uri in client["redirect_uris"]
    return registered and any(
        who == user and which == client["client_id"] and where == redirect_uri
        for who, which, where in approvals
    )
""",
        """
def answer(user, client, redirect_uri, approvals):
    mine = {where for who, which, where in approvals if (who, which) == (user, client["client_id"])}
    return redirect_uri in mine.intersection(client["redirect_uris"])
""",
    ],
    "19-4": [
        """
import urllib.parse
def answer(metadata, remembered):
    def at_home(name):
        address = urllib.parse.urlparse(metadata.get(name) or "")
        return address.scheme == "https" and address.hostname in set(remembered["hosts"])
    return (
        "issuer" in metadata
        and metadata["issuer"] == remembered["issuer"]
        and metadata.get("code_challenge_methods_supported", []).count("S256") > 0
        and at_home("authorization_endpoint")
        and at_home("token_endpoint")
    )
""",
        """
from urllib.parse import urlsplit
def answer(metadata, remembered):
    if metadata.get("issuer") != remembered["issuer"]:
        return False
    if "S256" not in metadata.get("code_challenge_methods_supported", ()):
        return False
    for name in ("authorization_endpoint", "token_endpoint"):
        if name not in metadata:
            return False
        scheme, _, _, _, _ = address = urlsplit(metadata[name])
        if scheme != "https" or address.hostname not in remembered["hosts"]:
            return False
    return True
""",
        """
from urllib.parse import urlsplit
def answer(metadata, remembered):
    try:
        ends = metadata["authorization_endpoint"], metadata["token_endpoint"]
        methods, issuer = metadata["code_challenge_methods_supported"], metadata["issuer"]
    except KeyError:
        return False
    hosts = {urlsplit(end).hostname for end in ends}
    schemes = {urlsplit(end).scheme for end in ends}
    known = hosts <= set(remembered["hosts"]) and schemes == {"https"}
    return known and issuer == remembered["issuer"] and "S256" in methods
""",
    ],
    "19-5": [
        'answer = ["she approves what goes out", "a token for this ticket"]',
        'answer = frozenset({"a token for this ticket", "she approves what goes out"})',
        'answer = ("a token for this ticket", "she approves what goes out")',
    ],
}

# Exercise -> a change of its solution that changes nothing -> why.
EQUIVALENT: dict[str, dict[str, str]] = {
    "19-2": {"'refused' -> 'refusedx'": "what a refusal says is free"},
}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {}

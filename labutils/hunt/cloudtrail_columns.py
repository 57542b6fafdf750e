"""Read AWS CloudTrail's events from the columns that Athena and CloudTrail Lake put them in.

Both write a struct as `{type=IAMUser, arn=..., username=null}`, without quotes, and Athena writes
all names in lower case. The structs of CloudTrail have known names, each once, and so their text
has one meaning unless a value holds a comma and a blank. A map, which is what CloudTrail Lake makes
of `requestParameters`, may have any name, and so its text may have several meanings: it is refused.
"""

import re
from collections.abc import Mapping
from typing import Any

from labutils.hunt.json_stream import NotAnEvent, parsed

Names = Mapping[str, Any]  # by the name in lower case: AWS's name, and for a struct its own Names


def _names(*plain: str, **structs: Names) -> Names:
    """Names of texts, and of structs or lists of them with what is in each."""
    return {name.lower(): (name, structs.get(name)) for name in (*plain, *structs)}


ISSUER = _names("type", "principalId", "arn", "accountId", "userName")
SESSION = _names(
    "sourceIdentity",
    "ec2RoleDelivery",
    "ec2IssuedInVpc",
    attributes=_names("mfaAuthenticated", "creationDate"),
    sessionIssuer=ISSUER,
    webIdFederationData=_names("federatedProvider", attributes=_names()),
)
IDENTITY = _names(
    *("type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy"),
    *("identityProvider", "credentialId"),
    sessionContext=SESSION,
    onBehalfOf=_names("userId", "identityStoreArn"),
    inScopeOf={
        **_names("sourceArn", "sourceAccount", "issuerType", "credentialsIssuedTo"),
        "credentiaisissuedto": ("credentialsIssuedTo", None),  # so in CloudTrail Lake's schema
    },
)
COLUMNS = _names(
    *("eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress"),
    *("userAgent", "errorCode", "errorMessage", "requestID", "eventID", "readOnly", "eventType"),
    *("apiVersion", "managementEvent", "recipientAccountId", "sharedEventID", "vpcEndpointId"),
    *("vpcEndpointAccountId", "eventCategory", "sessionCredentialFromConsole"),
    *("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"),
    userIdentity=IDENTITY,
    tlsDetails=_names("tlsVersion", "cipherSuite", "clientProvidedHostHeader"),
    resources=_names("ARN", "accountId", "type", "ARNPrefix"),
)
# Those that may be text in brackets; a `userAgent` may begin with one and is only a text.
PACKED = frozenset(
    ("userIdentity", "tlsDetails", "resources", "requestParameters", "responseElements")
) | {"additionalEventData", "serviceEventDetails"}
ADVICE = "ask CloudTrail Lake for eventJson, or read the trail's own files"
_KEY = re.compile(r"(\w+)=")
_TEXT = re.compile(r"(?:(?!, )[^{}\[\]])*")  # up to the next name or the end of the struct


def event(row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the event that a row of such columns holds, with AWS's names; None for anything else.

    An empty column is no field. Raises NotAnEvent for a text that has several meanings.
    """
    named = {COLUMNS.get(name.lower(), (name,))[0]: value for name, value in row.items()}
    packed = {name for name in PACKED & named.keys() if _is_packed(named[name])}
    if not named.keys() >= {"eventName", "eventSource"} or (named == row and not packed):
        return None
    return {
        name: _unpacked(name, value) if name in packed else _renamed(value, _below(name))
        for name, value in named.items()
        if value != ""
    }


def _below(name: str) -> Names | None:
    """The names in a column that is a struct, or a list of structs; None for any other column."""
    below: Names | None = COLUMNS.get(name.lower(), (name, None))[1]
    return below


def _renamed(value: Any, names: Names | None) -> Any:
    """An object with AWS's names in it, as Athena's JSON and Parquet have it in lower case."""
    if names is None or not isinstance(value, (dict, list)):
        return value
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    known = {key: names.get(key.lower(), (key, None)) for key in value}
    return {known[key][0]: _renamed(item, known[key][1]) for key, item in value.items()}


def _is_packed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("{", "["))


def _unpacked(name: str, text: str) -> Any:
    """What a text in brackets says. Raises NotAnEvent for one that has several meanings."""
    try:
        return parsed(text.rstrip())
    except NotAnEvent:
        names = _below(name)
    value, rest = _value(text, names) if names else (None, text)
    if rest:
        raise NotAnEvent(f"{name} is a text of names and values with several meanings; {ADVICE}")
    return value


def _value(text: str, names: Names | None) -> tuple[Any, str]:
    """The value that a text begins with, and what follows it: all of it where there is none."""
    if names is not None and text.startswith("{"):
        return _struct(text, names)
    if names is not None and text.startswith("["):
        return _list(text, names)
    match = _TEXT.match(text)
    plain = match[0] if match else ""
    return None if plain == "null" else plain, text[len(plain) :]


def _list(text: str, names: Names) -> tuple[list[Any], str]:
    items: list[Any] = []
    before, rest = "[", text
    while rest.startswith(before + "{"):
        item, rest = _struct(rest[len(before) :], names)
        items.append(item)
        before = ", "
    return (items, rest[1:]) if items and rest.startswith("]") else ([], text)


def _struct(text: str, names: Names) -> tuple[dict[str, Any], str]:
    if text.startswith("{}"):
        return {}, text[2:]
    fields: dict[str, Any] = {}
    before, rest = "{", text
    while rest.startswith(before) and (key := _KEY.match(rest, len(before))):
        name, below = names.get(key[1].lower(), ("", None))
        if not name or name in fields:
            return {}, text
        fields[name], rest = _value(rest[key.end() :], below)
        before = ", "
    return (fields, rest[1:]) if rest.startswith("}") else ({}, text)

"""Read the Entra portal's CSV of sign-ins as Microsoft Graph would answer them.

The portal names its columns for people (`IP address`) and writes words for them (`Not Applied`);
rules are written for Graph's names (`ipAddress`) and words (`notApplied`).
"""

from typing import Any

NEEDED = frozenset({"Date (UTC)", "Request ID", "Application", "IP address", "Status"})
TOP = {
    "Date (UTC)": "createdDateTime",
    "Request ID": "id",
    "Correlation ID": "correlationId",
    "User ID": "userId",
    "User": "userDisplayName",
    "Username": "userPrincipalName",
    "User agent": "userAgent",
    "User type": "userType",
    "Cross tenant access type": "crossTenantAccessType",
    "Incoming token type": "incomingTokenType",
    "Authentication Protocol": "authenticationProtocol",
    "Unique token identifier": "uniqueTokenIdentifier",
    "Client credential type": "clientCredentialType",
    "Application": "appDisplayName",
    "Application ID": "appId",
    "Resource": "resourceDisplayName",
    "Resource ID": "resourceId",
    "Resource tenant ID": "resourceTenantId",
    "Home tenant ID": "homeTenantId",
    "Home tenant name": "homeTenantName",
    "IP address": "ipAddress",
    "IP address (seen by resource)": "ipAddressFromResourceProvider",
    "Client app": "clientAppUsed",
    "Authentication requirement": "authenticationRequirement",
    "Sign-in identifier": "signInIdentifier",
    "Session ID": "sessionId",
    "Autonomous system  number": "autonomousSystemNumber",
    "Flagged for review": "flaggedForReview",
    "Token issuer type": "tokenIssuerType",
    "Token issuer name": "tokenIssuerName",
    "Latency": "processingTimeInMilliseconds",
    "Conditional Access": "conditionalAccessStatus",
    "Service principal ID": "servicePrincipalId",
    "Service principal name": "servicePrincipalName",
    "Credential key ID": "servicePrincipalCredentialKeyId",
}
STATUS = {
    "Sign-in error code": "errorCode",
    "Failure reason": "failureReason",
    "Multifactor authentication result": "additionalDetails",
}
DEVICE = {
    "Device ID": "deviceId",
    "Browser": "browser",
    "Operating System": "operatingSystem",
    "Compliant": "isCompliant",
    "Managed": "isManaged",
    "Join Type": "trustType",
}
# What the portal writes for people, in any letter case, and Graph's word for it.
WORDS = {
    "authenticationRequirement": {
        "single-factor authentication": "singleFactorAuthentication",
        "multifactor authentication": "multiFactorAuthentication",
    },
    "conditionalAccessStatus": {
        "success": "success",
        "failure": "failure",
        "not applied": "notApplied",
    },
    "isCompliant": {"yes": "true", "no": "false"},
    "isManaged": {"yes": "true", "no": "false"},
}


def sign_in(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return a record of the portal with Graph's fields for its columns; None for anything else.

    A column that Graph has no field for keeps its name, and so does `Status`, which some public
    rules ask for. An empty column is no field, except in `deviceDetail`, where Graph writes an
    empty text as well.
    """
    if not record.keys() >= NEEDED or "createdDateTime" in record:
        return None
    known = TOP.keys() | STATUS.keys() | DEVICE.keys()
    event = {column: text for column, text in record.items() if text and column not in known}
    event |= {field: text for field, text in _named(record, TOP).items() if text}
    event["status"] = _status(record)
    event["deviceDetail"] = _named(record, DEVICE)
    place = str(record.get("Location", "")).rsplit(", ", 2)
    if len(place) == 3:
        event["location"] = dict(zip(("city", "state", "countryOrRegion"), place, strict=True))
    return event


def _named(record: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    """The columns that a record has, by Graph's names, in Graph's words."""
    return {
        field: _word(field, record[column]) for column, field in columns.items() if column in record
    }


def _word(field: str, text: Any) -> Any:
    return WORDS.get(field, {}).get(str(text).lower(), text)


def _status(record: dict[str, Any]) -> dict[str, Any]:
    """Graph's `status`. A success has the code 0 there, and none or `None` in the portal's CSV."""
    status = {field: text for field, text in _named(record, STATUS).items() if text}
    if str(record["Status"]).lower() == "success":
        status["errorCode"] = "0"
    return status

"""Say of what no source knows what it is nearest to, and what to do."""

import re
from collections.abc import Iterable

NO_SOURCE = "CloudTrail's columns without eventSource; add it to the query"
NO_RULE = "of which no rule is run here"
AZURE = (
    "a diagnostic record of Azure in a category that is no source here, such as Intune's or Key "
    "Vault's"
)
ANSWER = "an interface's answer that is an error; ask it for the events again"
# What an interface answers with these keys and no other holds no event.
ANSWERS = (
    {"error"},
    {"ok", "error"},
    {"message", "documentation_url"},
    {"message", "documentation_url", "status"},
    {"errors", "messages", "result", "success"},
)
# Keys of logs that are no source here, or of an export that has lost what its source is known by.
TOLD = (
    (
        {"HTTPMethod", "HTTPHost", "SourceIP"},
        f"Cloudflare Gateway's HTTP log, {NO_RULE}; its network log is read",
    ),
    ({"eventname", "useridentity"}, NO_SOURCE),
    ({"eventName", "userIdentity"}, NO_SOURCE),
    (
        {"protopayload_auditlog"},
        "Google Cloud's audit log from BigQuery; export the entries themselves: gcloud logging "
        "read --format=json",
    ),
    (
        {"Date (UTC)", "Request ID"},
        "Entra's sign-ins without Application, IP address or Status; choose Download JSON there",
    ),
    (
        {"Date (UTC)", "CorrelationId"},
        "Entra's audit log as the portal's CSV; choose Download JSON there",
    ),
    ({"Date (UTC)"}, "a CSV of Entra's portal in another language; choose Download JSON there"),
    ({"ErrorCode", "AccountUpn"}, "Defender's AADSignInEventsBeta; export SigninLogs"),
    (
        {"QueryName", "Datetime"},
        f"Cloudflare Gateway's DNS log, {NO_RULE}; its network log is read",
    ),
    ({"insightDetails", "eventTime"}, f"CloudTrail Insights, {NO_RULE}; its events are read"),
    (
        {"isotimestamp", "action", "description"},
        f"Duo's administrator or offline log, {NO_RULE}; its authentication log is read",
    ),
    (
        {"telephony_id", "context"},
        f"Duo's telephony log, {NO_RULE}; its authentication log is read",
    ),
    (
        {"kind", "id", "actor", "events"},
        f"Google Workspace's log of an application {NO_RULE}; login, admin and token are read",
    ),
    ({"EVENT_TYPE", "USER"}, "Salesforce's event log without TIMESTAMP; export all its columns"),
    ({"class_uid", "metadata"}, "OCSF; export the events as their vendor wrote them"),
    (
        {"ecs", "event"},
        "Elastic's ECS without event.original; export the events as their vendor wrote them",
    ),
    (
        {"MESSAGE", "SYSLOG_IDENTIFIER"},
        "the journal's JSON; call these fields message and process, and sshd's lines are read",
    ),
    ({"errorCode", "errorSummary"}, ANSWER),
    ({"category", "resourceId", "operationName"}, AZURE),
    ({"category", "tenantId", "operationName"}, AZURE),
)


def nearest(keys: Iterable[str]) -> str:
    """Return "; it looks like ..." for an object with these keys; an empty text for any other."""
    there = set(keys)
    if there in ANSWERS:
        return f"; it looks like {ANSWER}"
    for wanted, told in TOLD:
        if wanted <= there:
            return f"; it looks like {told}"
    return ""


# How a file begins that is no log, and what to do.
UNPACK = "is packed in a way that is not read here: unpack it, and name the folder"
FORMATS = (
    (r"%PDF-", "is a PDF: export the events as JSON or CSV"),
    (
        r"\s*<(?:!doctype html|html|head|body)\b",
        "is a web page, such as a sign-in page saved in place of the export: export it again",
    ),
    (
        r"ElfFile\0|\s*(?:<\?xml[^>]*>\s*)?<Events?\b",
        "is a Windows event log: no rule for Windows is run here",
    ),
    (r"\s*(?:<\?xml[^>]*>\s*)?<[a-z]", "is XML: export the events as JSON or CSV"),
    (r"SQLite format 3\0", "is an SQLite database: export its table as CSV"),
    (r"\udcd0\udccf\x11", "is a document of Office: save the sheet as CSV UTF-8"),
    (r"7z\udcbc|\(\udcb5/\udcfd|BZh|\udcfd7zXZ|Rar!|PK\x03\x04|.{257}ustar", UNPACK),
)
_FORMATS = [(re.compile(begin, re.IGNORECASE | re.DOTALL), told) for begin, told in FORMATS]
# What a line holds that is no JSON.
LINES = (
    (r"\b(?:CEF|LEEF):\d", "CEF or LEEF; export the events as their vendor wrote them, in JSON"),
    (r" sshd(?:-session)?\[\d+\]: ", "syslog; sshd's is read as JSON with process and message"),
    (r'"[A-Z]+ \S+ HTTP/[\d.]+" \d{3} ', "a web server's access log, of which no rule is run here"),
)
_LINES = [(re.compile(part), told) for part, told in LINES]


def format_of(head: str) -> str | None:
    """Return a sentence on a file that begins in this way; None if it may be a log."""
    return next((told for begin, told in _FORMATS if begin.match(head)), None)


def nearest_line(line: str) -> str:
    """Return "; it looks like ..." for a line of a log that is not JSON, or an empty text."""
    return next((f"; it looks like {told}" for part, told in _LINES if part.search(line)), "")

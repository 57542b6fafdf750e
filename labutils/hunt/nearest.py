"""Say of an object that no source knows which source it is nearest to, and what to do."""

from collections.abc import Iterable

NO_SOURCE = "CloudTrail's columns without eventSource; add it to the query"
# Keys of logs that are no source here, or of an export that has lost what its source is known by.
TOLD = (
    (
        {"HTTPMethod", "HTTPHost", "SourceIP"},
        "Cloudflare Gateway's HTTP log, of which no rule is run here; its network log is read",
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
        {"category", "resourceId", "operationName"},
        "a diagnostic record of Azure in a category that is no source here; Intune's audit log is "
        "such a one",
    ),
)


def nearest(keys: Iterable[str]) -> str:
    """Return "; it looks like ..." for an object with these keys; an empty text for any other."""
    there = set(keys)
    for wanted, told in TOLD:
        if wanted <= there:
            return f"; it looks like {told}"
    return ""

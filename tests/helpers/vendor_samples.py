"""Events of vendors whose logs the course reads and does not write, in each shape that people have.

They are made up, in the fields that the vendors' pages and published samples have.
"""

import json

from labutils.lab import data_file

GOOGLE = {
    "kind": "admin#reports#activity",
    "id": {
        "time": "2025-05-06T10:12:44.517Z",
        "uniqueQualifier": "-441",
        "customerId": "C0example",
    },
    "actor": {"email": "ada@company.example", "profileId": "1"},
    "ipAddress": "192.0.2.44",
}
AUDIT = {
    "id": "Directory_1",
    "category": "RoleManagement",
    "correlationId": "1",
    "result": "success",
    "resultReason": "",
    "activityDisplayName": "Add member to role",
    "activityDateTime": "2025-05-06T10:12:44.5171234Z",
    "loggedByService": "Core Directory",
    "operationType": "Assign",
    "initiatedBy": {
        "user": {"userPrincipalName": "ada@company.example", "ipAddress": "192.0.2.44"}
    },
    "targetResources": [
        {
            "type": "User",
            "displayName": None,
            "modifiedProperties": [
                {"displayName": "Role.DisplayName", "newValue": '"Global Administrator"'}
            ],
        }
    ],
    "additionalDetails": [{"key": "User-Agent", "value": "a browser"}],
}
SIGN_IN = {
    "id": "1",
    "createdDateTime": "2025-05-06T10:12:44Z",
    "userPrincipalName": "ada@company.example",
    "appDisplayName": "Office",
    "ipAddress": "192.0.2.44",
    "clientAppUsed": "Browser",
    "userAgent": "azurehound/2",
    "sessionId": "s1",
    "conditionalAccessStatus": "success",
    "authenticationRequirement": "singleFactorAuthentication",
    "resourceDisplayName": "Device Registration Service",
    "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": None},
    "deviceDetail": {"deviceId": "", "operatingSystem": "Linux", "isCompliant": False},
}


def google(application, name, **parameters):
    """An activity of one event, as Google's Reports API answers it."""
    named = [{"name": key, "value": value} for key, value in parameters.items()]
    event = {"type": "a", "name": name, "parameters": named}
    return GOOGLE | {"id": {**GOOGLE["id"], "applicationName": application}, "events": [event]}


def google_cloud(service, name, **parameters):
    """The same as an entry of Cloud Logging."""
    named = [{"name": key, "value": value} for key, value in parameters.items()]
    return {
        "logName": "organizations/1/logs/cloudaudit.googleapis.com%2Fdata_access",
        "timestamp": "2025-05-06T10:12:44.517Z",
        "protoPayload": {
            "serviceName": service,
            "authenticationInfo": {"principalEmail": "ada@company.example"},
            "requestMetadata": {"callerIp": "192.0.2.44"},
            "metadata": {"event": [{"eventName": name, "parameter": named}]},
        },
    }


def diagnostic(category, properties, **more):
    """A record as the diagnostic settings of Azure send it."""
    record = {"time": "2025-05-06T10:12:44.5171234Z", "category": category, "level": "4"}
    return record | {"operationName": "Sign-in activity", "properties": properties} | more


def column(name):
    """The name that a column of Azure's log tables gives a field of Microsoft Graph."""
    return "IPAddress" if name == "ipAddress" else name[0].upper() + name[1:]


def table_row(event):
    """The same as a row of such a table, whose objects are JSON in a text."""
    flat = {column(key): item for key, item in event.items()}
    texts = {key: json.dumps(item) for key, item in flat.items() if isinstance(item, dict | list)}
    return {"TimeGenerated": "2025-05-06T10:12:44Z"} | flat | texts


GITHUB = {
    "@timestamp": 1746526364517,
    "_document_id": "x",
    "action": "repo.destroy",
    "actor": "ada@company.example",
    "org": "company",
}
SALESFORCE = {
    "salesforce_event_log": [
        {
            "EVENT_TYPE": "Login",
            "TIMESTAMP": "20250506101244.517",
            "ORGANIZATION_ID": "00DEX0000004Xyz",
            "USER_ID": "ada@company.example",
        },
        {
            "EVENT_TYPE": "BulkApi2",
            "TIMESTAMP_DERIVED": "2025-05-06T10:12:44.517Z",
            "ORGANIZATION_ID": "00DEX0000004Xyz",
            "USER_ID": "ada@company.example",
            "JOB_STATUS": "deleted",
        },
    ],
    "salesforce_event_log_object": [
        {
            "attributes": {"type": "RestApiEventLog"},
            "Timestamp": "2025-05-06T10:12:44.517+0000",
            "UserIdentifier": "ada@company.example",
        }
    ],
    "salesforce_realtime": [
        {
            "attributes": {"type": "ApiEvent"},
            "EventIdentifier": "1",
            "EventDate": "2025-05-06T10:12:44.517Z",
            "Username": "ada@company.example",
        }
    ],
    "salesforce_login_history": [
        {
            "LoginTime": "2025-05-06T10:12:44.000+0000",
            "LoginType": "Remote Access 2.0",
            "UserId": "ada@company.example",
        }
    ],
    "salesforce_setup_audit": [
        {
            "Action": "insertConnectedApplication",
            "Section": "Connected Apps",
            "CreatedDate": "2025-05-06T10:12:44.000+0000",
            "CreatedById": "ada@company.example",
        }
    ],
}
# Every one of them happened at this second, and Ada did it.
SECOND, ACTOR = "2025-05-06T10:12:44", "ada@company.example"
SAMPLES = SALESFORCE | {
    "entra_id_signin": [
        SIGN_IN,
        diagnostic("SignInLogs", SIGN_IN, resultType="0", callerIpAddress="192.0.2.44"),
        diagnostic("NonInteractiveUserSignInLogs", SIGN_IN, resultType="0"),
        table_row(SIGN_IN | {"resultType": "0"}),
    ],
    "entra_id_audit": [
        AUDIT,
        diagnostic("AuditLogs", AUDIT, operationName="Add member to role"),
        table_row(AUDIT),
    ],
    "google_workspace_login": [
        google("login", "suspicious_login", login_type="google_password"),
        google("login", "x") | {"events": {"name": "suspicious_login", "type": "login"}},
        google_cloud("login.googleapis.com", "suspicious_login"),
    ],
    "google_workspace_admin": [
        google("admin", "ENFORCE_STRONG_AUTHENTICATION", NEW_VALUE="false"),
        google_cloud("admin.googleapis.com", "ENFORCE_STRONG_AUTHENTICATION", NEW_VALUE="false"),
    ],
    "google_workspace_token": [google("token", "authorize", app_name="Chat")],
    "github_audit": [
        GITHUB,
        {key: item for key, item in GITHUB.items() if key != "@timestamp"}
        | {"created_at": 1746526364517},
    ],
    "lemonldap": [
        json.loads(line) | {"time": f"{SECOND}Z", "user": ACTOR}
        for line in data_file("real/lemonldap.jsonl").read_text(encoding="utf-8").splitlines()[:6]
    ],
}

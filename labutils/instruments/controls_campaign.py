"""Name the controls that could have been in place, and what each of them means."""

from labutils.incident import cases

GROUPS = {
    "At the supplier": (
        "personal_profiles_blocked",
        "support_accounts_bound",
        "supplier_hard_keys",
        "support_least_privilege",
    ),
    "The session of a person": (
        "recordings_cleaned",
        "sessions_bound",
        "session_hours",
        "acts_reauthenticated",
        "console_managed_devices",
        "device_state_checked",
        "behaviour_checked",
        "sessions_reevaluated",
    ),
    "The credential of a program": (
        "exposed_rotated",
        "service_tokens_expire",
        "service_tokens_bound",
    ),
    "Rights, and dangerous acts": (
        "integration_least_privilege",
        "repository_least_privilege",
        "scripts_approved",
    ),
    "The network": ("egress_allowlist", "egress_logged", "console_list_enforced"),
    "Alarms, and who answers": (
        "alert_new_account",
        "alert_refused_service_account",
        "alert_token_elsewhere",
        "alert_bulk_reads",
        "response_minutes",
        "eviction_hours",
    ),
}


def meaning(name: str) -> str:
    """Return what a control does, with its number if it has one."""
    control = cases.load().controls[name]
    said = control.meaning.replace("this many", str(control.value))
    return said.replace(" 1 hours ", " 1 hour ")

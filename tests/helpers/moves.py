"""Moves of an intruder, by the products' names (lesson 09): credential, service, action."""

WIKI_GATE = ("moveworks-token", "gateway", "confluence")
CODE_GATE = ("moveworks-token", "gateway", "bitbucket")
SIGN_IN = ("smartsheet-account", "jira", "sign-in")
NEW_USER = ("smartsheet-account", "jira", "create-user")
SCRIPT = ("smartsheet-account", "jira", "script")
ADMINS = ("smartsheet-account", "jira", "add-to-admins")
ARCHIVE = ("bitbucket-account", "bitbucket", "archive")

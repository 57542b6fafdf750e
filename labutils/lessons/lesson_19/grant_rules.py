"""Who may get a token for which server (exercise 19-2): hosts, and what each actor may call."""

HOSTS = {
    "agent": "https://agent.example",
    "calendar": "https://calendar.example",
    "tools": "https://tools.example",
}
TARGETS = {
    "agent": ("https://calendar.example", "https://tools.example"),
    "calendar": (),
    "tools": ("https://files.example",),
}

"""The lessons' words where no terminal is: what is said of commands, kernels and folders becomes
what one does in a browser."""

import re
import shlex

# By the id of a cell, or "" for each: what stands there, and what a browser's copy says.
KERNEL = (
    "*No module named `labutils`? Start this with `make lab`, and choose the kernel Python 3. A "
    "name is not defined?",
    "*The first cell takes a while: this browser loads 28 to 43 MB for it, once. Wait until the "
    "circle at the top right is empty. A name is not defined?",
)
DOCTOR = (
    "Anything else? `python -m labutils doctor` in a terminal",
    "Anything else? `from labutils.doctor import examine; examine()` in a cell",
)
COPIES = (
    "You work on copies, in the folder `work`. `make reset LESSON=00` gives you a fresh one and "
    "keeps yours beside it, under the date.",
    "You work on copies that this browser keeps. To get a fresh one, rename yours in the list on "
    "the left and reload the page.",
)
RELAY = (
    "Run `python -m labutils relay` in a terminal. Open the first address, sign in, and register "
    "a key: your own, your laptop's, or a virtual one (DevTools, *WebAuthn*). Then follow Tom's "
    "two links. The terminal says what he has.\n\n"
    "Is JupyterLab on another machine? Here is what Chromium did.",
    "To be Ada with a key of your own, you need the course on your machine: this page has no port "
    "for another browser. Here is what Chromium did.",
)
HUNT = (
    "This is how you run a rule file in a terminal.",
    "This is how you run a rule file as a command.",
)
CHANGES = (KERNEL, DOCTOR, COPIES, RELAY, HUNT)
COMMAND = re.compile(r"python -m labutils ([^`\n]+)")
MAIN = "from labutils.__main__ import main"


def for_the_browser(text: str) -> str:
    """The text of a cell, or of a page, as a browser's copy says it."""
    for here, there in CHANGES:
        text = text.replace(here, there)
    text = text.replace("```bash\npython -m labutils", f"```python\n{MAIN}\npython -m labutils")
    inline = re.search(r"`python -m labutils [^`\n]+`", text)
    if inline:  # the first of them says where the name is from
        text = text.replace(inline[0], f"{inline[0]} (after `{MAIN}`)", 1)
    return COMMAND.sub(_call, text)


def _call(command: re.Match[str]) -> str:
    """A command as a call in a cell."""
    words = ", ".join(f'"{word}"' for word in shlex.split(command[1]))
    return f"main([{words}])"

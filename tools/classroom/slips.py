"""The slips of a class: names and passwords, and the page from which they are printed and cut.

`slips.txt` is what the class itself reads, a name and a password a line; `slips.html` says what a
learner has to know at nine o'clock. Only root can read either.
"""

import socket
from pathlib import Path

from cryptography import x509
from tornado.template import Loader

from tools.classroom.settings import Settings, write_private

TEMPLATES = Loader(str(Path(__file__).resolve().parent / "templates"))
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  compared, not listened at
ALONE = ("127.0.0.1", "localhost", "::1")


def read(state: Path) -> dict[str, str]:
    """Return the passwords that are on the slips, by name."""
    path = state / "slips.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(line.split() for line in lines)


def write(state: Path, known: dict[str, str]) -> None:
    """Write names and passwords where root alone can read them."""
    lines = (f"{name} {word}\n" for name, word in sorted(known.items()))
    write_private(state / "slips.txt", "".join(lines))


def write_page(settings: Settings, known: dict[str, str]) -> Path:
    """Write the page to print, with the address of this class; return where it is."""
    path = Path(settings.state, "slips.html")
    page = TEMPLATES.load("slips.html").generate(
        slips=sorted(known.items()),
        address=address(settings),
        instructor=settings.instructor,
        note=settings.note,
    )
    write_private(path, page.decode())
    return path


def address(settings: Settings) -> str:
    """Return what people type into a browser."""
    scheme, usual = ("https", 443) if settings.certificate else ("http", 80)
    host = settings.host or name_in(settings.certificate)
    if not host:
        host = name_of_this_machine() if settings.address in EVERYWHERE else settings.address
    port = "" if settings.port == usual else f":{settings.port}"
    return f"{scheme}://{host}{port}/"


def name_in(certificate: str) -> str:
    """Return the first name that a certificate is for; an empty text where it has none to type."""
    try:
        found = x509.load_pem_x509_certificate(Path(certificate).read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        all_of_them = names.get_values_for_type(x509.DNSName)
    except (OSError, ValueError, x509.ExtensionNotFound):
        return ""
    return next((one for one in all_of_them if "*" not in one), "")


def name_of_this_machine() -> str:
    """Return this machine's full name, or its address in the network: no browser in a room finds a
    name without a domain."""
    name = socket.gethostname()
    if "." in name:
        return name
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only chooses an address
        except OSError:
            return name
        return str(probe.getsockname()[0])

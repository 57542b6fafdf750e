"""What a real browser did at Tom's two links, for whoever cannot open them (`labutils relay`)."""

from labutils.stage.recorded import recorded

NAMES = {"evil.localhost": "a name of its own", "localhost": "the provider's name, another port"}


def at_the_links() -> dict[str, dict[str, str | int]]:
    """For each of Tom's links: what Ada was told, how often her key signed, and what Tom had."""
    links: dict[str, dict[str, str | int]] = recorded("relay")["links"]
    return links


def rows() -> list[dict[str, str | int]]:
    """A row for each link, as it was recorded."""
    return [
        {
            "link": f"{name}, {NAMES[name]}",
            "Ada saw": str(link["told"]).partition(". ")[0],
            "signatures": link["signatures"],
            "Tom has": link["tom_has"],
        }
        for name, link in at_the_links().items()
    ]

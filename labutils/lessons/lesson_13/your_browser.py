"""What a real browser did at Tom's two links, for whoever cannot open them (`labutils relay`)."""

from labutils.stage.recorded import recorded

NAMES = {"evil.localhost": "a name of its own", "localhost": "the provider's name, another port"}


def at_the_links() -> dict[str, dict[str, str | int]]:
    """For each of Tom's links: what Ada was told, how often her key signed, and what Tom had."""
    links: dict[str, dict[str, str | int]] = recorded("relay")["links"]
    return links


def print_at_the_links() -> None:
    """A paragraph for each link, as it was recorded."""
    of = recorded("relay")
    print(f"{of['browser']} with a virtual security key, on {of['recorded']}")
    for name, link in at_the_links().items():
        told = str(link["told"]).partition(". ")[0]
        print(f"\n{name}, {NAMES[name]}\n  Ada saw     {told}")
        print(f"  signatures  {link['signatures']}\n  Tom has     {link['tom_has']}")

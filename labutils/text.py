"""Text that is safe to show: in a terminal, in a notebook, in a sentence."""


def shown(text: str, longest: int = 200) -> str:
    """Text with all that does not print (controls, bidi marks, lone surrogates) escaped, cut to
    `longest` characters.
    """
    cut = text if len(text) <= longest else f"{text[:longest]}... ({len(text)} characters)"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)

"""Show a token under glass, in three colours, to be edited in place.

It is decoded as one types, and checked by several verifiers, of which one may be the learner's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Unpack

import jwt

from labutils.identity.decoder import LONGEST
from labutils.identity.tokens import json_part, verify_signature
from labutils.instruments import glass_picture, glass_screen
from labutils.instruments.calling import Outcome, call, is_the_learners, source
from labutils.instruments.frame import Instrument, Words
from labutils.instruments.times import duration, is_moment, moment
from labutils.instruments.token_text import (
    DECODED,
    HEADER,
    PAYLOAD,
    Json,
    NotJson,
    TokenPart,
    claim_id,
    decoded_text,
    in_json,
    pretty,
    read_object,
    segments,
)
from labutils.text import shown

Verifier = Callable[[str], Any]
Harm = Callable[[str, Any], bool]
Key = Verifier | Mapping[str, Any] | jwt.PyJWK
# Who lets whom in: the intruder, with a token that nobody should take; whom it may; nobody; and a
# verifier that is not written yet.
Kind = Literal["harm", "fine", "refused", "unwritten"]

TITLE = "A token under glass"
HINT = "Point at some characters, or at a claim. Then type over them."
ORIGINAL = "the original"  # the button that brings it back
IN_THIS_ORDER = ("iat", "auth_time", "nbf", "exp")  # moments, as they follow each other
MOST_CHANGES = 5
LONGEST_VALUE = 300  # characters of what a verifier shows


@dataclass(frozen=True)
class TokenVerdict:
    """A verifier's verdict on the token."""

    kind: Kind
    says: str = ""  # a sentence: why it was refused, or what it shows to whoever got in
    line: int = 0  # of its own code, in which it refused; 0 where none is known

    @property
    def accepted(self) -> bool:
        """Whether the token lets somebody in."""
        return self.kind in ("harm", "fine")

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return {
            "harm": "lets it in",
            "fine": "accepted",
            "refused": "refused",
            "unwritten": "not written yet",
        }[self.kind]


@dataclass(frozen=True)
class Note:
    """A sentence about a claim, which lights up with it."""

    claim: str  # as `hands.js` calls it
    name: str
    says: str


class Glass(Instrument):
    """A token under glass; see `glass`."""

    name = "glass"

    def __init__(
        self,
        token: str,
        verifiers: Mapping[str, Verifier] | None = None,
        *,
        key: Key | None = None,
        now: str | None = None,
        before: str | None = None,
        more: Mapping[str, str] | None = None,
        harm: Harm | None = None,
        **words: Unpack[Words],
    ):
        super().__init__(words.get("title", TITLE), words.get("hint", HINT))
        self.original = _cleaned(token if before is None else before)
        self.token = _cleaned(token if now is None else now)[:LONGEST]
        self.verifiers = dict(verifiers or {})
        self.more = {ORIGINAL: self.original, **(more or {})}
        self.key, self.harm = key, harm
        self.asked = self._first_asked()  # whose code is shown
        self.caret = -1  # before which character of the token; -1: nowhere in it
        self.typed: dict[str, str] = {}  # the JSON of a part as somebody types it
        self.faults: dict[str, str] = {}  # why what is typed there changes nothing
        self.note = ""  # about the last touch
        self.replace = False  # what somebody typed was not taken as it is
        self._judged: tuple[str, dict[str, TokenVerdict], bool | None] | None = None

    def _first_asked(self) -> str:
        """The verifier whose code is shown at first: the learner's own, the last of several."""
        own = [name for name, one in self.verifiers.items() if is_the_learners(one)]
        return next((name for name in reversed(own) if source(self.verifiers[name])[0]), "")

    # --- what somebody does ---------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Replace the token by another text, as if it were typed."""
        self.touched("token", text)

    def header(self, text: str) -> None:
        """Type another header, in JSON."""
        self.touched("head", text)

    def payload(self, text: str) -> None:
        """Type another payload, in JSON."""
        self.touched("body", text)

    def load(self, name: str) -> None:
        """Put one of the other tokens under the glass. Raises KeyError for an unknown name."""
        if name not in self.more:
            raise KeyError(f"there is no {name!r}; there are {', '.join(self.more)}")
        self.touched("load", name)

    def on_token(self, text: str, _: dict[str, str]) -> None:
        """Take what was typed or pasted: white space and a `Bearer` before it are left out."""
        cleaned = _cleaned(text)
        self._put(cleaned[:LONGEST])
        self.replace = self.token != text
        if len(cleaned) > LONGEST:
            self.note = f"Only the first {LONGEST} of {len(cleaned)} characters are kept."

    def on_load(self, name: str, _: dict[str, str]) -> None:
        """Load one of the other tokens; an unknown name does nothing."""
        if name in self.more:
            self._put(_cleaned(self.more[name])[:LONGEST])
            self.caret = -1

    def on_head(self, text: str, _: dict[str, str]) -> None:
        """Take a header that is typed."""
        self._edit(HEADER, text)

    def on_body(self, text: str, _: dict[str, str]) -> None:
        """Take a payload that is typed."""
        self._edit(PAYLOAD, text)

    def on_caret(self, at: str, _: dict[str, str]) -> None:
        """Note where in the token the caret is."""
        if at.isdecimal():
            self.caret = int(at[:9])

    def on_ask(self, name: str, _: dict[str, str]) -> None:
        """Show the code of a verifier, or hide it."""
        self.asked = name if name in self.verifiers and name != self.asked else ""

    def _put(self, token: str) -> None:
        self.token, self.typed, self.faults, self.note = token, {}, {}, ""
        self.replace = False

    def _edit(self, part: TokenPart, text: str) -> None:
        """Take the JSON of a part. Half a JSON stays typed, and changes nothing else."""
        self.note, self.replace, self.typed[part.css] = "", False, text[:LONGEST]
        self.faults.pop(part.css, None)
        try:
            segment = json_part(read_object(text))
        except NotJson as error:
            self.faults[part.css] = str(error)
            return
        changed = segments(self.token)
        changed[DECODED.index(part)] = segment
        if len(".".join(changed)) > LONGEST:
            self.faults[part.css] = f"A token of more than {LONGEST} characters is not shown here."
        elif segment != segments(self.token)[DECODED.index(part)]:
            self.token = ".".join(changed + self.token.split(".")[3:])

    # --- what it is -----------------------------------------------------------------------------

    @property
    def is_changed(self) -> bool:
        """Whether the issuer did not write this token.

        The key says so, if there is one; else it differs from the original.
        """
        return not self.fits if self.key is not None else self.token != self.original

    @property
    def fits(self) -> bool:
        """Whether the signature fits what is signed, according to the key; False without a key."""
        return bool(self._judgement()[2])

    @property
    def verdicts(self) -> dict[str, TokenVerdict]:
        """The verdict of each verifier on the token, by the verifier's name."""
        return self._judgement()[1]

    def _judgement(self) -> tuple[str, dict[str, TokenVerdict], bool | None]:
        """The token with its verdicts. Each verifier is called once for each token."""
        if self._judged is None or self._judged[0] != self.token:
            fits = None if self.key is None else _fits(self.key, self.token)
            self._judged = (self.token, {}, fits)
            verdicts = {name: self._verdict(one) for name, one in self.verifiers.items()}
            self._judged = (self.token, verdicts, fits)
        return self._judged

    def _verdict(self, verifier: Verifier) -> TokenVerdict:
        outcome = call(verifier, self.token)
        if not outcome.returned:
            return TokenVerdict("refused", outcome.why, outcome.line)
        if outcome.value is ...:
            return TokenVerdict("unwritten")
        if not outcome.value or isinstance(outcome.value, BaseException):
            return TokenVerdict("refused", f"It returned {shown(repr(outcome.value), 60)}.")
        says = f"It shows {shown(outcome.value, LONGEST_VALUE)}" if _is_page(outcome) else ""
        return TokenVerdict("harm" if self._is_harm(outcome.value) else "fine", says)

    def _is_harm(self, result: object) -> bool:
        """Whether somebody got in who should not have."""
        return self.is_changed or (
            self.harm is not None and call(self.harm, self.token, result).value is True
        )

    def claims(self, part: TokenPart) -> Json | None:
        """Return the JSON of a part; None if it has none that can be read."""
        return _object_in(self.token, part)

    def text_of(self, part: TokenPart) -> tuple[str, str]:
        """Return the text for a part, and what is wrong with it."""
        if part.css in self.typed:
            return self.typed[part.css], self.faults.get(part.css, "")
        try:
            text = decoded_text(segments(self.token)[DECODED.index(part)])
        except NotJson as error:
            return "", str(error)
        claims = self.claims(part)
        return (text, "This is no JSON object.") if claims is None else (pretty(claims), "")

    def times(self) -> list[Note]:
        """Return the moments among the claims, in words (RFC 7519, 4.1.4 to 4.1.6)."""
        claims = self.claims(PAYLOAD) or {}
        return [
            Note(claim_id(PAYLOAD, name), name, _moment_in_words(name, claims))
            for name in IN_THIS_ORDER
            if name in claims
        ]

    def changes(self, part: TokenPart) -> list[Note]:
        """Return the differences from the original, claim by claim."""
        now, before = self.claims(part), _object_in(self.original, part)
        if now is None or before is None:
            return []
        names = [name for name in {**before, **now} if _differ(name, before, now)]
        notes = [Note(claim_id(part, name), name, _change(name, before, now)) for name in names]
        if len(notes) > MOST_CHANGES:
            rest = len(notes) - MOST_CHANGES
            return [*notes[:MOST_CHANGES], Note("", f"{rest} more", "changed, too")]
        return notes

    def signature_in_words(self) -> str:
        """Return what can be said of the signature."""
        signature, original = segments(self.token)[2], segments(self.original)[2]
        if not signature:
            return "There is none: nobody signed this."
        if self.key is not None:
            return SIGNED if self.fits else NOT_SIGNED
        if self.token == self.original:
            return "Bytes, no text: there is nothing to read here."
        return "As on the original." if signature == original else "Another than on the original."

    # --- what it looks like -----------------------------------------------------------------------

    def live(self) -> str:
        """Return the screen in HTML."""
        return glass_screen.drawn(self)

    def still(self) -> str:
        """Return the picture that is stored."""
        return glass_picture.drawn(self)

    def words(self) -> str:
        """Return the claims, what changed, and the verdicts, line by line."""
        return glass_picture.in_words(self)


SIGNED = "It fits: the issuer signed exactly this."
NOT_SIGNED = "It does not fit: the issuer did not sign this."


def _cleaned(text: str) -> str:
    """A token as it was pasted, without white space and without its scheme (RFC 6750, 2.1)."""
    words = text.split()
    return "".join(words[1:] if words and words[0].lower() == "bearer" else words)


def _fits(key: Key, token: str) -> bool:
    """Whether a public key, or a verifier of signatures, says that the signature fits."""
    if callable(key) and not isinstance(key, jwt.PyJWK):
        outcome = call(key, token)
        return outcome.returned and bool(outcome.value)
    jwk = key if isinstance(key, jwt.PyJWK) else dict(key)
    return call(verify_signature, token, jwk).returned


def _is_page(outcome: Outcome) -> bool:
    """Whether a verifier returned what it shows, and not the claims or a plain yes."""
    return isinstance(outcome.value, str)


def _object_in(token: str, part: TokenPart) -> Json | None:
    try:
        return read_object(decoded_text(segments(token)[DECODED.index(part)]))
    except NotJson:
        return None


def _differ(name: str, before: Json, now: Json) -> bool:
    """Whether a claim is another one; `1`, `1.0` and `true` are three in JSON."""
    return name not in before or name not in now or in_json(before[name]) != in_json(now[name])


def _change(name: str, before: Json, now: Json) -> str:
    if name not in before:
        return "is new"
    return "is gone" if name not in now else f"was {shown(in_json(before[name]), 60)}"


def _moment_in_words(name: str, claims: Json) -> str:
    """A moment, and how long after the token was issued it is."""
    value, issued = claims[name], claims.get("iat")
    if not is_moment(value):
        return "no number of seconds that a calendar has"
    words = moment(value)
    if name == "iat" or not is_moment(issued):
        return words
    if value == issued:
        return f"{words}, the moment of iat"
    return f"{words}, {duration(value - issued)} {'after' if value > issued else 'before'} iat"


def glass(
    token: str,
    verifiers: Mapping[str, Verifier] | None = None,
    *,
    key: Key | None = None,
    now: str | None = None,
    before: str | None = None,
    more: Mapping[str, str] | None = None,
    harm: Harm | None = None,
    **words: Unpack[Words],
) -> Glass:
    """Show a token under glass, and return it: its methods do what its buttons do.

    `verifiers` are functions by name; each takes the token, and returns something or raises.
    `key` is a public JWK or a verifier of signatures, for the lamp beside the signature. `now` is
    what is there at first, in place of the token; `before` is the original that it is compared
    with, where that is another one. `more` are other tokens, by the name on their buttons.
    `harm(token, result)` says whether an accepted token should not have been: a token that was
    changed never should. `title` and `hint` are a sentence each.
    """
    instrument = Glass(
        token, verifiers, key=key, now=now, before=before, more=more, harm=harm, **words
    )
    instrument.show()
    return instrument

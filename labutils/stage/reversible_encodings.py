"""Undo what needs no key: encodings, and hashes of guesses (lessons 01 and 07)."""

import base64
import codecs
import hashlib
import hmac
import re
import string
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import unquote_plus

LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
PRINTING = "".join(map(chr, range(33, 127)))
ATBASH = str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1])
ROT47 = str.maketrans(PRINTING, PRINTING[47:] + PRINTING[:47])
SHIFTS = [
    str.maketrans(LOWER + UPPER, LOWER[by:] + LOWER[:by] + UPPER[by:] + UPPER[:by])
    for by in range(1, 26)
]
HEX, BASE64URL = re.compile("[0-9a-f]*"), re.compile(r"[\w-]*", re.ASCII)
BASE32 = re.compile(r"[A-Za-z2-7]*")
BASE85 = re.compile(r"[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]*")
ASCII85 = re.compile(r"[!-uz\s]*")
STANDARD = str.maketrans("-_", "+/")  # from the alphabet of base64url to that of base64
READABLE = frozenset(map(ord, string.ascii_letters + string.digits + "-_.~+/=:;%& ,"))
# By the number of a character, the masks (XOR) that make one of these of it.
MASKS = {code: frozenset(code ^ one for one in READABLE) - {0} for code in range(256)}
LONGEST = 20_000  # characters of a text that is turned back; no credential is longer

# --- encodings -----------------------------------------------------------------------------------


def undone(text: str) -> set[str]:
    """Return the text and the results of undoing one or two encodings, in any order.

    A short word in front of the rest, as in `x-...` or `tag:...`, is taken off as well.
    """
    text = text[:LONGEST]
    marks = [mark for mark in "-:_=(<[ " if mark in text[:12]]
    begin = {text} | {text.partition(mark)[2].rstrip(")>]") for mark in marks}
    once = {result for one in begin for result in _one_step_back(one)}
    twice = {result for one in once for result in _one_step_back(one)}
    return begin | once | twice | set(_shifted(text))


def _one_step_back(text: str) -> Iterator[str]:
    yield text[::-1]
    yield text.swapcase()
    yield codecs.encode(text, "rot13")
    yield text.translate(ROT47)
    yield text.translate(ATBASH)
    yield text[::2]  # something was put between its characters
    yield text[1::2]
    yield _riffled(text)
    if "%" in text:
        yield unquote_plus(text)
    for octets in _octets(text):
        yield octets.decode("latin-1")
        yield from _inflated(octets)
    if bits := re.findall(r"[01]{7,8}", text):
        yield "".join(chr(int(one, 2)) for one in bits)  # 01100101 01111001
    codes = [int(number) for number in re.findall(r"\d{2,3}", text)]
    if len(codes) > 3:
        yield "".join(map(chr, codes))  # 101 121 74


def _octets(text: str) -> Iterator[bytes]:
    """The bytes that a text may spell: in base64(url), base32, base85, hexadecimal or decimal."""
    bare = text.rstrip("=")
    fours, eights = (bare + "=" * (-len(bare) % size) for size in (4, 8))
    ways: list[Callable[[], bytes]] = [
        lambda: base64.b64decode(fours.translate(STANDARD), validate=True),
        lambda: bytes.fromhex(text.removeprefix("0x")),
        lambda: int(text).to_bytes(len(text), "big").lstrip(b"\0"),
    ]
    if BASE32.fullmatch(bare):  # these three decode long texts before they meet a stranger
        ways.append(lambda: base64.b32decode(eights, casefold=True))
    if BASE85.fullmatch(text):
        ways.append(lambda: base64.b85decode(text))
    if ASCII85.fullmatch(text):
        ways.append(lambda: base64.a85decode(text))
    for decode in ways:
        try:
            yield decode()
        except (ValueError, OverflowError):
            pass


def _inflated(octets: bytes) -> Iterator[str]:
    """The text that was deflated into these bytes, by zlib or gzip."""
    if octets[:1] in (b"\x78", b"\x1f"):
        try:
            yield zlib.decompressobj(47).decompress(octets, LONGEST).decode("latin-1")
        except zlib.error:
            pass


def _shifted(text: str) -> Iterator[str]:
    """Each letter moved along the alphabet; each character moved along its codes by up to three."""
    yield from map(text.translate, SHIFTS)
    codes = set(map(ord, text))
    for by in (-3, -2, -1, 1, 2, 3):
        yield text.translate({code: (code + by) % 0x110000 for code in codes})


def _riffled(text: str) -> str:
    """The even places were written first, and then the odd ones: put each back in its place."""
    half = (len(text) + 1) // 2
    mended = [""] * len(text)
    mended[::2], mended[1::2] = text[:half], text[half:]
    return "".join(mended)


def unmasked(text: str) -> Iterator[str]:
    """Yield the text, or the bytes it spells, under each mask (XOR) that gives letters and digits.

    So many masks bring six digits out of random texts by chance: look for long secrets alone.
    """
    text = text[:LONGEST]
    for spelt in (text, *(octets.decode("latin-1") for octets in _octets(text))):
        codes = set(map(ord, spelt))
        if codes and max(codes) < 256:
            for mask in sorted(frozenset.intersection(*(MASKS[code] for code in codes))):
                yield spelt.translate({code: code ^ mask for code in codes})


# --- plain hashes -------------------------------------------------------------------------------

NAMED = sorted(hashlib.algorithms_guaranteed - {"shake_128", "shake_256"})
HASHES = ("hash", "crc32", "adler32", *NAMED)


def guessed(texts: Iterable[str], secrets: Iterable[str]) -> str | None:
    """Return the unkeyed hash under which all these short secrets are in the texts, whole or cut.

    A thief hashes every value that a short secret can have. The judge knows which of his guesses
    would be right. None where no hash gives them all.
    """
    whole = "\n".join(texts).lower()

    def stands(algorithm: str, secret: str) -> bool:
        spellings = _spellings(algorithm, secret)
        return any(end in whole for spelling in spellings for end in _ends(spelling.lower()))

    for algorithm in HASHES:
        if all(stands(algorithm, secret) for secret in secrets):
            return algorithm
    return None


SALTED = ("md5", "sha1", "sha256", "sha512", "blake2b")


def guessed_with_salt(texts: Iterable[str], written: Mapping[str, set[str]]) -> bool:
    """Return whether a guessable hash or HMAC gives what was written for each short secret.

    It may use something out of these texts, or a key that can be guessed.
    """
    first, *others = written
    whole = {secret: "\n".join(some) for secret, some in written.items()}
    pieces = _pieces(whole[first])
    return any(
        _may_stand(digest := make(first), pieces)
        and _stands_in(digest, whole[first])
        and all(_stands_in(make(other), whole[other]) for other in others)
        for salt in _salts({*texts, *written[first]})
        for algorithm in SALTED
        for make in _with_salt(salt, algorithm)
    )


def _salts(texts: Iterable[str]) -> set[bytes]:
    """What a thief tries as a salt or a key: each text, its pieces, the bytes that it spells, and
    keys of a byte or of up to three digits."""
    salts = {bytes([one]) for one in range(256)} | {str(one).encode() for one in range(1000)}
    for text in texts:
        pieces = {text, *re.split(r"[^0-9A-Za-z+/=_]", text)}
        pieces |= {text[:size] for size in (8, 16, 32)} | {text[-size:] for size in (8, 16, 32)}
        for piece in pieces - {""}:
            salts.add(piece[:LONGEST].encode(errors="replace"))
            salts |= {octets for octets in _octets(piece[:LONGEST]) if octets}
    return salts


def _with_salt(salt: bytes, algorithm: str) -> tuple[Callable[[str], bytes], ...]:
    """The three ways in which people use a salt or a key."""

    made = getattr(hashlib, algorithm)  # sooner than hashlib.new, which looks for it each time

    def hashed(data: bytes) -> bytes:
        digest: bytes = made(data, usedforsecurity=False).digest()
        return digest

    return (
        lambda secret: hashed(salt + secret.encode()),
        lambda secret: hashed(secret.encode() + salt),
        lambda secret: hmac.digest(salt, secret.encode(), algorithm),
    )


def _stands_in(digest: bytes, whole: str) -> bool:
    """Whether the begin or the end of a digest, in hexadecimal or base64, is in these texts."""
    in_hex, in_base64 = digest.hex(), base64.urlsafe_b64encode(digest).decode().rstrip("=")
    ends = (in_hex[:6], in_hex[-6:], in_base64[:6], in_base64[-6:])
    return any(end in whole for end in ends)


def _pieces(whole: str) -> frozenset[bytes]:
    """What any six characters of these texts spell, three or four bytes each: of a digest whose
    begin and end are not among them, neither is in the texts. That is quicker to ask."""
    pieces = set()
    for start in range(len(whole) - 5):
        six = whole[start : start + 6]
        if HEX.fullmatch(six):
            pieces.add(bytes.fromhex(six))
        if BASE64URL.fullmatch(six):
            bits = int.from_bytes(base64.urlsafe_b64decode(six + "AA"), "big") >> 12  # 36 of them
            pieces |= {(bits >> 4).to_bytes(4, "big"), (bits >> 2 & 0xFFFFFFFF).to_bytes(4, "big")}
    return frozenset(pieces)


def _may_stand(digest: bytes, pieces: frozenset[bytes]) -> bool:
    """Whether a digest begins or ends with one of these pieces."""
    return not pieces.isdisjoint((digest[:3], digest[-3:], digest[:4], digest[-4:]))


def _ends(spelling: str) -> tuple[str, str]:
    """What a tag may be cut to: six characters, or ten digits. Fewer are there by chance."""
    size = 10 if spelling.isdigit() else 6
    return spelling[:size], spelling[-size:]


@cache
def _spellings(algorithm: str, guess: str) -> tuple[str, ...]:
    """How a plain hash is written: in hexadecimal, in base64, as a number."""
    if algorithm == "hash":
        number = hash(guess)
        return f"{abs(number):x}", str(abs(number)), f"{number % 2**64:x}", str(number % 2**64)
    if algorithm in ("crc32", "adler32"):
        number = getattr(zlib, algorithm)(guess.encode())
        return f"{number:x}", str(number)
    digest = hashlib.new(algorithm, guess.encode(), usedforsecurity=False).digest()
    both = base64.b64encode(digest), base64.urlsafe_b64encode(digest)
    texts = [one.decode().rstrip("=") for one in both]
    return digest.hex(), str(int.from_bytes(digest, "big")), *texts

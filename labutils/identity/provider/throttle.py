"""Slow down password guessing, by account and by address, without locking anybody out for good."""

import hashlib
import hmac
from dataclasses import dataclass

from werkzeug.wrappers import Request

from labutils.identity.keys import b64
from labutils.identity.oauth import same
from labutils.lab import TellsTime

FREE = {"account": 5, "browser": 5, "address": 20}  # wrong answers in a row before the first wait
LONGEST = 30  # seconds of a wait, however many answers were wrong
FORGOTTEN = 900  # seconds after the last wrong answer
MOST = 10_000  # series that are remembered; the oldest go first


@dataclass
class Series:
    """Wrong answers in a row: how many, when the last one came, and when the next is tried."""

    count: int = 0
    last: int = 0
    until: int = 0


class Throttle:
    """A throttle for guesses of passwords, by the provider's `clock`.

    Once a few answers were wrong, the waits are 1, 2, 4 ... 30 seconds.

    Each wrong answer counts for its account and for its address. Whoever guesses all day would keep
    the account's owner waiting as well, so a browser in which the account once signed in carries a
    cookie that says so, and is counted on its own (OWASP, "Slow Down Online Guessing Attacks with
    Device Cookies"). `secret` makes that cookie.
    """

    cookie = "known-browser"

    def __init__(self, clock: TellsTime, secret: str):
        self.clock, self.secret = clock, secret
        self.series: dict[tuple[str, str], Series] = {}

    def mark(self, username: str) -> str:
        """Return what only we can have given to a browser of this account. It opens nothing."""
        return b64(
            hmac.digest(
                self.secret.encode(), username.encode(errors="surrogatepass"), hashlib.sha256
            )
        )

    def wait(self, request: Request, username: str) -> int:
        """Return the seconds until an answer for this account, from this browser, is tried."""
        waits = [
            self.series[key].until - self.clock.now
            for key in self._keys(request, username)
            if key in self.series
        ]
        return max([0, *waits])

    def wrong(self, request: Request, username: str) -> None:
        """Count a wrong answer."""
        now = self.clock.now
        for key in self._keys(request, username):
            series = self.series.pop(key, Series())
            count = series.count + 1 if now - series.last < FORGOTTEN else 1
            over = count - FREE[key[0]]
            seconds = min(2 ** min(over, 10), LONGEST) if over >= 0 else 0
            self.series[key] = Series(count, now, now + seconds)
        while len(self.series) > MOST:
            del self.series[next(iter(self.series))]

    def right(self, request: Request, username: str) -> None:
        """End the series of an account or browser after a sign-in. The address may guess on."""
        self.series.pop(self._keys(request, username)[0], None)

    def _keys(self, request: Request, username: str) -> list[tuple[str, str]]:
        mark = self.mark(username)
        if same(request.cookies.get(self.cookie, ""), mark):
            return [("browser", mark)]
        return [("account", mark), ("address", request.remote_addr or "")]

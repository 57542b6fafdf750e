"""Lesson 11: what binding stops, and what not, over windows, nonces, dates and cookie lives."""

from labutils.lessons.lesson_11 import bound_cookies, proof_life

WINDOWS, NONCES, LIVES = proof_life.WINDOWS, proof_life.NONCES, bound_cookies.LIVES


def listed(values: object) -> str:
    """5, 60 and 300."""
    *first, last = map(str, values)
    return f"{', '.join(first)} and {last}"


def dated_ahead() -> list[str]:
    last = proof_life.sweep([f"window {window} s" for window in WINDOWS], [540])
    least = min(seconds[0] for seconds in last.values())
    return [f"windows of {listed(WINDOWS)} seconds", "9 minutes ahead", f"{least} seconds"]


def ended_by_the_nonce() -> list[str]:
    last = proof_life.sweep([f"nonce {life} s" for life in NONCES])
    longest = [max(seconds) for seconds in last.values()]
    return [f"nonces of {listed(NONCES)} seconds", f"second {listed(longest)}"]


def open_to_a_page() -> list[str]:
    opened = proof_life.settings_open_to_a_page()
    assert opened["now"] == opened["later"]
    return [f"{len(opened['now'])} of {len(proof_life.SETTINGS)} settings", "3 hours later"]


def memory() -> list[str]:
    twice = [proof_life.used_twice("for the window", window) for window in WINDOWS]
    once = [proof_life.used_twice("until the proof expires", window) for window in WINDOWS]
    first = {min(dates) for dates in twice}
    assert len(first) == 1 and all(0 not in dates and -1 not in dates for dates in twice)
    second = "a second" if first == {1} else f"{first}"
    return [
        f"windows of {listed(WINDOWS)} seconds",
        f"dated {second} or more ahead",
        "accepted only once" if not any(once) else "accepted again",
    ]


def cookies() -> list[str]:
    away = [bound_cookies.last_second(bound_cookies.away, life) for life in LIVES]
    assert all(life - 1 == last for life, last in zip(LIVES, away, strict=True))
    resident = (bound_cookies.malware, bound_cookies.there_at_sign_in)
    stays = all(way(bound_cookies.DAY, life) for way in resident for life in LIVES)
    lives = f"lifetimes of {listed(life // 60 for life in LIVES)} minutes"
    return [lives, "a day later" if stays else "not a day later"]


CONCLUSIONS = {
    "11-ahead": dated_ahead,
    "11-nonce": ended_by_the_nonce,
    "11-page": open_to_a_page,
    "11-memory": memory,
    "11-cookies": cookies,
}

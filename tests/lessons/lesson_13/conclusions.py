"""What lesson 13 concludes about second factors and about the settings around a key."""

from solutions import made

from labutils.lessons.lesson_13 import phishing, ways_round_a_key

KIT = ways_round_a_key.Kit(
    made("13-1")["rewrite"], made("13-3")["without_key"], made("13-4")["poll"]
)


def three_parties() -> list[str]:
    """Each set of parties that do not look, and both pages; which of them do not look for `in`."""
    check = made("13-2")["check_answer"]
    outcomes = phishing.refusals(check)
    through = [key for key, outcome in outcomes.items() if outcome == "in"]
    assert all({"browser", "server"} <= set(off.split(", ")) for off, _ in through)
    assert {page for _, page in through} == {"page as it is"}
    return [
        f"in {len(through)} of {len(outcomes)} attempts",
        "neither the browser nor the server looks",
    ]


def late_codes() -> list[str]:
    """Every second of a step, and every delay up to a minute and a half."""
    opens = phishing.code_delays()
    sure = max(delay for delay, seconds in opens.items() if seconds == phishing.STEP)
    over = min(delay for delay, seconds in opens.items() if seconds == 0)
    assert all(seconds == phishing.STEP for delay, seconds in opens.items() if delay <= sure)
    assert not any(seconds for delay, seconds in opens.items() if delay >= over)
    return [f"up to {sure} seconds", "always works", f"From {over} seconds", "never works"]


def device_lives() -> list[str]:
    """Five lives of a device code, seven delays of Ada's, and two ways of Tom's."""
    outcomes = ways_round_a_key.device_code_lives(KIT.poll)
    early, late = ways_round_a_key.WHEN
    lives, delays = ways_round_a_key.LIVES, ways_round_a_key.READ_AFTER
    longest = max(after for after in delays if outcomes[early, 600, after])
    assert not any(
        outcomes[early, life, after] for life in lives for after in delays if after >= life
    )
    assert all(outcomes[late, life, after] for life in lives for after in delays)
    failed = min(after for after in delays if not outcomes[early, 600, after])
    return [
        f"up to {longest} seconds",
        f"the next, {failed} seconds, failed",
        f"at every lifetime from {lives[0]} to {lives[-1]} seconds",
    ]


def four_settings() -> str:
    """Each setting open or closed."""
    outcomes = ways_round_a_key.doors(KIT)
    in_by = [opened for opened, attacks in outcomes.items() if attacks]
    assert set(outcomes) - set(in_by) == {()}
    return f"in {len(in_by)} of {len(outcomes)} combinations"


CONCLUSIONS = {
    "13-three-parties": three_parties,
    "13-late-codes": late_codes,
    "13-device-lives": device_lives,
    "13-four-settings": four_settings,
}

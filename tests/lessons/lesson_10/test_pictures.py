"""Pictures of a hunt: drawn from its score; no text is small, and none is cut off."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from scored_worlds import HOUR, STEPS, event, hit, world

from labutils.incident import breach, telemetry
from labutils.incident.policy import World
from labutils.incident.scoring import score
from labutils.lessons.lesson_10.pictures import intrusion, precision_by_alerts
from labutils.pictures.canvas import BLUE, TEXT, VERMILION, marks

LONG = "Service Token Login Followed by a Privileged Change From the Same Address"


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    events = [event(place * 3 * HOUR, who=f"person-{place}") for place in range(240)]
    truth = dict(zip((17, 25, 33, 81), STEPS, strict=True))
    return world(tmp_path_factory.mktemp("month"), events, truth)


@pytest.fixture(scope="module")
def breach_score(tmp_path_factory):
    folder, replay = tmp_path_factory.mktemp("breach"), breach.play(World.historical())
    telemetry.write(folder, replay.audit, replay.truth, replay.labels)
    first = {fact: name for name, fact in reversed(replay.truth.items())}

    def found(fact, rule=LONG):
        name = first[fact]
        source, line = name.split(":")
        one = hit(int(line), rule=rule)
        return one.__class__(rule, rule, "Ada", "high", source, (name,), None)

    hits = [found(fact) for fact in list(first)[4:]]
    return score([*hits, found("nov22-sliver", "Java Process Starts a Shell")], folder)


def rungs(month):
    everything = [hit(line, rule=str(line % 3)) for line in range(1, 241)]
    return {
        "all rules": score(everything, month),
        "one rule": score([hit(17), hit(25), hit(26)], month),
        "no rule": score([], month),
    }


def pictures(month, breach_score):
    yield intrusion(breach_score, "A title")
    yield precision_by_alerts(rungs(month), "A title")
    yield intrusion(rungs(month)["no rule"], "A title")


@pytest.mark.parametrize("place", range(3))
def test_no_text_is_smaller_than_the_body_or_cut_off(month, breach_score, place):
    figure, _ = list(pictures(month, breach_score))[place]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    wide, high = canvas.get_width_height()
    texts = [text for text in figure.axes[0].get_children() if isinstance(text, Text)]
    for text in filter(lambda text: text.get_text(), texts):
        box = text.get_window_extent()
        assert text.get_fontsize() >= TEXT
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= wide and box.y1 <= high, text.get_text()


def test_the_intrusion_has_a_mark_for_each_step_by_its_outcome(breach_score):
    drawn = marks(intrusion(breach_score, "A title")[0])
    steps = [line for line in drawn if line.startswith("mark o")]
    outcomes = [step.outcome for step in breach_score.logged_steps]
    assert sum(VERMILION.lower() in line for line in steps) == outcomes.count("succeeded")
    assert sum(BLUE.lower() in line for line in steps) == outcomes.count("denied")


def test_an_alert_stands_at_its_own_moment_and_only_true_ones_are_drawn(month):
    result = score([hit(17), hit(1), hit(29)], month)
    drawn = marks(intrusion(result, "A title")[0])
    assert [line.split()[2] for line in drawn if line.startswith("mark D")] == ["0,1.41"]


def test_an_alert_past_the_budget_is_a_grey_bar(month):
    result = score([hit(17)], month, budget=0)
    drawn = marks(intrusion(result, "A title")[0])
    assert any(line.startswith("mark |") for line in drawn)
    assert not any(line.startswith("mark D") for line in drawn)


def test_the_sentence_of_the_intrusion_says_what_was_still_to_come(month):
    _, sentence = intrusion(score([hit(33)], month), "A title")
    assert sentence == (
        "4 logged steps, 1 seen; 1 rule with a true alert. The first true alert was read at "
        "2023-11-19T00:00:00Z: The rule. Still to come: 120 hours and 1 step."
    )
    _, silent = intrusion(score([], month), "A title")
    assert silent.endswith("No true alert was read.")


def test_the_intrusion_has_the_words_of_the_ledger_and_all_days_of_a_step(breach_score):
    figure, _ = intrusion(breach_score, "A title")
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "browser recordings read" in words and "tickets read" in words
    assert "17\u201318 Oct" in words and "17 Oct" not in words


def test_precision_says_which_sets_of_rules_stay_within_the_budget(month):
    _, sentence = precision_by_alerts(rungs(month), "A title")
    assert sentence == (
        "3 sets of rules, by the worst week: all rules 4 true of 185 alerts, 8.00 a day; one rule "
        "2 true of 3 alerts, 0.43 a day; no rule 0 true of 0 alerts, 0.00 a day. Within the "
        "budget of 5 a day: one rule, no rule."
    )


def test_no_words_of_a_point_lie_over_those_of_another(month):
    every = [hit(line, rule=f"{line % 2}") for line in range(1, 60)]
    scores = {f"the first {size} hits": score(every[:size], month) for size in range(20, 26)}
    figure, _ = precision_by_alerts(scores, "A title")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.axes[0].texts if "hits" in text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    assert len(boxes) == 6
    assert not any(
        one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place]
    )

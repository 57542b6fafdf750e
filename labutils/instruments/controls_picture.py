"""Draw the controls: the outcome of each step of a campaign, and two lines by a dial."""

from typing import TYPE_CHECKING

from labutils.incident import cases
from labutils.incident.breach import Step
from labutils.instruments.controls_campaign import GROUPS
from labutils.instruments.svg import Svg, colour, fitted, wrapped

if TYPE_CHECKING:
    from labutils.instruments.controls import Controls

WHY = {  # the rule that refused, in three words
    "reachable": "no way there",
    "recognised": "wrong kind",
    "person_present": "asks for a key",
    "in_time": "it had expired",
    "not_replaced": "it was replaced",
    "at_home": "bound elsewhere",
    "healthy_device": "no healthy device",
    "usual_network": "unknown network",
    "permitted": "no right to do it",
    "fresh": "asks for the key",
    "safeguarded": "a safeguard",
    "not_contained": "switched off by then",
    "not_held": "he never got it",
}
ROW, TWO_LINES = 26, 40  # heights
TEXT, SMALL = 14, 13  # sizes of type
NARROW = 620  # pixels below which the reasons stand below a step
LANE = 168  # pixels of a column
PADDING = 42  # of a live card
SHELF = 320  # pixels that the switches take beside the picture
LINES = (("s1", ""), ("s2", "7 4"))  # of two controls: a colour and a dash
TALL = 150  # of a diagram


def width_of(controls: "Controls") -> float:
    """Return the width of the live picture: the room beside the switches."""
    inner = max(200.0, controls.width - PADDING)
    return inner - SHELF if inner >= SHELF + NARROW else inner


def reason(step: Step) -> str:
    """Return why a step was refused, in a few words; empty if it was not."""
    return WHY.get(step.rule, step.rule) if step.outcome == "denied" else ""


def went_round(step: Step) -> bool:
    """Return whether one way was refused, and another was open."""
    refused = any(not attempt.allowed for attempt in step.attempts)
    return not step.stopped and refused


def route(controls: "Controls") -> str:
    """Return the campaign step by step, in two columns, as a picture for the screen."""
    picture = Svg(width_of(controls))
    height = _route(picture, controls, 4)
    return picture.done(height, said(controls), 'class="route"')


def said(controls: "Controls") -> str:
    """Return the picture in words."""
    if not controls.is_open:
        return "The steps of the campaign. Nothing is shown of them yet."

    words = []
    for assumption in controls.assumptions:
        stopped = [step for step in controls.steps(assumption) if step.stopped]
        round_ = [step for step in controls.steps(assumption) if went_round(step)]
        words.append(
            f"{assumption}: {len(stopped)} of {len(controls.steps(assumption))} "
            f"steps do not happen, and {len(round_)} went round a control."
        )
    return " ".join(words)


def _route(picture: Svg, controls: "Controls", top: float) -> float:
    """The steps from the top down; where they end."""

    narrow = picture.width < NARROW
    names = controls.assumptions
    lanes = {one: picture.width - LANE * (2 - at) + 10 for at, one in enumerate(names)}
    left = 10.0
    if narrow:
        lanes, left = {one: 14.0 + 24 * at for at, one in enumerate(controls.assumptions)}, 60.0
    y = top + 16
    picture.text(left, y, "The campaign of 2023", bold=True, size=TEXT)
    for at, (assumption, x) in enumerate(lanes.items()):
        if narrow:
            side = "left" if at == 0 else "right"
            y += 18
            picture.text(left, y, f"{side}: {assumption}", "quiet", size=SMALL)
        else:
            picture.text(x - 8, y, assumption, bold=True, size=TEXT)
    y += 14
    goal = cases.load().losses[controls.goal]
    losses = set(cases.load().losses.values())
    then = {one: controls.steps_with((), one) for one in controls.assumptions}
    now = {one: controls.steps(one) if controls.is_open else then[one] for one in names}
    before = dict.fromkeys(controls.assumptions, "")
    for place, step in enumerate(then[controls.assumptions[0]]):
        tall = TWO_LINES if narrow else ROW
        if step.fact == goal:
            picture.box((1, y), (picture.width - 2, tall), fill="card", round_by=6)
        room = picture.width - left - 8 if narrow else lanes[controls.assumptions[0]] - left - 20
        is_loss = step.fact in losses
        ink = "ink" if is_loss else "quiet"
        words = fitted(step.plan.goal, room, TEXT * (1.08 if is_loss else 1))
        picture.text(left, y + 18, words, ink, size=TEXT, bold=is_loss)
        notes = []
        for side, assumption in zip(("left", "right"), controls.assumptions, strict=True):
            one, was = now[assumption][place], then[assumption][place]
            note = _bead(picture, controls, one, was, (lanes[assumption], y + 13))
            if note and note != before[assumption]:
                notes.append((side, note, one.stopped))
                if not narrow:
                    shade = "defender" if one.stopped else "intruder"
                    picture.text(lanes[assumption] + 14, y + 18, note, shade, size=SMALL, bold=True)
            before[assumption] = note or before[assumption]
        if narrow and notes:
            same = len({note for _, note, _ in notes}) == 1 and len(notes) == 2
            text = f"both: {notes[0][1]}" if same else "; ".join(f"{s}: {n}" for s, n, _ in notes)
            shade = "defender" if all(stopped for *_, stopped in notes) else "intruder"
            picture.text(left, y + 34, fitted(text, room, SMALL), shade, size=SMALL, bold=True)
        y += tall
    return y + 6


def _bead(
    picture: Svg, controls: "Controls", step: Step, was: Step, at: tuple[float, float]
) -> str:
    """The sign of one step, and what is said beside it."""
    x, y = at
    if not controls.is_open:
        picture.sign(x, y, "unwritten")
        return ""
    if step.outcome == "not_reached":
        picture.add(f'<circle cx="{x:g}" cy="{y:g}" r="4" style="fill:{colour("line")}"/>')
        return ""
    if not step.stopped:
        picture.sign(x, y, "harm")
        return "went round" if went_round(step) and not went_round(was) else ""
    picture.sign(x, y, "refused")
    return reason(step) if not was.stopped else ""


def curves(controls: "Controls") -> str:
    """Return two diagrams, one for each assumption, as a picture for the screen."""
    picture = Svg(max(200.0, controls.width - PADDING))
    height = _curves(picture, controls, 0)
    return picture.done(height, said_of_curves(controls), 'class="curves"')


def said_of_curves(controls: "Controls") -> str:
    """Return the diagrams in words."""

    return " ".join(
        f"{name}, {assumption}: {controls.of_100(name, assumption, controls.at()):.0f} of 100."
        for assumption in controls.assumptions
        for name in controls.pair()
    )


def _curves(picture: Svg, controls: "Controls", top: float) -> float:
    """How many of 100 thieves each of two controls stops, by the dial; where it ends."""

    narrow = picture.width < NARROW
    wide = picture.width - 90 if narrow else picture.width / 2 - 90
    bottom = top
    for at, assumption in enumerate(controls.assumptions):
        left = 40.0 if narrow or at == 0 else picture.width / 2 + 40
        up = top + 40 + (at * (TALL + 120) if narrow else 0)
        picture.text(left, up - 16, f"{assumption}", bold=True, size=TEXT)
        for share in (0, 50, 100):
            y = up + TALL * (1 - share / 100)
            picture.line((left, y), (left + wide, y), "line")
            picture.text(left - 8, y + 5, str(share), "quiet", size=SMALL, anchor="end")
        for share in (0, 50, 100):
            x = left + wide * share / 100
            picture.text(x, up + TALL + 20, str(share), "quiet", size=SMALL, anchor="middle")
        here = left + wide * controls.at() / 100
        picture.line((here, up - 4), (here, up + TALL), "ink", 1.5, dash="3 4")
        bottom = up + TALL + 26
        for name, (shade, dash) in zip(controls.pair(), LINES, strict=False):
            points = [
                f"{left + wide * x / 100:g},"
                f"{up + TALL * (1 - controls.of_100(name, assumption, x) / 100):g}"
                for x in range(0, 101, 5)
            ]
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            picture.add(
                f'<polyline points="{" ".join(points)}" fill="none" '
                f'style="stroke:{colour(shade)}" stroke-width="2.6"{dashed}/>'
            )
            bottom += 20
            value = controls.of_100(name, assumption, controls.at())
            picture.text(left, bottom, f"{name}: {value:.0f}", shade, size=TEXT, bold=True)
    return bottom + 12


def stored(controls: "Controls") -> str:
    """Return the picture that is stored: title, what is in place, the campaign, the lines."""
    picture = Svg(controls.width)
    y = picture.heading(controls.title, controls.hint)

    chosen = f"In place: {', '.join(controls.on)}" if controls.on else ""
    on_offer = "; ".join(f"{title}: {len(names)}" for title, names in GROUPS.items())
    for line in wrapped(chosen or f"On offer: {on_offer}", controls.width - 40, TEXT):
        y += 20
        picture.text(20, y, line, size=TEXT)
    inner = Svg(controls.width - 40)
    height = _route(inner, controls, 8)
    if controls.is_open and controls.dials and controls.on:
        height = _curves(inner, controls, height + 8)
    picture.add(f'<g transform="translate(20 {y:g})">{inner.inside()}</g>')
    return picture.done(y + height + 12, f"{controls.title}. {said(controls)}")

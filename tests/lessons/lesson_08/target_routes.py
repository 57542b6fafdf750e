"""Ways to correct the article (lesson 08)."""

from labutils.lessons.lesson_08.news_article import OPEN, REFUTED, Article

LEFT_OPEN = {
    3: "nov14-aws-accessed",
    8: "repos-exfiltration-unconfirmed",
    10: "attack-gap",
    11: "nov22-sao-paulo-denied",
    12: "wiki-pages-total",
}


def corrected(scene: Article, wrong: dict[int, str], unknown: dict[int, str] = LEFT_OPEN) -> str:
    for number, fact in wrong.items():
        scene.refute(number, fact)
    for number, fact in unknown.items():
        scene.leave_open(number, fact)
    return scene.publish()


BY_THE_FIRST_DAY = {
    2: "okta-support-window",
    4: "okta-support-window",
    6: "cf-rotation-missed",
    7: "nov15-atlassian-access",
}
BY_THOSE_WHO_TOLD = {
    2: "okta-root-cause-published",
    4: "1password-tells-okta",
    6: "code-red-credentials",
    7: "nov16-account-created",
}


def after_two_that_failed(scene: Article) -> str:
    scene.refute(1, "1password-tells-okta")
    scene.refute(8, "repos-exfiltration-unconfirmed")
    return corrected(scene, BY_THE_FIRST_DAY)


def after_three_that_failed(scene: Article) -> str:
    scene.refute(5, "okta-log-gap")
    return after_two_that_failed(scene)


ROUTES = {
    "by the first day": lambda scene: corrected(scene, BY_THE_FIRST_DAY),
    "by those who told Okta": lambda scene: corrected(scene, BY_THOSE_WHO_TOLD),
    "by what Okta was told in October": lambda scene: corrected(
        scene, BY_THE_FIRST_DAY | {4: "okta-indicator-received", 7: "nov16-wiki-search"}
    ),
    "after two that failed": after_two_that_failed,
    "after three that failed": after_three_that_failed,
    "by what Cloudflare believes": lambda scene: corrected(
        scene, BY_THE_FIRST_DAY, LEFT_OPEN | {10: "attribution"}
    ),
}


def all_of_it(scene: Article) -> str:
    """Each claim is refuted, the true ones too."""
    for number in scene.claims:
        scene.refute(number, "cf-oct18-detected")
    return corrected(scene, BY_THE_FIRST_DAY)


def all_refuted(scene: Article) -> str:
    """What is open is called wrong."""
    return corrected(scene, BY_THE_FIRST_DAY | LEFT_OPEN, {})


def all_left_open(scene: Article) -> str:
    """What is wrong is called open."""
    return corrected(scene, {}, BY_THE_FIRST_DAY | LEFT_OPEN)


def by_a_list_of_facts(scene: Article) -> str:
    """Every fact against every claim, until the editor stops."""
    for number in REFUTED:
        for fact in sorted(set().union(*REFUTED.values(), *OPEN.values())):
            scene.refute(number, fact)
    return corrected(scene, BY_THE_FIRST_DAY)


def said_to(scene: Article, number: int, fact: str) -> str:
    """What the editor says to one correction."""
    scene.refute(number, fact)
    return scene.said[-1]


SHUT = {
    "nothing corrected": lambda scene: scene.publish(),
    "all of it": all_of_it,
    "what is open called wrong": all_refuted,
    "what is wrong called open": all_left_open,
    "a list of facts": by_a_list_of_facts,
    "without the open ones": lambda scene: corrected(scene, BY_THE_FIRST_DAY, {}),
    "a discovery of that very day": lambda scene: corrected(
        scene, BY_THE_FIRST_DAY | {4: "cf-oct18-detected"}
    ),
    "the order of that day called wrong": lambda scene: corrected(
        scene,
        BY_THE_FIRST_DAY | {3: "nov14-aws-accessed"},
        LEFT_OPEN | {3: "nov15-atlassian-access"},
    ),
    "a claim that is not there": lambda scene: said_to(scene, 13, "attack-gap"),
    "a fact that is not there": lambda scene: said_to(scene, 2, "no-such-fact"),
}

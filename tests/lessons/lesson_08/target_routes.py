"""Ways to correct the article (lesson 08)."""

from labutils.lessons.lesson_08.news_article import OPEN, REFUTED, Article

LEFT_OPEN = {
    3: "okta-service-account-credential",
    8: "repos-exfiltration-unconfirmed",
    10: "attack-gap",
    11: "nov22-sao-paulo-denied",
    12: "attribution",
}


def corrected(scene: Article, wrong: dict[int, str], unknown: dict[int, str] = LEFT_OPEN) -> str:
    for number, fact in wrong.items():
        scene.refute(number, fact)
    for number, fact in unknown.items():
        scene.leave_open(number, fact)
    return scene.publish()


BY_WHAT_WAS_DONE = {
    2: "okta-service-account-credential",
    4: "code-red-triage",
    6: "cf-rotation-missed",
    7: "other-systems-denied",
}
BY_OTHER_FACTS = {
    2: "okta-service-account-identified",
    4: "code-red-reimage",
    6: "code-red-credentials",
    7: "scope-only-atlassian",
}


def after_two_that_failed(scene: Article) -> str:
    scene.refute(1, "1password-tells-okta")
    scene.refute(8, "repos-exfiltration-unconfirmed")
    return corrected(scene, BY_WHAT_WAS_DONE)


def after_three_that_failed(scene: Article) -> str:
    scene.refute(5, "okta-log-gap")
    return after_two_that_failed(scene)


ROUTES = {
    "by what was done": lambda scene: corrected(scene, BY_WHAT_WAS_DONE),
    "by other facts": lambda scene: corrected(scene, BY_OTHER_FACTS),
    "after two that failed": after_two_that_failed,
    "after three that failed": after_three_that_failed,
    "by what Cloudflare believes": lambda scene: corrected(
        scene, BY_WHAT_WAS_DONE, LEFT_OPEN | {10: "attribution"}
    ),
}


def all_of_it(scene: Article) -> str:
    """Each claim is refuted, the true ones too."""
    for number in scene.claims:
        scene.refute(number, "cf-oct18-detected")
    return corrected(scene, BY_WHAT_WAS_DONE)


def all_refuted(scene: Article) -> str:
    """What is open is called wrong."""
    return corrected(scene, BY_WHAT_WAS_DONE | LEFT_OPEN, {})


def all_left_open(scene: Article) -> str:
    """What is wrong is called open."""
    return corrected(scene, {}, BY_WHAT_WAS_DONE | LEFT_OPEN)


def by_a_list_of_facts(scene: Article) -> str:
    """Every fact against every claim, until the editor stops."""
    for number in REFUTED:
        for fact in sorted(set().union(*REFUTED.values(), *OPEN.values())):
            scene.refute(number, fact)
    return corrected(scene, BY_WHAT_WAS_DONE)


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
    "without the open ones": lambda scene: corrected(scene, BY_WHAT_WAS_DONE, {}),
    "the number of another act": lambda scene: corrected(
        scene, BY_WHAT_WAS_DONE | {4: "code-red-credentials"}
    ),
    "what is most likely called wrong": lambda scene: corrected(
        scene,
        BY_WHAT_WAS_DONE | {3: "okta-service-account-credential"},
        LEFT_OPEN | {3: "okta-service-account-rights"},
    ),
    "a claim that is not there": lambda scene: said_to(scene, 13, "attack-gap"),
    "a fact that is not there": lambda scene: said_to(scene, 2, "no-such-fact"),
}

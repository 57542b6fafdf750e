"""Ways to end the incident in time (lesson 15)."""

from labutils.lessons.lesson_15.last_inventory import LastInventory

INSIDE = ("j.fielding", "sync-rule", "support-bot")


def cut_with(*more: str):
    """What was made inside and these are cut; the rest is rotated."""

    def attempt(scene: LastInventory) -> str:
        scene.cut(*more, *INSIDE)
        scene.rotate("gateway-token")
        scene.remove_old("billing-key")
        return scene.declare()

    return attempt


one_cut = cut_with()


def between_two_visits(scene: LastInventory) -> str:
    """The two that make each other anew are ended from 17:15 to 17:25, before he comes by."""
    scene.remove_old("billing-key")
    scene.revoke("sync-rule")
    scene.revoke("j.fielding")
    scene.revoke("support-bot")
    scene.rotate("gateway-token")
    return scene.declare()


def rotated_twice(scene: LastInventory) -> str:
    """Where a door takes two secrets, a second rotation pushes the old one out."""
    scene.rotate("billing-key")
    scene.rotate("gateway-token")
    scene.cut(*INSIDE)
    return scene.declare()


ROUTES = {
    "one cut for all": one_cut,
    "between two visits": between_two_visits,
    "a second rotation": rotated_twice,
}


def without(*left: str):
    """The one cut, with these left out."""

    def attempt(scene: LastInventory) -> str:
        scene.cut(*(name for name in INSIDE if name not in left))
        if "gateway-token" not in left:
            scene.rotate("gateway-token")
        if "billing-key" not in left:
            scene.remove_old("billing-key")
        return scene.declare()

    return attempt


def one_after_the_other(scene: LastInventory) -> str:
    for name in INSIDE:
        scene.revoke(name)
    scene.rotate("gateway-token")
    scene.remove_old("billing-key")
    return scene.declare()


def unused_ended(scene: LastInventory) -> str:
    scene.cut("gateway-token", *INSIDE)
    scene.remove_old("billing-key")
    return scene.declare()


def everything_rotated(scene: LastInventory) -> str:
    for row in list(scene.rows):
        scene.rotate(row.id)
    return one_cut(scene)


def billing_ended(scene: LastInventory) -> str:
    scene.cut("billing-key", *INSIDE)
    scene.rotate("gateway-token")
    return scene.declare()


def everything_of_his_rotated(scene: LastInventory) -> str:
    """Nothing is ended: his user and his rule live on, with new secrets."""
    scene.remove_old("billing-key")
    for name in (*INSIDE, "gateway-token"):
        scene.rotate(name)
    return scene.declare()


SHUT = {
    "what he made rotated": everything_of_his_rotated,
    "the row that says replaced": without("billing-key"),
    "the user that looks like staff": without("j.fielding"),
    "the rule that makes it anew": without("sync-rule"),
    "what stands in no list": without("support-bot"),
    "the token that nobody uses": without("gateway-token"),
    "one after the other": one_after_the_other,
    "what nobody is seen to use ended": unused_ended,
    "everything rotated first": everything_rotated,
    "a colleague ended": cut_with("m.sato"),
    "all without an owner ended": cut_with("status-page"),
    "a key ended that a job needs": billing_ended,
    "declared at once": lambda scene: scene.declare(),
}

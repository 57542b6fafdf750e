"""What the trials of lesson 10 look for in a detection before they try it."""

from tables import table

from labutils.lessons.lesson_10.rule_texts import one_address, read_yaml

OURS = "ours:\n  ipAddress|cidr: 192.0.2.0/24\n"


@table(
    ("detection", "address"),
    [
        ("thief:\n  ipAddress: 198.51.100.7\ncondition: thief\n", "198.51.100.7"),
        ("thief:\n  ipAddress: 198.51.100.7\ncondition: login and not thief\n", None),
        (
            "thief:\n  ipAddress: 198.51.100.7\ncondition: thief and not ours\n" + OURS,
            "198.51.100.7",
        ),
        (OURS + "condition: not ours\n", None),
    ],
)
def test_a_single_address_counts_where_it_is_asked_for_and_not_where_it_is_left_out(
    detection, address
):
    assert one_address(read_yaml(detection)[0]) == address

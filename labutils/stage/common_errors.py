"""Ten claims that circulate about the events of 2023 and do not hold (lesson 08)."""

from labutils.incident import ledger

TEN = (
    "error-02",
    "error-05",
    "error-09",
    "error-13",
    "error-16",
    "error-20",
    "error-21",
    "error-25",
    "error-28",
    "error-29",
)


def ten_claims() -> dict[int, ledger.CommonError]:
    """Ten claims of the ledger's list, by number."""
    errors = {error.id: error for error in ledger.common_errors()}
    return {number: errors[name] for number, name in enumerate(TEN, 1)}

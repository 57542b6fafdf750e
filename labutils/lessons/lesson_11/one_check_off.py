"""The twelve checks of a DPoP proof, one switched off at a time (lesson 11)."""

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from textwrap import dedent
from typing import Any

import jwt

from labutils.identity import dpop
from labutils.identity.dpop import Question
from labutils.identity.keys import Json
from labutils.identity.tokens import UNREADABLE

from .hostile_proofs import ProofCase, honest_proofs, hostile_proofs

Check = Callable[[str, dict[str, Any]], Any]  # of a proof and its request; it refuses by raising
READING = "strict reading"  # what objects before the first check is asked


def refusal(case: ProofCase, checks: Iterable[Question] = dpop.CHECKS) -> str:
    """Why these checks refuse the proof, or an empty string where they let it in."""
    try:
        dpop.check(case.proof, seen=set(case.seen), checks=checks, **case.request)
    except dpop.InvalidProof as error:
        return str(error)
    return ""


def without(check: Question) -> tuple[Question, ...]:
    """All checks but one."""
    return tuple(ask for ask in dpop.CHECKS if ask is not check)


@cache
def let_in() -> dict[tuple[str, str], bool]:
    """(proof, check): whether this hostile proof passes when this one check is switched off."""
    return {
        (case.name, check.__name__): refusal(case, without(check)) == ""
        for case in hostile_proofs()
        for check in dpop.CHECKS
    }


def objections(case: ProofCase) -> list[str]:
    """Everything that objects to this proof when it is asked alone."""
    try:
        header, claims = dpop.read(case.proof)
    except (jwt.PyJWTError, *UNREADABLE):
        return [READING]
    return [check.__name__ for check in dpop.CHECKS if not passes([check], case, header, claims)]


def passes(checks: Iterable[Question], case: ProofCase, header: Json, claims: Json) -> bool:
    """Whether these checks have nothing against a proof with this header and these claims.

    A check that cannot even be asked lets nobody in.
    """
    request = case.request
    try:
        for check in checks:
            check(
                proof=case.proof,
                header=header,
                jwk=header.get("jwk"),
                claims=claims,
                method=request["method"],
                url=request["url"],
                now=request["now"],
                seen=set(case.seen),
                token=request.get("token"),
                jkt=request.get("jkt"),
                nonce=request.get("nonce"),
                window=60,
            )
    except (jwt.PyJWTError, *UNREADABLE):
        return False
    return True


def stopped_by(case: ProofCase) -> str:
    """The first that objects, in the order in which `dpop.check` asks."""
    return next(iter(objections(case)), "nothing")


def never_let_in() -> dict[str, list[str]]:
    """The proofs that stay out whichever check is switched off, each with all that objects to it.

    Two checks object to them, or the strict reading does.
    """
    return {
        case.name: objections(case)
        for case in hostile_proofs()
        if not any(let_in()[case.name, check.__name__] for check in dpop.CHECKS)
    }


def what_gets_in(yours: Mapping[str, bool]) -> list[dict[str, object]]:
    """A row for each check: how many hostile proofs get in when it is switched off, and three of
    them. Last, those that somebody's own check lets in, of those that it was tried on."""
    rows: list[dict[str, object]] = []
    for check in dpop.CHECKS:
        alone = [name for (name, off), is_in in let_in().items() if is_in and off == check.__name__]
        rows.append(_row(f"without {check.__name__}", len(alone), ", ".join(alone[:3])))
    others = f"the other {len(never_let_in())}: two checks object, or it is no JWT"
    rows.append(_row("whichever is off", 0, others))
    inside = [name for name, is_in in yours.items() if is_in]
    rows.append(_row(f"your check, of {len(yours)}", len(inside), ", ".join(inside)))
    return rows


def _row(check: str, count: int, names: str) -> dict[str, object]:
    return {"check": check, "get in": count, "for example": names}


# --- the check of a learner ---------------------------------------------------------------------


def at_the_api(cases: Iterable[ProofCase] | None = None) -> list[ProofCase]:
    """The hostile proofs (or these) for the API, where it gives out no nonce."""
    cases = hostile_proofs() if cases is None else cases
    return [case for case in cases if "jkt" in case.request and "nonce" not in case.request]


def answer_of(check: Check, proof: str, request: Mapping[str, Any]) -> str:
    """What a check says: `let in`, or `refused` and why. To raise is to refuse.

    It may add to the set `seen` of a request: it gets a copy.
    """
    try:
        check(proof, {**request, "seen": set(request["seen"])})
    except Exception as error:
        return f"refused: {error}"
    return "let in"


def lets_in(check: Check, cases: Iterable[ProofCase] | None = None) -> dict[str, bool]:
    """For each hostile proof at the API (or each of these), whether this check lets it in."""
    return {
        case.name: answer_of(check, case.proof, {**case.request, "seen": case.seen}) == "let in"
        for case in at_the_api(cases)
    }


def on_honest_ones(check: Check) -> str:
    """How a check treats the honest proofs at the API, however odd they look; in a sentence."""
    outcomes = lets_in(check, honest_proofs())
    shut = [name for name, is_in in outcomes.items() if not is_in]
    names = f" ({', '.join(shut)})" if shut else ""
    return f"Of {len(outcomes)} odd but honest proofs, your check refuses {len(shut)}{names}."


# --- the same, with the lines of a learner's check ----------------------------------------------


def lines_off(check: Check) -> Iterator[tuple[str, Check]]:
    """Each line of a check that may refuse something or that records a name, and the check
    without it.

    Assignments and `return` stay: without them nothing works at all. A statement of several lines
    goes by its first. Raises ValueError for what is no function, or none whose source can be read.
    """
    function = inspect.unwrap(getattr(check, "function", check))
    try:
        tree = ast.parse(dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError) as error:
        raise ValueError("the lines of this function cannot be read") from error
    defined = tree.body[0]
    if not isinstance(defined, ast.FunctionDef) or defined.name != function.__name__:
        raise ValueError("this is not a function that begins with def")
    statements = defined.body
    for place, statement in enumerate(statements):
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if isinstance(statement, ast.Expr | ast.If | ast.Assert) and not is_text:
            defined.body = [*statements[:place], ast.Pass(), *statements[place + 1 :]]
            namespace = dict(function.__globals__)
            code = compile(ast.fix_missing_locations(tree), "<one line off>", "exec")
            exec(code, namespace)
            yield ast.unparse(statement).splitlines()[0], namespace[defined.name]
            defined.body = statements


def twice(check: Check) -> bool:
    """Whether an honest proof gets in a second time."""
    first = at_the_api(honest_proofs())[0]
    request = {**first.request, "seen": set(first.seen)}
    try:
        check(first.proof, request)
        check(first.proof, request)
    except Exception:
        return False
    return True


def one_line_off(check: Check) -> list[dict[str, object]]:
    """A row for each line of a check: what gets in without it that does not get in with it.

    One row with a sentence where its lines cannot be read.
    """
    with_all = {name for name, is_in in lets_in(check).items() if is_in}
    try:
        each = list(lines_off(check))
    except ValueError as error:
        return [{"your check without": f"Nothing can be left out here: {error}."}]
    rows: list[dict[str, object]] = []
    for line, less in each:
        found = [name for name, is_in in lets_in(less).items() if is_in and name not in with_all]
        if twice(less) and not twice(check):
            found.append("an honest proof, sent twice")
        shown = line if len(line) <= 55 else f"{line[:52]}..."
        names = ", ".join(found[:2])
        rows.append({"your check without": shown, "get in": len(found), "for example": names})
    return rows

"""The maker of mutants: each has one change, the one that it names, on the line that it names."""

import ast
import textwrap

import pytest
from mutants import mutants
from places import ROOT
from tables import table

LABUTILS = ROOT / "labutils"
MODULES = ["identity/dpop.py", "identity/tokens.py", "incident/policy.py", "incident/relay.py"]

CHECK = textwrap.dedent('''\
    def check(claims: dict, now: int = 0, leeway: int = 60) -> bool:
        """Whether a token is still good."""
        if "exp" not in claims:
            raise ValueError("exp is missing")
        if now >= claims["exp"] + leeway and now > 0:
            return False
        return not claims.get("revoked")
    ''')
CONDITION = "now >= claims['exp'] + leeway and now > 0"


def changes(source: str) -> set[tuple[int, str, str]]:
    return {(mutant.line, mutant.kind, mutant.change) for mutant in mutants(source)}


def test_the_mutants_of_a_function_of_seven_lines():
    assert changes(CHECK) == {
        (1, "early return", "check: returns None at once"),
        (1, "constant changed", "0 -> 1"),
        (1, "constant changed", "60 -> 61"),
        (3, "check dropped", "dropped: if 'exp' not in claims: raise ValueError('exp is missing')"),
        (3, "operator swapped", "'exp' not in claims -> 'exp' in claims"),
        (3, "constant changed", "'exp' -> 'expx'"),
        (5, "check dropped", "dropped: if now >= claims['exp'] + leeway and now > 0: return False"),
        (5, "condition negated", CONDITION + " -> not (" + CONDITION + ")"),
        (5, "operator swapped", CONDITION + " -> now >= claims['exp'] + leeway or now > 0"),
        (5, "check dropped", "dropped: now >= claims['exp'] + leeway"),
        (5, "check dropped", "dropped: now > 0"),
        (5, "boundary moved", "now >= claims['exp'] + leeway -> now > claims['exp'] + leeway"),
        (5, "operator swapped", "claims['exp'] + leeway -> claims['exp'] - leeway"),
        (5, "constant changed", "'exp' -> 'expx'"),
        (5, "boundary moved", "now > 0 -> now >= 0"),
        (5, "constant changed", "0 -> 1"),
        (6, "early return", "return False -> return None"),
        (6, "constant changed", "False -> True"),
        (7, "early return", "return not claims.get('revoked') -> return None"),
        (7, "condition negated", "not claims.get('revoked') -> claims.get('revoked')"),
        (7, "constant changed", "'revoked' -> 'revokedx'"),
    }


@table(
    "source, kind, changed",
    [
        ("a < b", "boundary moved", "a <= b"),
        ("a <= b < c", "boundary moved", "a <= b <= c"),
        ("a == b", "operator swapped", "a != b"),
        ("a is not None", "operator swapped", "a is None"),
        ("a * b", "operator swapped", "a // b"),
        ("a += b", "operator swapped", "a -= b"),
        ("a or b", "operator swapped", "a and b"),
        ("any(a)", "operator swapped", "all(a)"),
        ("re.fullmatch('a', b)", "operator swapped", "re.match('a', b)"),
        ("a.startswith(b)", "operator swapped", "a.endswith(b)"),
        ("a or b or c", "check dropped", "a or c"),
        ("[a for a in b if a]", "check dropped", "[a for a in b if True]"),
        ("[a for a in b if a]", "condition negated", "[a for a in b if not a]"),
        ("a if b else c", "condition negated", "a if not b else c"),
        ("while a: b", "condition negated", "while not a: b"),
        ("if not a: b", "condition negated", "if a: b"),
        ("check(a)", "check dropped", "pass"),
        ("assert a", "check dropped", "pass"),
        ("a[:16]", "constant changed", "a[:17]"),
        ("a = 0.5", "constant changed", "a = 1.5"),
        ("a = True", "constant changed", "a = False"),
        ("a = b'k'", "constant changed", "a = b'kx'"),
        ("re.compile('[a-z_.]{8,}')", "constant changed", "re.compile('[a-z_]{8,}')"),
        ("re.compile('[a-z_.]{8,}')", "constant changed", "re.compile('[_.]{8,}')"),
        ("re.compile('[a-z_.]{8,9}')", "constant changed", "re.compile('[a-z_.]{8,10}')"),
        ("A = {'host', 'cookie'}", "member dropped", "A = {'host'}"),
        ("A = {'host': a, 'cookie': b}", "member dropped", "A = {'cookie': b}"),
        ("try: a\nexcept (B, C): d", "member dropped", "try: a\nexcept (C,): d"),
    ],
)
def test_each_kind_of_change(source, kind, changed):
    made = {(mutant.kind, ast.unparse(ast.parse(mutant.source))) for mutant in mutants(source)}
    assert (kind, ast.unparse(ast.parse(changed))) in made


@table(
    "source",
    [
        '"""A text that says what it is."""',
        "def f():\n    'codes'\n    ...",
        "a: Literal['a', 'b']",
        "def f(a: Literal['x']) -> Literal[1]: ...",
        "import a",
        "a = b",
        "a = f'{b < c}: {1 + 2}'",
        "a = 'A sentence for a person.'",
        "a = ''",
        "a = None",
        "__all__ = ['a', 'b']",
        "a, b = c, d",
    ],
)
def test_what_no_test_should_notice_stays_as_it_is(source):
    assert [mutant for mutant in mutants(source) if mutant.kind != "early return"] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_mutant_of_a_module_can_be_compiled_and_differs_from_all_others(module):
    source = (LABUTILS / module).read_text(encoding="utf-8")
    every = mutants(source)
    texts = {mutant.source for mutant in every} | {ast.unparse(ast.parse(source)) + "\n"}
    assert len(texts) == len(every) + 1
    assert all(1 <= mutant.line <= len(source.splitlines()) for mutant in every)
    for mutant in every[:: max(1, len(every) // 20)]:
        compile(mutant.source, module, "exec")


def test_one_line_differs_in_a_mutant_unless_something_was_dropped():
    plain = ast.unparse(ast.parse(CHECK)).splitlines()
    for mutant in mutants(CHECK):
        lines = mutant.source.splitlines()
        if len(lines) == len(plain):
            assert sum(one != other for one, other in zip(plain, lines, strict=True)) == 1


def test_the_same_code_has_the_same_mutants():
    assert mutants(CHECK) == mutants(CHECK)

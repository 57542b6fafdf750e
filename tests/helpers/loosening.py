"""Each check of a model solution made a little looser, as people loosen it without thinking.

`loosened(source, seen)` lists the mutants. What refuses is a condition in the test
of an `if` that raises, returns no or goes on, in what is returned, in an `assert`, in the `if` of a
comprehension, or in the first argument of `need`. It is loosened so:

- only where there: the check is skipped where a value is empty or missing, `if x and ...`
- beginning, case, blanks, part, first letters: two texts are compared in part
- another pattern: `match` and `search` for `fullmatch`, `>=` for `==` between lengths
- member left out: one member of a list of names or values is not asked about

`watched(source)` is the same code with each comparison noting what it compared (`Seen`): texts are
loosened as texts where texts were seen, and nothing is loosened that no answer reached. Left out
is what cannot change an answer: the case of texts without letters, the first six letters of a text
that has fewer, and an empty value that `not x or ...` refuses beforehand.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mutants import Mutant, Place, arrow, brief, places

NOTE = "_note_comparison"
TEXTS = {
    "beginning": "str({a}).startswith(str({b}))",
    "case": "str({a}).lower() == str({b}).lower()",
    "blanks": "str({a}).strip() == str({b}).strip()",
    "part": "str({b}) in str({a})",
    "first letters": "str({a})[:6] == str({b})[:6]",
}
READERS = ("get", "unb64")  # functions that give what somebody sent, as it came
KINDS = ("only where there", *TEXTS, "another pattern", "member left out")
At = tuple[int, int]  # line and column of a comparison, from 1 and 0


@dataclass
class Seen:
    """What comparisons met: by place, the pairs of values."""

    pairs: dict[At, list[tuple[object, object]]] = field(default_factory=dict)

    def note(
        self, line: int, column: int, compare: Callable, left: object, right: object
    ) -> object:
        """What the comparison gives. The first hundred pairs of a place are kept."""
        met = self.pairs.setdefault((line, column), [])
        if len(met) < 100:
            met.append((left, right))
        return compare(left, right)

    def texts(self, node: ast.Compare) -> bool:
        """Whether two texts of some length were compared here."""
        return any(
            isinstance(left, str) and isinstance(right, str) and left and right
            for left, right in self.pairs.get((node.lineno, node.col_offset), ())
        )

    def letters(self, node: ast.Compare) -> bool:
        """Whether a text with letters in it was compared here, which can be in another case."""
        return any(
            str(value).swapcase() != str(value)
            for pair in self.pairs.get((node.lineno, node.col_offset), ())
            for value in pair
        )

    def among_texts(self, node: ast.Compare) -> bool:
        """Whether a text was looked for among texts here."""
        return any(
            isinstance(left, str)
            and isinstance(right, list | tuple | set | frozenset | dict)
            and right
            and all(isinstance(member, str) for member in right)
            for left, right in self.pairs.get((node.lineno, node.col_offset), ())
        )


def watched(source: str) -> str:
    """The code, in which each comparison notes what it compares."""

    class Watch(ast.NodeTransformer):
        def visit_Compare(self, node: ast.Compare) -> ast.AST:
            self.generic_visit(node)
            if len(node.ops) != 1:
                return node
            where = f"{NOTE}({node.lineno}, {node.col_offset}, lambda left, right: left)"
            call = ast.parse(where, mode="eval").body
            right = ast.Name("right", ast.Load())
            call.args[2].body = ast.Compare(ast.Name("left", ast.Load()), node.ops, [right])
            call.args += [node.left, *node.comparators]
            return call

    tree = Watch().visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree))


def loosened(source: str, seen: Seen) -> list[Mutant]:
    """Every looser version of a piece of code, in the order of its lines."""
    tree = ast.parse(source)
    texts, listed = {ast.unparse(tree)}, []
    for place in list(checks(tree)):
        for kind, replacement, change in looser(place, seen):
            place.put(replacement)
            text = ast.unparse(ast.fix_missing_locations(tree))
            place.put(place.node)
            if text not in texts:
                texts.add(text)
                listed.append(Mutant(place.node.lineno, kind, change, text + "\n"))
    return sorted(listed, key=lambda mutant: mutant.line)


# --- where something is refused -----------------------------------------------------------------


def checks(tree: ast.AST) -> Iterator[Place]:
    """The conditions that refuse, and the parts of which they are made."""
    for place in places(tree):
        node = place.node
        if isinstance(node, ast.If) and is_refusal(node.body[-1]):
            yield from parts(Place(node, "test", None, node.test))
        elif isinstance(node, ast.Return) and is_condition(node.value):
            yield from parts(Place(node, "value", None, node.value))
        elif isinstance(node, ast.Assert):
            yield from parts(Place(node, "test", None, node.test))
        elif isinstance(node, ast.Call) and is_need(node) and node.args:
            yield from parts(Place(node, "args", 0, node.args[0]))
        elif place.field == "ifs":
            yield from parts(place)


def parts(place: Place) -> Iterator[Place]:
    """A condition, and all conditions in it."""
    node = place.node
    if isinstance(node, ast.BoolOp):
        for index, value in enumerate(node.values):
            yield from parts(Place(node, "values", index, value))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from parts(Place(node, "operand", None, node.operand))
    else:
        yield place


def is_refusal(node: ast.stmt) -> bool:
    """Whether a statement refuses, and does not choose among answers."""
    if isinstance(node, ast.Return):
        return isinstance(node.value, ast.Constant) and not node.value.value
    return isinstance(node, ast.Raise | ast.Continue | ast.Break)


def is_condition(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def is_need(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "need"


# --- how it is loosened -------------------------------------------------------------------------


def looser(place: Place, seen: Seen) -> Iterator[tuple[str, ast.AST, str]]:
    """What could stand in place of one condition instead."""
    node = place.node
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from looser_comparison(place, node, seen)
    if isinstance(node, ast.Call):
        yield from looser_call(node)


def looser_comparison(
    place: Place, node: ast.Compare, seen: Seen
) -> Iterator[tuple[str, ast.AST, str]]:
    operator = node.ops[0]
    if isinstance(operator, ast.Eq | ast.NotEq):
        if seen.texts(node):
            yield from equal_in_part(node, seen)
        yield from of_any_length(node)
        yield from only_where_there(place, node, seen)
    elif isinstance(operator, ast.In | ast.NotIn):  # codespell:ignore notin
        if seen.among_texts(node) and not is_name(node.left):
            yield from among_in_part(node, seen)
        yield from without_one(node)


def equal_in_part(node: ast.Compare, seen: Seen) -> Iterator[tuple[str, ast.AST, str]]:
    """Two texts that are equal in part; which of them is the longer one is not known."""
    left, right = ast.unparse(node.left), ast.unparse(node.comparators[0])
    for kind, form in TEXTS.items():
        if kind == "case" and (is_media_type(node) or not seen.letters(node)):
            continue
        if kind == "first letters" and has_few_letters(node):
            continue
        either = kind in ("beginning", "part")
        for one, other in [(left, right), (right, left)] if either else [(left, right)]:
            text = form.format(a=one, b=other)
            yield kind, condition(text, isinstance(node.ops[0], ast.NotEq)), changed(node, text)


def among_in_part(node: ast.Compare, seen: Seen) -> Iterator[tuple[str, ast.AST, str]]:
    """A text that is one of several, in part."""
    a, b = ast.unparse(node.left), ast.unparse(node.comparators[0])
    for kind, text in (
        ("beginning", f"any(str({a}).startswith(each) for each in {b})"),
        ("case", f"str({a}).lower() in [each.lower() for each in {b}]"),
        ("blanks", f"str({a}).strip() in {b}"),
        ("part", f"any(each in str({a}) for each in {b})"),
    ):
        if kind != "case" or seen.letters(node):
            negated = isinstance(node.ops[0], ast.NotIn)  # codespell:ignore notin
            yield kind, condition(text, negated), changed(node, text)


def of_any_length(node: ast.Compare) -> Iterator[tuple[str, ast.AST, str]]:
    """So long or longer, where it must be as long."""
    if is_length(node.left) or is_length(node.comparators[0]):
        operator = ast.Lt() if isinstance(node.ops[0], ast.NotEq) else ast.GtE()
        other = ast.Compare(node.left, [operator], node.comparators)
        yield "another pattern", other, arrow(node, other)


def only_where_there(
    place: Place, node: ast.Compare, seen: Seen
) -> Iterator[tuple[str, ast.AST, str]]:
    """The check is skipped where one side of it is empty: `if x and x != y`."""
    for index, side in enumerate((node.left, node.comparators[0])):
        if not can_be_missing(side) or ast.unparse(side) in refused_when_empty(place):
            continue
        met = seen.pairs.get((node.lineno, node.col_offset), ())
        if not any(isinstance(pair[index], str | bytes | None | dict | list) for pair in met):
            continue
        if isinstance(node.ops[0], ast.NotEq):
            other: ast.AST = ast.BoolOp(ast.And(), [side, node])
        else:
            other = ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), side), node])
        yield "only where there", other, arrow(node, other)


def refused_when_empty(place: Place) -> list[str]:
    """The values whose emptiness another part of the same `or` refuses: `not x or x != y`."""
    either = place.parent
    if not (isinstance(either, ast.BoolOp) and isinstance(either.op, ast.Or)):
        return []
    negated = [one for one in either.values if isinstance(one, ast.UnaryOp)]
    return [ast.unparse(one.operand) for one in negated if isinstance(one.op, ast.Not)]


def looser_call(node: ast.Call) -> Iterator[tuple[str, ast.AST, str]]:
    """`match` and `search` for `fullmatch`, and a pattern in any case."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name == "fullmatch":
        for other in ("match", "search"):
            fields = dict(ast.iter_fields(node.func))
            call = ast.Call(ast.Attribute(**{**fields, "attr": other}), node.args, node.keywords)
            yield "another pattern", call, arrow(node, call)


def without_one(node: ast.Compare) -> Iterator[tuple[str, ast.AST, str]]:
    """One of those that are listed is not asked about."""
    members = node.comparators[0]
    if not isinstance(members, ast.Tuple | ast.List | ast.Set) or len(members.elts) < 2:
        return
    for index, member in enumerate(members.elts):
        fields = dict(ast.iter_fields(members))
        kept = type(members)(
            **{**fields, "elts": [*members.elts[:index], *members.elts[index + 1 :]]}
        )
        other = ast.Compare(node.left, node.ops, [kept])
        yield "member left out", other, f"dropped: {brief(member)} from {brief(node)}"


def condition(text: str, negated: bool) -> ast.AST:
    node = ast.parse(text, mode="eval").body
    return ast.UnaryOp(ast.Not(), node) if negated else node


def changed(node: ast.AST, text: str) -> str:
    return f"{brief(node)} -> {text}"


def can_be_missing(node: ast.expr) -> bool:
    """Whether it is a value that comes from elsewhere, and not a number, a digest, a length or a
    name that stands in the code."""
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
        return name in READERS
    return isinstance(node, ast.Name | ast.Subscript | ast.Attribute) and not is_name(node)


def is_name(node: ast.AST) -> bool:
    """Whether it is a key or a value that stands in the code."""
    return isinstance(node, ast.Constant) or is_constant_name(node)


def is_constant_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and re.fullmatch(r"[A-Z][A-Z0-9_]*", node.id) is not None


def is_media_type(node: ast.Compare) -> bool:
    """Whether a type of a token is compared: in any case by the standard (RFC 7515, 4.1.9; RFC
    2045, 5.1)."""
    return any(isinstance(part, ast.Constant) and part.value == "typ" for part in ast.walk(node))


def has_few_letters(node: ast.Compare) -> bool:
    """Whether one side is a text of fewer than six letters, so that all of it counts."""
    sides = [one for one in (node.left, *node.comparators) if isinstance(one, ast.Constant)]
    return any(isinstance(one.value, str) and len(one.value) < 6 for one in sides)


def is_length(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"

"""Small changes to code, each of which a good test notices. Needs nothing but the standard library.

`mutants(source)` lists them: operators swapped, boundaries moved, constants changed, conditions
negated, checks dropped, members of a table dropped, early returns. Annotations, decorators,
docstrings, f-strings, sentences and `__all__` are left as they are.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

Change = tuple[
    str, ast.AST, str
]  # the kind, what stands there instead, and the change as a person reads it

BOUNDARIES = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITES = {ast.Eq: ast.NotEq, ast.Is: ast.IsNot, ast.In: ast.NotIn}  # codespell:ignore notin
OPPOSITES |= {opposite: operator for operator, opposite in OPPOSITES.items()}
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "fullmatch": "match",
    "startswith": "endswith",
    "endswith": "startswith",
}
NOT_RUN = {"annotation", "returns", "decorator_list", "type_params"}
LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Mutant:
    """Code with one change in it: its line, its kind, what became what, and the whole text."""

    line: int
    kind: str
    change: str
    source: str


@dataclass(frozen=True)
class Place:
    """Where a node stands: under which name in its parent, and at which index of a list."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a piece of code, in the order of its lines. No two have the same text."""
    tree = ast.parse(source)
    texts, listed = {ast.unparse(tree)}, []
    for place in list(places(tree)):
        for kind, replacement, change in changes(place):
            place.put(replacement)
            text = ast.unparse(tree)
            place.put(place.node)
            if text not in texts:
                texts.add(text)
                listed.append(Mutant(place.node.lineno, kind, change, text + "\n"))
    return sorted(listed, key=lambda mutant: mutant.line)


def places(parent: ast.AST) -> Iterator[Place]:
    """Every place of code that runs and that can be changed."""
    for field, value in ast.iter_fields(parent):
        if field in NOT_RUN or is_list_of_names(parent):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.JoinedStr) or not isinstance(node, ast.AST):
                continue
            if hasattr(node, "lineno"):
                yield Place(parent, field, index, node)
            yield from places(node)


def changes(place: Place) -> Iterator[Change]:
    """What could stand in a place instead."""
    node = place.node
    if isinstance(node, ast.stmt):
        yield from changed_statement(place)
    if isinstance(node, ast.Compare):
        yield from changed_comparison(node)
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        yield from changed_operator(node)
    yield from changed_condition(place)
    if isinstance(node, ast.Constant):
        yield from changed_constant(place)
    if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
        yield from without_a_member(place)
    if isinstance(node, ast.Name | ast.Attribute):
        yield from changed_name(node)


def changed_condition(place: Place) -> Iterator[Change]:
    """A condition negated, or one of its checks dropped."""
    node = place.node
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            rest = [value for value in node.values if value is not part]
            shorter = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield "check dropped", shorter, f"dropped: {brief(part)}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition negated", node.operand, arrow(node, node.operand)
    if place.field in ("test", "ifs") and not is_opposed(node):
        negated = ast.UnaryOp(ast.Not(), node)
        yield "condition negated", negated, arrow(node, negated)
    if place.field == "ifs":
        yield "check dropped", ast.Constant(True), f"dropped: if {brief(node)}"


def changed_name(node: ast.Name | ast.Attribute) -> Iterator[Change]:
    """Another function of the same kind in place of this one, such as `all` for `any`."""
    name = node.id if isinstance(node, ast.Name) else node.attr
    if name not in NAMES:
        return
    if isinstance(node, ast.Name):
        other: ast.AST = ast.Name(NAMES[name], node.ctx)
    else:
        other = ast.Attribute(node.value, NAMES[name], node.ctx)
    yield "operator swapped", other, arrow(node, other)


def changed_statement(place: Place) -> Iterator[Change]:
    """A check, a call or a refusal dropped; a function that returns at once, or returns nothing."""
    node, nothing = place.node, ast.Return(ast.Constant(None))
    if isinstance(node, ast.If) and isinstance(node.body[-1], LEAVES) and not node.orelse:
        yield "check dropped", ast.Pass(), f"dropped: {brief(node)}"
    if isinstance(node, ast.Raise) and not is_all_of_a_check(place):
        yield "check dropped", ast.Pass(), f"dropped: {brief(node)}"
    if isinstance(node, ast.Assert) or is_call(node):
        yield "check dropped", ast.Pass(), f"dropped: {brief(node)}"
    if isinstance(node, ast.Return) and node.value is not None:
        yield "early return", nothing, arrow(node, nothing)
    if isinstance(node, ast.FunctionDef):
        early = ast.FunctionDef(**{**dict(ast.iter_fields(node)), "body": [nothing]})
        yield "early return", ast.copy_location(early, node), f"{node.name}: returns None at once"


def changed_comparison(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        for kind, others in (("boundary moved", BOUNDARIES), ("operator swapped", OPPOSITES)):
            if type(operator) in others:
                ops = [*node.ops[:index], others[type(operator)](), *node.ops[index + 1 :]]
                other = ast.Compare(node.left, ops, node.comparators)
                yield kind, other, arrow(node, other)


def changed_operator(node: ast.BinOp | ast.AugAssign | ast.BoolOp) -> Iterator[Change]:
    if type(node.op) in OPERATORS:
        other = type(node)(**{**dict(ast.iter_fields(node)), "op": OPERATORS[type(node.op)]()})
        yield "operator swapped", ast.copy_location(other, node), arrow(node, other)


def changed_constant(place: Place) -> Iterator[Change]:
    """A number one higher, a flag turned, a name with a letter more, a pattern with a part less."""
    node, value = place.node, place.node.value
    if is_docstring(place):
        return
    if is_pattern(place):
        others = patterns(value)
    elif isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int | float):
        others = [value + 1]
    elif isinstance(value, str) and value and " " not in value:
        others = [value + "x"]
    elif isinstance(value, bytes) and value:
        others = [value + b"x"]
    else:
        others = []
    for other in map(ast.Constant, others):
        yield "constant changed", other, arrow(node, other)


def patterns(pattern: str) -> list[str]:
    """A regular expression without one member of a character class, or with a count one higher."""
    others = []
    for group in re.finditer(r"\[\^?((?:\\.|[^\]\\])+)\]", pattern):
        members = list(re.finditer(r"(?:\\.|.)-(?:\\.|[^-])|\\.|.", group[1]))
        for member in members if len(members) > 1 else []:
            start = group.start(1)
            others.append(pattern[: start + member.start()] + pattern[start + member.end() :])
    for count in re.finditer(r"(?<=[{,])\d+(?=[,}])", pattern):
        others.append(pattern[: count.start()] + str(int(count[0]) + 1) + pattern[count.end() :])
    return [other for other in others if compiles(other)]


def without_a_member(place: Place) -> Iterator[Change]:
    """A table of constants, or the exceptions that are caught, with one member left out."""
    node = place.node
    members = node.keys if isinstance(node, ast.Dict) else node.elts
    constant = all(isinstance(member, ast.Constant) for member in members)
    if len(members) < 2 or not constant and not isinstance(place.parent, ast.ExceptHandler):
        return
    for index, member in enumerate(members):
        names = ["keys", "values"] if isinstance(node, ast.Dict) else ["elts"]
        fields = dict(ast.iter_fields(node))
        kept = {name: fields[name][:index] + fields[name][index + 1 :] for name in names}
        yield (
            "member dropped",
            type(node)(**{**fields, **kept}),
            f"dropped: {brief(member)} from {brief(node)}",
        )


# --- what kind of node it is, and how it reads --------------------------------------------------


def is_docstring(place: Place) -> bool:
    return isinstance(place.parent, ast.Expr)


def is_list_of_names(node: ast.AST) -> bool:
    """Whether a statement says which names a module exports."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def is_call(node: ast.AST) -> bool:
    """Whether a statement is a call whose answer nobody takes."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def is_all_of_a_check(place: Place) -> bool:
    """Whether a refusal is all that a check does: then the check itself is dropped."""
    return isinstance(place.parent, ast.If) and [place.node] == place.parent.body


def is_opposed(node: ast.AST) -> bool:
    """Whether another change already says the opposite of a condition."""
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and type(node.ops[0]) in OPPOSITES
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def is_pattern(place: Place) -> bool:
    """Whether a constant is the regular expression of a call such as re.compile."""
    function = getattr(place.parent, "func", None)
    return (
        isinstance(place.node.value, str)
        and place.index == 0
        and isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
    )


def compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def arrow(before: ast.AST, after: ast.AST) -> str:
    return f"{brief(before)} -> {brief(after)}"


def brief(node: ast.AST) -> str:
    """A node as code on one line, at most 100 characters of it."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else text[:97] + "..."

"""The small faults that a module can have, each as another text of the module."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div}
BOUNDS = {"ge", "gt", "le", "lt", "min_length", "max_length", "pattern"}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
UNSEEN = {"log", "metrics", "print"}
"""What is said to operators alone: a fault there is none of a rule."""
SQL = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE)\b")
IN_SQL = (
    (r"\bFOR UPDATE\b( SKIP LOCKED)?", ""),
    (r" <= ", " < "),
    (r" >= ", " > "),
    (r" < ", " <= "),
    (r" > ", " >= "),
    (r" <> ", " = "),
    (r"\bAND NOT\b", "AND"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bDESC\b", "ASC"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bgreatest\(", "least("),
    (r"\bleast\(", "greatest("),
    (r"\bORDER BY [a-z_.]+", "ORDER BY 1"),
    (r"pg_advisory_xact_lock\(", "abs("),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: where, what stood there, what stands there instead; `text` is the whole module with it."""

    path: str
    line: int
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.name}"


def mutants(path: str, text: str) -> list[Mutant]:
    """Every fault of a module, in the order of its lines; a name stays the same while lines move."""
    begins = [0]
    raw = text.encode()
    for line in raw.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    found, seen = [], Counter[str]()
    for node, inside, becomes in _changes(ast.parse(text)):
        begin = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        was = raw[begin:end].decode()
        changed = (raw[:begin] + becomes.encode() + raw[end:]).decode()
        name = f"{inside}: {_short(was, becomes)}"
        seen[name] += 1
        found.append(Mutant(path, node.lineno, name if seen[name] == 1 else f"{name} ({seen[name]})", changed))
    return sorted(found, key=lambda one: (one.line, one.name))


def _short(was: str, becomes: str) -> str:
    was, becomes = (" ".join(one.split()) for one in (was, becomes))
    begin = 0
    while begin < min(len(was), len(becomes)) and was[begin] == becomes[begin]:
        begin += 1
    begin = max(0, begin - 30)
    return f"{was[begin : begin + 60]} → {becomes[begin : begin + 60]}"


Change = tuple[ast.expr | ast.stmt, str, str]


def _changes(tree: ast.Module) -> Iterator[Change]:
    """(what is replaced, in which function or class, by what)."""
    yield from _walk(tree, "module", annotated=False)


def _walk(node: ast.AST, inside: str, annotated: bool) -> Iterator[Change]:
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom) or _is_silent(node) or _is_guard(node):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inside = node.name if inside == "module" else f"{inside}.{node.name}"
    if isinstance(node, ast.If):
        yield node.test, inside, f"(not ({ast.unparse(node.test)}))"
    if isinstance(node, ast.expr | ast.stmt) and (not annotated or isinstance(node, ast.Constant | ast.Call)):
        for becomes in _instead(node, annotated):
            yield node, inside, becomes if isinstance(becomes, str) else ast.unparse(becomes)
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(node, child):
                in_annotation = annotated or field in {"annotation", "returns", "bases", "decorator_list"}
                in_annotation |= field == "slice" and isinstance(child, ast.Tuple)  # the parts of a type
                yield from _walk(child, inside, in_annotation)


def _is_docstring(node: ast.AST, child: ast.AST) -> bool:
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant) and isinstance(child.value.value, str)


def _is_silent(node: ast.AST) -> bool:
    """What is only said to operators, or only read by a type checker."""
    if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "__name__ == '__main__'"}:
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    while isinstance(call, ast.Call | ast.Attribute | ast.Await):
        call = call.func if isinstance(call, ast.Call) else call.value
    return isinstance(call, ast.Name) and call.id in UNSEEN


def _is_guard(node: ast.AST) -> bool:
    """That lists of one length are of one length."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _with(node: ast.expr | ast.stmt, **changed: object) -> ast.expr | ast.stmt:
    other = deepcopy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return other


def _without(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for n in range(len(items)):
        yield items[:n] + items[n + 1 :]


def _instead(node: ast.expr | ast.stmt, annotated: bool) -> Iterator[str | ast.expr | ast.stmt]:
    """What could stand in the place of one node."""
    match node:
        case ast.Compare(ops=ops):
            for n, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield "(" + ast.unparse(_with(node, ops=[*ops[:n], other(), *ops[n + 1 :]])) + ")"
        case ast.BoolOp(op=op, values=values):
            yield "(" + ast.unparse(_with(node, op=ast.And() if isinstance(op, ast.Or) else ast.Or())) + ")"
            for kept in _without(values):
                yield "(" + ast.unparse(_with(node, values=kept) if len(kept) > 1 else kept[0]) + ")"
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield "(" + ast.unparse(operand) + ")"
        case ast.IfExp(body=body, orelse=orelse):
            yield "(" + ast.unparse(_with(node, body=orelse, orelse=body)) + ")"
        case ast.BinOp(op=op, left=left) if type(op) in COUNTED and not isinstance(left, ast.Constant | ast.JoinedStr):
            yield "(" + ast.unparse(_with(node, op=COUNTED[type(op)]())) + ")"
        case ast.Constant(value=bool(value)):
            if not annotated:
                yield str(not value)
        case ast.Constant(value=int(value)):
            yield str(value + 1)
        case ast.Constant(value=float(value)):
            yield repr(value * 1.1 + 0.1)
        case ast.Constant(value=str(value)) if SQL.search(value):
            for pattern, other in IN_SQL:
                for found in re.finditer(pattern, value):
                    yield repr(value[: found.start()] + other + value[found.end() :])
        case ast.Call():
            yield from _called(node, annotated)
        case ast.Tuple(elts=elements, ctx=ast.Load()) | ast.Set(elts=elements) if len(elements) > 1 and not annotated:
            for kept in _without(elements):
                yield "(" + ast.unparse(_with(node, elts=kept)) + ")"
        case ast.Raise() | ast.Continue() | ast.Break():
            yield "pass"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield "pass"
        case ast.AugAssign(op=op) if type(op) in COUNTED:
            yield _with(node, op=COUNTED[type(op)]())


def _called(node: ast.Call, annotated: bool) -> Iterator[str | ast.expr]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if annotated and name != "Field":
        return
    if name in CALLED and isinstance(node.func, ast.Name):
        kept = node.keywords if name != "sorted" else []
        yield _with(node, func=ast.Name(CALLED[name]), keywords=kept)
    for n, keyword in enumerate(node.keywords):
        if (
            name == "Field" and keyword.arg in {"ge", "gt", "le", "lt", "min_length", "max_length", "pattern"}
        ) or name == "replace":
            yield _with(node, keywords=node.keywords[:n] + node.keywords[n + 1 :])
        elif keyword.arg == "update" and isinstance(keyword.value, ast.Dict):
            for m in range(len(keyword.value.keys)):
                fewer = _with(
                    keyword.value,
                    keys=keyword.value.keys[:m] + keyword.value.keys[m + 1 :],
                    values=keyword.value.values[:m] + keyword.value.values[m + 1 :],
                )
                changed = ast.keyword(arg="update", value=fewer)
                yield _with(node, keywords=[*node.keywords[:n], changed, *node.keywords[n + 1 :]])

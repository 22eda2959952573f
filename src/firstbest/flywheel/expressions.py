"""Equations of a model as text and as a tree: the notation of XMILE, so that a model moves between tools unchanged.

Loosest first: `IF c THEN a ELSE b`, `OR`, `AND`, `NOT`, comparisons (`= <> < <= > >=`), `+ -`, `* /`, unary minus, `^`
(which binds to the right). Names are small letters, digits and underscores; keywords and functions in any case.
What is computed follows the tree and never reorders it: floating-point sums depend on their order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias


class Number(NamedTuple):
    """A literal."""

    value: float


class Name(NamedTuple):
    """A constant, stock, variable, or `time`."""

    text: str


class Unary(NamedTuple):
    """`-` or `not`."""

    sign: str
    of: Expression


class Binary(NamedTuple):
    """Arithmetic, comparison, `and`, `or`."""

    sign: str
    left: Expression
    right: Expression


class Call(NamedTuple):
    """A function, or a lookup by its name, of its arguments."""

    function: str
    arguments: tuple[Expression, ...]


class Choice(NamedTuple):
    """One of two values by a condition."""

    condition: Expression
    then: Expression
    other: Expression


Expression: TypeAlias = Number | Name | Unary | Binary | Call | Choice

FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "abs": (1, 1), "exp": (1, 1), "ln": (1, 1), "sqrt": (1, 1), "min": (2, 2), "max": (2, 2), "step": (2, 2),
    "init": (1, 1), "smth1": (2, 3), "smth3": (2, 3), "delay1": (2, 3), "delay3": (2, 3),
}  # fmt: skip
"""Known functions with the least and most of their arguments."""
STATEFUL: Final = ("init", "smth1", "smth3", "delay1", "delay3")
"""Functions that remember; a model keeps them as stocks of their own."""
COMPARISONS: Final = ("=", "<>", "<", "<=", ">", ">=")
DEPTH_MAX: Final = 60
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<quoted>\"[^\"]+\")"
    r"|(?P<sign><>|<=|>=|[-+*/^(),<>=]))"
)
_KEYWORDS: Final = ("if", "then", "else", "and", "or", "not")
_LEVELS: Final = (("or",), ("and",), COMPARISONS, ("+", "-"), ("*", "/"))


class EquationFaulty(ValueError):  # noqa: N818 - it names a state of the text
    """An equation cannot be read: what was expected, and what was found at which character, counted from 1."""

    def __init__(self, at: int, expected: str, found: str) -> None:
        super().__init__(f"character {at}: expected {expected}, found {found}")
        self.at, self.expected, self.found = at, expected, found


class _Token(NamedTuple):
    kind: str  # number, name, sign, word (a keyword), end
    text: str
    at: int


def plain(name: str) -> str:
    """A name as it is compared: XMILE takes blanks, line ends and underscores as one, and capitals as small."""
    return re.sub(r"[\s_]+", "_", name.replace("\\n", " ").replace("\xa0", " ").strip()).casefold()


def parsed(text: str) -> Expression:
    """The tree of an equation. Raises `EquationFaulty`."""
    reader = _Reader(_tokens(text))
    tree = reader.whole(0)
    reader.expect("end", "")
    return tree


def _tokens(text: str) -> list[_Token]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            rest = text[place:].lstrip()
            raise EquationFaulty(end - len(rest.rstrip()) + 1, "a number, a name or a sign", f"'{rest[:12]}'")
        kind, piece = match.lastgroup, match[match.lastgroup]
        if kind == "quoted":
            kind, piece = "name", plain(piece[1:-1])
        elif kind == "name":
            piece = plain(piece)
            kind = "word" if piece in _KEYWORDS else "name"
        found.append(_Token(kind, piece, match.start(match.lastgroup) + 1))
        place = match.end()
    return [*found, _Token("end", "", end + 1)]


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def took(self, kind: str, *texts: str) -> _Token | None:
        """The next token if it is one of these; then it is read."""
        token = self.next
        if token.kind != kind or (texts and token.text not in texts):
            return None
        self.place += 1
        return token

    def expect(self, kind: str, text: str) -> _Token:
        """The next token, which has to be this one."""
        token = self.took(kind, text)
        if token is None:
            found = f"'{self.next.text}'" if self.next.text else "the end"
            raise EquationFaulty(self.next.at, f"'{text}'" if text else "the end", found)
        return token

    def whole(self, depth: int) -> Expression:
        """A choice or a chain of `or`."""
        if depth > DEPTH_MAX:
            raise EquationFaulty(self.next.at, f"{DEPTH_MAX} levels of brackets at most", "more")
        if not self.took("word", "if"):
            return self.chain(0, depth)
        condition = self.whole(depth + 1)
        self.expect("word", "then")
        then = self.whole(depth + 1)
        self.expect("word", "else")
        return Choice(condition, then, self.whole(depth + 1))

    def chain(self, level: int, depth: int) -> Expression:
        """Operands of one level, joined from the left."""
        if level == len(_LEVELS):
            return self.signed(depth)
        if _LEVELS[level] == COMPARISONS and self.took("word", "not"):
            return Unary("not", self.chain(level, depth + 1))
        tree = self.chain(level + 1, depth)
        while token := (self.took("sign", *_LEVELS[level]) or self.took("word", *_LEVELS[level])):
            tree = Binary(token.text, tree, self.chain(level + 1, depth))
        return tree

    def signed(self, depth: int) -> Expression:
        """A minus binds less than a power: -a^2 is -(a^2)."""
        if depth > DEPTH_MAX:
            raise EquationFaulty(self.next.at, f"{DEPTH_MAX} levels of brackets at most", "more")
        if self.took("sign", "-"):
            return Unary("-", self.signed(depth + 1))
        self.took("sign", "+")
        base = self.atom(depth)
        return Binary("^", base, self.signed(depth + 1)) if self.took("sign", "^") else base

    def atom(self, depth: int) -> Expression:
        """A number, a name, a call or a bracket."""
        token = self.next
        self.place += 1
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "name":
            return self.call(token.text, depth) if self.took("sign", "(") else Name(token.text)
        if token.kind == "sign" and token.text == "(":
            inner = self.whole(depth + 1)
            self.expect("sign", ")")
            return inner
        self.place -= 1
        raise EquationFaulty(token.at, "a number, a name or '('", f"'{token.text}'" if token.text else "the end")

    def call(self, function: str, depth: int) -> Expression:
        """The arguments of a call."""
        arguments = [self.whole(depth + 1)]
        while self.took("sign", ","):
            arguments.append(self.whole(depth + 1))
        self.expect("sign", ")")
        return Call(function, tuple(arguments))


_BINDS: Final = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 3), "+": 4, "-": 4, "*": 5, "/": 5, "^": 7}
_UNARY: Final = {"not": 3, "-": 6}


def written(tree: Expression) -> str:
    """The equation as text, with as few brackets as keep its tree: `parsed(written(tree)) == tree`."""
    return _written(tree)[0]


def _written(tree: Expression) -> tuple[str, int]:
    """Text, and how tightly its outermost sign binds."""
    if isinstance(tree, Number):
        number = repr(tree.value)
        return (number.removesuffix(".0"), 9) if tree.value >= 0 else (number, 6)
    if isinstance(tree, Name):
        return tree.text, 9
    if isinstance(tree, Call):
        name = tree.function.upper() if tree.function in FUNCTIONS else tree.function
        return f"{name}({', '.join(written(each) for each in tree.arguments)})", 9
    if isinstance(tree, Choice):
        parts = (_bracketed(each, 1) for each in tree)
        return "IF {} THEN {} ELSE {}".format(*parts), 0
    if isinstance(tree, Unary):
        binds = _UNARY[tree.sign]
        return ("NOT " if tree.sign == "not" else "-") + _bracketed(tree.of, binds + 1), binds
    binds = _BINDS[tree.sign]
    left, right = (binds + 1, 8) if tree.sign == "^" else (binds, binds + 1)
    if tree.sign in COMPARISONS:
        left = binds + 1
    sign = tree.sign if tree.sign == "^" else f" {tree.sign.upper()} "
    return f"{_bracketed(tree.left, left)}{sign}{_bracketed(tree.right, right)}", binds


def _bracketed(tree: Expression, least: int) -> str:
    text, binds = _written(tree)
    return text if binds >= least else f"({text})"


def parts(tree: Expression) -> tuple[Expression, ...]:
    """The trees right below a tree."""
    if isinstance(tree, Unary):
        return (tree.of,)
    if isinstance(tree, Binary):
        return (tree.left, tree.right)
    if isinstance(tree, Call):
        return tree.arguments
    return tuple(tree) if isinstance(tree, Choice) else ()


def with_parts(tree: Expression, below: tuple[Expression, ...]) -> Expression:
    """The same sign over other trees."""
    if isinstance(tree, Unary):
        return Unary(tree.sign, *below)
    if isinstance(tree, Binary):
        return Binary(tree.sign, *below)
    if isinstance(tree, Call):
        return Call(tree.function, below)
    return Choice(*below) if isinstance(tree, Choice) else tree


def names_of(tree: Expression) -> tuple[str, ...]:
    """Names that an equation reads, each once, in the order in which they are first read."""
    if isinstance(tree, Name):
        return (tree.text,)
    return tuple(dict.fromkeys(name for part in parts(tree) for name in names_of(part)))


def calls_of(tree: Expression) -> tuple[Call, ...]:
    """All calls of an equation, inner ones first."""
    below = tuple(call for part in parts(tree) for call in calls_of(part))
    return (*below, tree) if isinstance(tree, Call) else below


def replaced(tree: Expression, name: str, by: Expression) -> Expression:
    """The equation with every reading of `name` replaced, but for what INIT remembers of the start."""
    if isinstance(tree, Name):
        return by if tree.text == name else tree
    if isinstance(tree, Call) and tree.function == "init":
        return tree
    return with_parts(tree, tuple(replaced(part, name, by) for part in parts(tree)))

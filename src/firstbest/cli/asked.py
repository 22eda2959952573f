"""Commands with many options: the options are a record, one field each, and the command is given the whole record."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import typer

Record = TypeVar("Record")


def command(app: typer.Typer, declared: type[Record]) -> Callable[[Callable[[Record], None]], Callable[..., None]]:
    """Register a function of one record as a command whose arguments and options are the record's fields.

    Fields are annotated as Typer's parameters are; defaults are the record's own. Help is the function's docstring.
    """

    def register(function: Callable[[Record], None]) -> Callable[..., None]:
        hints = typing.get_type_hints(declared, include_extras=True)
        defaults: dict[str, Any] = getattr(declared, "_field_defaults", {})

        def asked(**given: Any) -> None:
            function(declared(**given))

        asked.__name__ = function.__name__
        asked.__doc__ = function.__doc__
        asked.__annotations__ = {**hints, "return": None}
        empty = inspect.Parameter.empty
        parameters = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=defaults.get(name, empty), annotation=hint)
            for name, hint in hints.items()
        ]
        asked.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        # A function may end in "_" where its word is one of Python's own.
        app.command(function.__name__.rstrip("_").replace("_", "-"))(asked)
        return asked

    return register

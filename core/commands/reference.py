"""The README's tables of commands and filters, as they are defined: ``python -m bowerbird.core.commands.reference``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bowerbird.core.catalog.filters.table import FILTERS, SYNTAX
from bowerbird.core.commands.definitions import (
    COMMANDS,
    GLOBAL_OPTIONS,
    VERSION_OPTION,
    WINDOW,
    Command,
    Parameter,
)

_PROGRAM = "bowerbird"


def reference() -> str:
    """Markdown: a usage line for each command, then a table of the options."""
    return "\n".join(["```", *_usage_lines(), "```", "", *_option_table()])


def filters() -> str:
    """Markdown: a table of the filters, and of what else can be typed."""
    rows = [(each.typed, each.synonyms, each.prose) for each in FILTERS.values()]
    rows += [(typed, (), prose) for typed, prose in SYNTAX]
    return "\n".join(["| typed | or | lets through |", "|---|---|---|", *(_filter_row(*row) for row in rows)])


def _filter_row(typed: str, synonyms: Sequence[str], prose: str) -> str:
    return f"| `{typed}` | {', '.join(f'`{name}:`' for name in synonyms)} | {prose} |"


def _usage_lines() -> Iterator[str]:
    usages = [(_PROGRAM, WINDOW)] + [usage for command in COMMANDS for usage in _usages(command)]
    width = max(len(usage) for usage, _ in usages)
    return (f"{usage:{width}}  {prose}" for usage, prose in usages)


def _usages(command: Command) -> Iterable[tuple[str, str]]:
    """The command's usage lines with their prose: one, or one for each action. Options are in the table."""
    if command.actions:
        for action in command.actions:
            yield f"{_PROGRAM} {command.name} {action.name} {action.usage}".strip(), action.prose
    else:
        arguments = (parameter.usage for parameter in command.parameters if not parameter.is_option)
        yield " ".join([_PROGRAM, command.name, *arguments]), command.prose


def _option_table() -> Iterator[str]:
    yield "| option | of | |"
    yield "|---|---|---|"
    for command in COMMANDS:
        yield from (_row(parameter, f"`{command.name}`") for parameter in command.parameters if parameter.is_option)
    yield from (_row(option, "every command; before or after it, the last one counts") for option in GLOBAL_OPTIONS)
    yield _row(VERSION_OPTION, "")


def _row(option: Parameter, owner: str) -> str:
    usage = f"{option.name} {option.placeholder}".strip()
    return f"| `{usage}`{', repeatable' if option.many else ''} | {owner} | {option.prose} |"


if __name__ == "__main__":
    print(reference(), filters(), sep="\n\n")

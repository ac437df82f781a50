"""The argument parser, made of ``definitions``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from bowerbird.core.commands.definitions import (
    COMMANDS,
    EXIT_CODES,
    GLOBAL_OPTIONS,
    VERSION_OPTION,
    Command,
    Parameter,
)
from bowerbird.core.paths import default_library

_PROGRAM = "bowerbird"


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What was typed: ``command`` (None without one), ``library``, ``json``, and the command's own parameters.

    Raises:
        SystemExit: 2 after printing what is wrong; 0 after printing ``--help`` or ``--version``.
    """
    # The global options are taken out first, wherever they stand: argparse would take them on one side only.
    namespace, rest = _global_parser().parse_known_args(argv)
    parser = _parser()
    arguments, unknown = parser.parse_known_args(rest, namespace)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)} (put -- before a text that begins with a minus)")
    return arguments


def _global_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_PROGRAM, add_help=False, allow_abbrev=False)
    _add(parser, GLOBAL_OPTIONS)
    parser.set_defaults(library=default_library())
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Find files by what is in them. Without a command, open the window.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(VERSION_OPTION.name, action=_ShowVersion, nargs=0, help=VERSION_OPTION.prose)
    _add_global_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        _add_command(commands, command)
    return parser


def _add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser], command: Command) -> None:
    parser = commands.add_parser(
        command.name,
        help=_escaped(command.prose),
        description=_escaped(f"{command.prose[0].upper()}{command.prose[1:]}."),
        epilog=_table(_actions(command) or command.notes),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add(parser, command.parameters)
    _add_global_options(parser)


def _add_global_options(parser: argparse.ArgumentParser) -> None:
    """List them in the help. What was typed of them is in the namespace already, and a default would undo it."""
    _add(
        parser.add_argument_group("global options, before or after the command"),
        GLOBAL_OPTIONS,
        default=argparse.SUPPRESS,
    )


def _add(parser: argparse._ActionsContainer, parameters: Iterable[Parameter], **changed: object) -> None:
    for parameter in parameters:
        parser.add_argument(parameter.name, **(_keywords(parameter) | changed))


def _keywords(parameter: Parameter) -> dict[str, Any]:
    """The parameter in argparse's terms."""
    keywords: dict[str, Any] = {"help": _escaped(parameter.prose)}
    if parameter.key:
        keywords["dest"] = parameter.key
    if not parameter.placeholder:
        return keywords | {"action": "store_true"}
    # With choices argparse shows those in the place of the placeholder.
    keywords |= {"choices": parameter.choices} if parameter.choices else {"metavar": parameter.placeholder}
    return keywords | {"type": parameter.convert} | _number_of_values(parameter)


def _number_of_values(parameter: Parameter) -> dict[str, Any]:
    if parameter.is_option:
        return {"action": "append", "default": []} if parameter.many else {"default": parameter.default}
    if parameter.required:
        return {}
    return {"nargs": "*"} if parameter.many else {"nargs": "?", "default": parameter.default}


def _actions(command: Command) -> Sequence[tuple[str, str]]:
    return [(f"{command.name} {action.name} {action.usage}".strip(), action.prose) for action in command.actions]


def _table(rows: Sequence[tuple[str, str]]) -> str:
    """A line for each, for the end of the help."""
    width = max((len(typed) for typed, _ in rows), default=0)
    return _escaped("\n".join(f"  {typed:{width}}  {prose}" for typed, prose in rows))


def _escaped(prose: str) -> str:
    return prose.replace("%", "%%")


class _ShowVersion(argparse.Action):
    """argparse's own would need the version beforehand; looking it up takes time that the window has better use for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"{_PROGRAM} {version(_PROGRAM)}")
        parser.exit()

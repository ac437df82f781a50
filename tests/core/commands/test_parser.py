from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from bowerbird.core.commands import parser
from bowerbird.core.commands.definitions import COMMANDS, GLOBAL_OPTIONS
from bowerbird.core.commands.parser import parse_arguments
from bowerbird.core.commands.run import COMMANDS as RUNS
from bowerbird.core.questions import Example, Order


def test_every_command_is_defined_and_run() -> None:
    assert [command.name for command in COMMANDS] == list(RUNS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_says_all_that_is_defined(command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse_arguments([command.name, "--help"])
    assert stopped.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for parameter in (*command.parameters, *GLOBAL_OPTIONS):
        assert parameter.choices or (parameter.name if parameter.is_option else parameter.placeholder) in shown
        assert parameter.prose in shown
    for action in command.actions:
        assert f"{command.name} {action.name} {action.usage}".strip() in shown and action.prose in shown


def test_the_main_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"{command.name} {command.prose}" in shown for command in COMMANDS)


@pytest.mark.parametrize(
    "argv",
    [
        ["--json", "--library", "/one", "status"],
        ["status", "--json", "--library", "/one"],
        ["--json", "status", "--library=/one"],
        ["--library", "/two", "status", "--library", "/one", "--json"],
        ["status", "--library", "/two", "--json", "--library", "/one"],
        ["--lib", "/one", "--js", "status"],
    ],
    ids=" ".join,
)
def test_global_options_mean_the_same_before_and_after(argv: list[str]) -> None:
    arguments = parse_arguments(argv)
    assert (arguments.command, arguments.library, arguments.json) == ("status", Path("/one"), True)


def test_global_options_stand_between_a_commands_arguments_too() -> None:
    assert parse_arguments(["models", "get", "--json", "clap"]).id == "clap"
    arguments = parse_arguments(["index", "/a", "--library", "/l", "/b"])
    assert arguments.folders == [Path("/a"), Path("/b")] and arguments.library == Path("/l")


def test_after_two_dashes_nothing_is_an_option() -> None:
    arguments = parse_arguments(["search", "--", "--json"])
    assert arguments.text == "--json" and not arguments.json


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOWERBIRD_LIBRARY", "/from/environment")
    window = parse_arguments([])
    assert (window.command, window.library, window.json) == (None, Path("/from/environment"), False)
    search = parse_arguments(["search"])
    assert (search.text, search.like, search.kind, search.under, search.limit, search.batch) == (
        "",
        [],
        [],
        [],
        20,
        None,
    )
    models = parse_arguments(["models"])
    assert (models.action, models.id, models.origin) == ("list", "", None)
    assert parse_arguments(["index"]).folders == []


def test_every_option_of_search(tmp_path: Path) -> None:
    typed = (
        "search dog --like a.jpg --like b.mp3#t=1,2 --kind photo --kind clip --under /x --after 2024 --before 2025 "
        "--sort name --limit 3 --batch -"
    )
    search = parse_arguments(typed.split())
    here = Path.cwd()
    assert search.text == "dog" and search.like == [Example(here / "a.jpg"), Example(here / "b.mp3", 1.0, 2.0)]
    assert (search.kind, search.under, search.after, search.before) == (["photo", "clip"], [Path("/x")], "2024", "2025")
    assert (search.sort, search.limit) == (Order.NAME, 3)
    assert search.batch == Path("-")


def test_two_parses_share_nothing() -> None:
    parse_arguments(["search", "--kind", "photo"])
    assert parse_arguments(["search"]).kind == []


@pytest.mark.parametrize(
    "argv",
    [["dance"], ["remove"], ["models", "dance"], ["search", "--limit", "few"], ["status", "--library"], ["--nope"]],
)
def test_wrong_usage_exits_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(argv)
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert not printed.out and "bowerbird" in printed.err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(["--version"])
    assert stopped.value.code == 0 and capsys.readouterr().out == f"bowerbird {version('bowerbird')}\n"


def test_a_percent_sign_in_prose_is_one_in_the_help() -> None:
    assert parser._escaped("100 %") % {} == "100 %"

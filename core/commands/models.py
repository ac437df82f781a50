"""``bowerbird models``: what models there are; get, use, remove and verify one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from bowerbird.core.commands import output, progress
from bowerbird.core.commands.output import Output
from bowerbird.core.errors import EnvironmentFailure, UsageError
from bowerbird.core.owner.protocol import LibraryCalls
from bowerbird.core.state import Check


def models(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    """Do the action that was typed.

    Raises:
        UsageError: it needs a model's id, or there is no such model.
        EnvironmentFailure: the model cannot be had, or does not work.
    """
    action, name = arguments.action, arguments.id
    if action == "list":
        yield output.describe_models(library.models())
    elif action == "verify":
        yield from checked(library.verify_model(name))
    elif not name:
        raise UsageError(f"Say which model: bowerbird models {action} ID")
    elif action == "get":
        library.get_model(name, arguments.origin, progress.show_bytes)
        yield output.labelled(got=name)
    elif action == "use":
        _use(library, name)
        yield output.labelled(used=name)
    else:
        library.remove_model(name)
        yield output.labelled(removed=name)


def _use(library: LibraryCalls, name: str) -> None:
    library.use_model(name)
    library.index((), progress.show_indexing)  # what is there is put into its spaces now
    if problem := next(model.trouble for model in library.models() if model.id == name):
        raise EnvironmentFailure(f"{name} is used, but has not read everything that is here: {problem}")


def checked(checks: Sequence[Check]) -> Iterator[Output]:
    """The checks; after that, an error if one of them failed.

    Raises:
        EnvironmentFailure: a check failed.
    """
    yield output.describe_checks(checks)
    if not all(check.ok for check in checks):
        raise EnvironmentFailure("Something is wrong; see above.")

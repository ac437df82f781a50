"""Every command and option of the command line, each defined once with its prose.

The parser (and with it ``--help``) and the README's section are made of these; ``run.COMMANDS`` does what they say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bowerbird.core.catalog.filters.table import FILTERS, SYNTAX
from bowerbird.core.paths import LIBRARY_VARIABLE, absolute
from bowerbird.core.questions import Liking, Order
from bowerbird.core.search.fragments import example

DEFAULT_LIMIT = 20
EXIT_CODES = "Exit codes: 0 done, 1 something about this machine, 2 usage."


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option (``--limit N``) or a positional argument (``TEXT``)."""

    name: str
    """As typed; of a positional argument, the attribute of the parsed arguments."""
    prose: str
    placeholder: str = ""
    """Stands for the value in usage lines; an option without one is a switch."""
    convert: Callable[[str], object] = str
    default: object = None
    many: bool = False
    """Whether an option may be repeated, or a positional argument be any number of values: a list either way."""
    required: bool = False
    choices: tuple[str, ...] = ()
    key: str = ""
    """The attribute of an option, where that is not its name."""

    @property
    def is_option(self) -> bool:
        return self.name.startswith("-")

    @property
    def usage(self) -> str:
        """The parameter as it stands in a usage line: ``[--like FILE]...``, ``[TEXT]``, ``FOLDER``."""
        if self.is_option:
            return f"[{f'{self.name} {self.placeholder}'.strip()}]{'...' if self.many else ''}"
        return self.placeholder if self.required else f"[{self.placeholder}{'...' if self.many else ''}]"


@dataclass(frozen=True, slots=True)
class Action:
    """What a command with several forms does in one of them: ``models get ID``."""

    name: str
    prose: str
    usage: str = ""
    """What follows the name."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. If it has actions, the first is what it does when none is typed."""

    name: str
    prose: str
    parameters: tuple[Parameter, ...] = ()
    actions: tuple[Action, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """What else can be typed, and what it does, for the end of its help."""


GLOBAL_OPTIONS = (
    Parameter(
        "--library",
        f"the folder Bowerbird keeps its data in (default: {LIBRARY_VARIABLE}, else the platform's data directory)",
        placeholder="DIR",
        convert=absolute,
    ),
    Parameter("--json", "print JSON"),
)
"""Accepted before and after the command; the last one counts."""

VERSION_OPTION = Parameter("--version", "print the version and exit")
WINDOW = "open the window"
"""What happens without a command."""

_LIMIT = Parameter(
    "--limit", f"at most this many hits (default: {DEFAULT_LIMIT})", placeholder="N", convert=int, default=DEFAULT_LIMIT
)

_SEARCH = (
    Parameter(
        "text",
        'words, a sentence, and filters such as kind:photo after:2024-05 -blurry "exact words"',
        "TEXT",
        default="",
    ),
    Parameter(
        "--like",
        "an example file; FILE#t=12,17.5 is a part of a recording or clip, in seconds, FILE#page=3 a page, "
        "FILE#xywh=percent:25,0,50,50 a part of a picture: left, top, width, height",
        placeholder="FILE",
        convert=example,
        many=True,
    ),
    Parameter(
        "--like-a-little",
        "an example that counts half as much",
        placeholder="FILE",
        convert=partial(example, liking=Liking.A_LITTLE),
        many=True,
    ),
    Parameter(
        "--not-like",
        "an example of what is not meant: what is like it comes last",
        placeholder="FILE",
        convert=partial(example, liking=Liking.NOT_LIKE),
        many=True,
    ),
    Parameter(
        "--kind", "only photo, document, recording or clip, or what else they are called", placeholder="KIND", many=True
    ),
    Parameter("--under", "only what lies in this folder", placeholder="DIR", convert=absolute, many=True),
    Parameter("--after", 'only from this day on: 2024, 2024-05-31, "May 2023", yesterday', placeholder="DATE"),
    Parameter("--before", "only before this day", placeholder="DATE"),
    Parameter(
        "--sort",
        "how those that match well are listed: best (the default; without words and examples the newest), newest, "
        "oldest, name, largest or folder",
        placeholder="ORDER",
        default=Order.BEST,
        choices=tuple(map(str, Order)),
    ),
    Parameter(
        "--apart",
        "each file a hit of its own, also RAW and JPEG, Live Photo and clip, pictures of a burst, look-alike copies",
    ),
    _LIMIT,
    Parameter(
        "--batch",
        'queries as JSON lines ({"text", "like", "like_a_little", "not_like", "kind", "under", "apart", "sort", '
        '"limit"}) in, answers as JSON lines out; - is stdin',
        placeholder="FILE",
        convert=Path,
    ),
)

_MODEL_ACTIONS = (
    Action("list", "what there is, what is here and used, what is best for this computer"),
    Action("get", "fetch a model; starter is the whole starter pack", "ID [--from PATH]"),
    Action("use", "put what the library holds into its space too", "ID"),
    Action("remove", "use it no more, forget its vectors, delete what was fetched", "ID"),
    Action("verify", "hash the files of a model, or of all, again, and test each", "[ID]"),
)

_SAVED_ACTIONS = (
    Action("list", "the saved searches, and how many files each finds now"),
    Action("run", "search by what is saved under this name", "NAME [--limit N]"),
    Action("add", "save words and filters as they are typed, in place of any of this name", "NAME QUESTION"),
    Action("remove", "forget a saved search", "NAME"),
)

_RECENT_ACTIONS = (
    Action("list", "the last questions, the newest first"),
    Action("clear", "forget them"),
)

COMMANDS = (
    Command(
        "index",
        "watch these folders too, bring the index up to date, exit",
        (Parameter("folders", "folders to watch from now on", "FOLDER", convert=absolute, many=True),),
    ),
    Command(
        "search",
        "find files by text and by example",
        _SEARCH,
        notes=(*((each.typed, each.prose) for each in FILTERS.values()), *SYNTAX),
    ),
    Command("duplicates", "files that hold or look the same, which one to keep, and the room the others take"),
    Command(
        "saved",
        "saved searches: list, run, add, remove",
        (
            Parameter("action", "what to do", "ACTION", default="list", choices=tuple(a.name for a in _SAVED_ACTIONS)),
            Parameter("name", "which search", "NAME", default=""),
            Parameter("question", "add: words and filters, as one text", "QUESTION", default=""),
            _LIMIT,
        ),
        _SAVED_ACTIONS,
    ),
    Command(
        "recent",
        "the last questions: list, clear",
        (Parameter("action", "what to do", "ACTION", default="list", choices=tuple(a.name for a in _RECENT_ACTIONS)),),
        _RECENT_ACTIONS,
    ),
    Command("status", "what the library holds"),
    Command("failures", "files that could not be read, and why"),
    Command("retry", "read the failed files again"),
    Command("folders", "the watched folders"),
    Command(
        "remove",
        "forget a watched folder and what was read from it; its files stay",
        (Parameter("folder", "the folder", "FOLDER", convert=absolute, required=True),),
    ),
    Command(
        "models",
        "the models: list, get, use, remove, verify",
        (
            Parameter("action", "what to do", "ACTION", default="list", choices=tuple(a.name for a in _MODEL_ACTIONS)),
            Parameter("id", "which model", "ID", default=""),
            Parameter("--from", "get: a folder or file to copy", "PATH", convert=absolute, key="origin"),
        ),
        _MODEL_ACTIONS,
    ),
    Command("doctor", "test models, stores and disk"),
)

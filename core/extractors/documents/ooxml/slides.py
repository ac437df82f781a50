"""Reads PowerPoint presentations by slides, with notes and comments, and Visio drawings by pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from xml.etree import ElementTree as ET

from bowerbird.core.extractors.documents.markup import Collector, collect, local
from bowerbird.core.extractors.documents.ooxml.package import Package
from bowerbird.core.extractors.documents.ooxml.paragraphs import Paragraph, Paragraphs
from bowerbird.core.extractors.segments import Part
from bowerbird.core.types import Locator

_BESIDE = ("chart", "chartEx", "diagramData", "notesSlide", "comments")
_MASTERS = ("slideLayout", "slideMaster")
_MAX = 16 << 20  # bytes of a part that is read as a whole


def read(package: Package) -> Iterator[Part]:
    """The slides in their order, each with its charts, diagrams, notes and comments; then what masters show."""
    main = package.main("ppt/presentation.xml")
    authors, masters = _authors(package, main), dict[str, None]()
    for number, slide in enumerate(_slides(package, main), 1):
        yield from _part(package, slide, Paragraphs(), Locator(page=number))
        for kind in _BESIDE:
            for part in package.related(slide, kind):
                yield from _part(package, part, Paragraphs(authors=authors), Locator(page=number))
        masters |= dict.fromkeys(_masters(package, slide))
    for part in masters:
        yield from _part(package, part, Paragraphs(master=True), Locator(section="Slide master"))


def read_drawing(package: Package) -> Iterator[Part]:
    """The texts of the shapes of a Visio drawing (MS-VSDX), page by page."""
    main = package.main("visio/document.xml")
    pages = [page for pages in package.related(main, "pages") for page in package.related(pages, "page")]
    for number, part in enumerate(pages, 1):
        yield from _part(package, part, _VisioTexts(), Locator(page=number))


class _VisioTexts:
    """A ``markup.Collector`` of the texts of shapes."""

    def __init__(self) -> None:
        self._ready: list[Paragraph] = []
        self._open: list[str] | None = None

    def start(self, tag: str, _: dict[str, str]) -> None:
        if local(tag) == "Text":
            self._open = []

    def data(self, text: str) -> None:
        if self._open is not None:
            self._open.append(text)

    def end(self, tag: str) -> None:
        if local(tag) == "Text" and self._open is not None:
            if text := "".join(self._open).strip():
                self._ready.append(Paragraph(text))
            self._open = None

    def take(self) -> list[Paragraph]:
        ready, self._ready = self._ready, []
        return ready


def _part(package: Package, part: str, collector: Collector[Paragraph], locator: Locator) -> Iterator[Part]:
    """The paragraphs of a part, each once: charts name the same categories in every series. Damage ends it."""
    said = set[str]()
    with suppress(ET.ParseError), package.open(part) as file:
        for paragraph in collect(file, collector):
            if paragraph.text not in said:
                said.add(paragraph.text)
                yield locator, f"{paragraph.text}\n"


def _slides(package: Package, main: str) -> list[str]:
    targets = {relation.id: relation.part for relation in package.relations(main)}
    with package.open(main) as file:
        root = ET.fromstring(file.read(_MAX))  # noqa: S314  # expat bounds expansion
    ids = [
        value
        for element in root.iter()
        if local(element.tag) == "sldId"
        for name, value in element.attrib.items()
        if name.endswith("}id")
    ]
    known = set(package.related(main, "slide"))
    return [targets[key] for key in ids if targets.get(key) in known] or package.parts("ppt/slides/slide")


def _masters(package: Package, slide: str) -> Iterator[str]:
    for layout in package.related(slide, "slideLayout"):
        yield layout
        yield from package.related(layout, "slideMaster")


def _authors(package: Package, main: str) -> Mapping[str, str]:
    """The names of those who comment, by id."""
    found = dict[str, str]()
    for part in package.related(main, "commentAuthors", "authors"):
        with suppress(ET.ParseError), package.open(part) as file:
            for element in ET.fromstring(file.read(_MAX)):  # noqa: S314  # expat bounds expansion
                found[element.get("id", "")] = element.get("name", "")
    return found

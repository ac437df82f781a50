"""What a PDF says beside the text of its pages: form fields, notes, bookmarks, attached files, an XFA form's values.

All through PDFium's own functions (``fpdf_annot.h``, ``fpdf_attachment.h``), for pypdfium2 has no others for them.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET

import pypdfium2.raw as raw
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

_MAX_ANNOTATIONS = 5_000  # of a page; more are drawings of a plan, not notes
_MAX_TEXT = 1 << 20  # bytes of one note or field
_MAX_XFA = 32 << 20  # bytes of a form's data
_MAX_BOOKMARKS = 20_000
_MAX_ATTACHMENTS = 1_000
_PASSWORD = 1 << 13  # ISO 32000-1, table 228: what is typed is not shown
_PLAIN = frozenset({"", "yes", "on", "1", "true", "off", "choice1"})  # values of boxes that say nothing themselves
_TAG = re.compile(r"<[^<>]{0,2000}>")
_INDEX = re.compile(r"\[\d+\]")
_SILENT = frozenset("POPUP WIDGET LINK SCREEN MOVIE SOUND PRINTERMARK TRAPNET THREED RICHMEDIA XFAWIDGET".split())


def notes(document: PdfDocument, page: PdfPage) -> Iterator[str]:
    """A line for each note on a page and each form field that is filled in."""
    silent = {getattr(raw, f"FPDF_ANNOT_{name}") for name in _SILENT}
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET and document.formenv:
                yield from _field(document.formenv, annotation)
            elif kind not in silent:
                yield from _note(annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def bookmarks(document: PdfDocument, numbers: range) -> Iterator[str]:
    """The titles of the outline that lead to some of the pages; with the first page those that lead nowhere."""
    for bookmark in islice(document.get_toc(), _MAX_BOOKMARKS):
        target = bookmark.get_dest()
        number = target.get_index() if target else None
        if (number or 0) in numbers:
            yield " ".join(bookmark.get_title().split())


def attachments(document: PdfDocument) -> Iterator[tuple[str, bytes]]:
    """The names and the contents of files within the document; what cannot be unpacked is empty."""
    for number in range(min(document.count_attachments(), _MAX_ATTACHMENTS)):
        with suppress(PdfiumError):
            attachment = document.get_attachment(number)
            data = b""
            with suppress(PdfiumError):
                data = bytes(attachment.get_data())
            yield attachment.get_name(), data


def xfa_values(document: PdfDocument) -> Iterator[str]:
    """The filled-in values of a form in XML (XFA 3.3, "datasets"), each with its field's name."""
    for number in range(max(0, raw.FPDF_GetXFAPacketCount(document))):
        name = _bytes(partial(raw.FPDF_GetXFAPacketName, document, number))
        if name.rstrip(b"\0") == b"datasets":
            with suppress(ET.ParseError):
                yield from _values(_xfa_packet(document, number))


def _xfa_packet(document: PdfDocument, number: int) -> bytes:
    size = ctypes.c_ulong()
    raw.FPDF_GetXFAPacketContent(document, number, None, 0, size)
    if not 0 < size.value <= _MAX_XFA:
        return b""
    buffer = ctypes.create_string_buffer(size.value)
    raw.FPDF_GetXFAPacketContent(document, number, buffer, size.value, size)
    return buffer.raw


def _values(packet: bytes) -> Iterator[str]:
    for element in ET.fromstring(packet).iter():  # noqa: S314  # expat bounds expansion
        if not len(element) and element.text and element.text.strip():
            yield f"{element.tag.rpartition('}')[2]}: {' '.join(element.text.split())}"


def _note(annotation: Any) -> Iterator[str]:
    text = _string(annotation, b"Contents") or _TAG.sub(" ", _string(annotation, b"RC"))
    if text.strip():
        author, subject = _string(annotation, b"T"), _string(annotation, b"Subj")
        yield ": ".join(part for part in (author.strip(), subject.strip(), " ".join(text.split())) if part)
    if attached := raw.FPDFAnnot_GetFileAttachment(annotation):
        yield _wide(partial(_attached, attached))


def _attached(attachment: Any, buffer: Any, size: int) -> int:
    needed = ctypes.c_ulong()
    raw.FPDFAttachment_GetName(attachment, buffer, size, needed)
    return needed.value


def _field(form: Any, widget: Any) -> Iterator[str]:
    """The field's label and value, if it is filled in."""
    name = _form(raw.FPDFAnnot_GetFormFieldName, form, widget)
    label = _form(raw.FPDFAnnot_GetFormFieldAlternateName, form, widget) or _short(name)
    if raw.FPDFAnnot_GetFormFieldType(form, widget) in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        if raw.FPDFAnnot_IsChecked(form, widget):
            value = _form(raw.FPDFAnnot_GetFormFieldExportValue, form, widget)
            yield label if value.lower() in _PLAIN else f"{label}: {value}"
    elif value := _value(form, widget).strip():
        yield f"{label}: {value}"


def _value(form: Any, widget: Any) -> str:
    """What was typed into a field or chosen in it; nothing of a password, or of what is no field to fill in."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, widget)
    if kind in (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return "; ".join(_chosen(form, widget)) or _form(raw.FPDFAnnot_GetFormFieldValue, form, widget)
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD and not raw.FPDFAnnot_GetFormFieldFlags(form, widget) & _PASSWORD:
        return _form(raw.FPDFAnnot_GetFormFieldValue, form, widget)
    return ""


def _chosen(form: Any, widget: Any) -> Iterator[str]:
    for number in range(min(max(0, raw.FPDFAnnot_GetOptionCount(form, widget)), _MAX_ANNOTATIONS)):
        if raw.FPDFAnnot_IsOptionSelected(form, widget, number):
            yield _wide(partial(raw.FPDFAnnot_GetOptionLabel, form, widget, number))


def _short(name: str) -> str:
    """The last word of a field's full name, ``form[0].page[0].surname[0]``."""
    return _INDEX.sub("", name).rpartition(".")[2]


def _form(call: Callable[..., int], form: Any, widget: Any) -> str:
    return _wide(partial(call, form, widget))


def _string(annotation: Any, key: bytes) -> str:
    return _wide(partial(raw.FPDFAnnot_GetStringValue, annotation, key))


def _wide(call: Callable[[Any, int], int]) -> str:
    """What a function of PDFium writes as UTF-16 into a buffer, whose size it tells when given none."""
    return _bytes(call).decode("utf-16-le", "replace").rstrip("\0").replace("\r\n", "\n").replace("\r", "\n")


def _bytes(call: Callable[[Any, int], int]) -> bytes:
    size = call(None, 0)
    if not 0 < size <= _MAX_TEXT:
        return b""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw

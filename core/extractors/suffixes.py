"""The suffixes of pictures, recordings, clips and plain text, in lower case, with the dot.

To read files with a further suffix as one of these, add it here, in its place in the alphabet: nothing else needs to
know. What is listed here is tested; a row in ``test_kinds_by_name_alone`` (``test_document.py``) fails before and
passes after. The suffixes of formats that one module reads (PDF, office, mail, web pages) stand in that module.
"""

from __future__ import annotations


def _dotted(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


PICTURES = _dotted(
    "apng avif avifs bmp bw cur dcx dds dib exr gif hdr heic heics heif heifs hif icns ico im j2c j2k jfif jp2 jpc jpe "
    "jpeg jpf jpg jpx mpo msp pbm pcx pfm pgm png pnm ppm psd qoi ras rgb rgba sgi svg svgz tga tif tiff webp xbm xpm"
)
"""Still pictures that Pillow, libheif or resvg opens."""

RAW = _dotted("3fr arw cr2 cr3 dcr dng erf iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f")
"""Cameras' raw files, developed by LibRaw."""

RECORDINGS = _dotted(
    "aac ac3 aif aifc aiff amr ape au awb caf dsf dts eac3 flac m4a m4b mka mp2 mp3 mpc oga ogg opus spx tak tta voc "
    "w64 wav wma wv"
)
"""Files that promise sound alone, decoded by FFmpeg."""

CLIPS = _dotted(
    "3g2 3gp asf avi divx dv f4v flv m2ts m2v m4v mj2 mkv mov mp4 mpeg mpg mts mxf ogm ogv rm rmvb vob webm wmv wtv"
)
"""Files that promise moving pictures, decoded by FFmpeg."""

CODE = _dotted(
    "ada asm awk bas bat bash c cc cfg clj cljs cmake coffee conf cpp cs css cu cxx d dart diff el elm erl ex exs f "
    "f90 fish for fs fsx gd go gradle graphql groovy h hh hpp hrl hs hxx ini java jl js json jsonl jsx kt kts less "
    "lisp lua m mjs ml mli nim nix pas patch php pl pm properties proto ps1 py pyi pyx r rb rkt rs sass scala scm scss "
    "sh sql sv svelte swift tcl tf toml ts tsx v vb vhd vim vue xsl xslt yaml yml zig zsh"
)
"""Source code and settings, read as plain text."""

PROSE = _dotted(
    "adoc asc asciidoc ass bib csv dfxp lrc log markdown md mdown nfo opf org pod rst rss sbv smi srt ssa tex text tsv "
    "ttml txt vtt wiki xml"
)
"""Notes, tables, subtitles and markup, read as plain text."""

TEXT = CODE | PROSE
"""Everything that ``text`` reads."""

PLAIN_NAMES = frozenset(
    "authors changelog contributing copying dockerfile license makefile news notice readme todo".split()
)
"""Names without a suffix that are plain text by custom."""

"""Suffixes that more than one extractor needs, lower case, with the dot."""

from __future__ import annotations

PICTURES = frozenset(
    f".{suffix}"
    for suffix in (
        "apng avif avifs bmp bw cur dcx dds dib gif heic heics heif heifs hif icns ico im j2c j2k jfif jp2 jpc "
        "jpe jpeg jpf jpg jpx mpo msp pbm pcx pfm pgm png pnm ppm psd qoi ras rgb rgba sgi svg svgz tga tif "
        "tiff webp xbm xpm"
    ).split()
)
"""Still pictures that Pillow, libheif or resvg opens."""
RAW = frozenset(
    f".{suffix}"
    for suffix in (
        "3fr arw cr2 cr3 dcr dng erf iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f"
    ).split()
)
"""Cameras' raw files, developed by LibRaw."""

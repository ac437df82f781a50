"""Converts pictures of any mode and profile to 8-bit sRGB on white."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_PLAIN = ("RGB", "L", "CMYK")
_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")


def is_plain(image: Image.Image) -> bool:
    """Whether a picture can be resampled as it is: eight bits a channel, no palette, nothing transparent."""
    return image.mode in _PLAIN and "transparency" not in image.info


def to_plain(image: Image.Image) -> Image.Image:
    """The picture on white, with eight bits a channel; the colours are still those of its profile."""
    if is_plain(image):
        return image
    if image.mode.startswith(("I", "F")):
        return _scale(image)
    if image.mode == "LAB":
        return _transform(image, _lab_transform()) or image.convert("RGB")
    if image.mode in _ALPHA or "transparency" in image.info:
        return _on_white(image)
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image) -> Image.Image:
    """A plain picture in the mode RGB; a profile other than sRGB is applied (ICC.1)."""
    profile = image.info.get("icc_profile")
    transform = _srgb_transform(profile, image.mode) if profile else None
    if transform is not None and (converted := _transform(image, transform)) is not None:
        return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    flat = white.convert("RGB")
    if profile := image.info.get("icc_profile"):
        flat.info["icc_profile"] = profile
    return flat


def _scale(image: Image.Image) -> Image.Image:
    """Integers by the range that holds them (8 or 16 bits), floats by their own range."""
    values = np.asarray(image, dtype=np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    lowest, highest = float(values.min(initial=0)), float(values.max(initial=0))
    if image.mode.startswith("I"):
        lowest, highest = 0.0, 65535.0 if highest > 255 else 255.0
    scaled = (values - lowest) / max(highest - lowest, 1e-9) * 255
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _transform(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image | None:
    try:
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, ValueError):
        return None


@lru_cache(maxsize=16)
def _srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What converts from this profile; None if it is sRGB already, or broken: its picture may be good all the same.

    Cached because building one takes ten times as long as using it on a thumbnail.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")

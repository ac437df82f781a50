"""Any picture Pillow opened, as 8-bit sRGB on white."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_PLAIN = ("RGB", "L", "CMYK")
_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")


def is_plain(image: Image.Image) -> bool:
    """Whether it can be resampled as it is: eight bits a channel, no palette, nothing transparent."""
    return image.mode in _PLAIN and "transparency" not in image.info


def plain(image: Image.Image) -> Image.Image:
    """The picture on white, with eight bits a channel; its colours are still its profile's."""
    if is_plain(image):
        return image
    if image.mode.startswith(("I", "F")):
        return _scaled(image)
    if image.mode == "LAB":
        return _transformed(image, _from_lab()) or image.convert("RGB")
    if image.mode in _ALPHA or "transparency" in image.info:
        return _on_white(image)
    return image.convert("L" if image.mode == "1" else "RGB")


def in_srgb(image: Image.Image) -> Image.Image:
    """A plain picture in RGB, its profile, if it has another than sRGB, applied."""
    profile = image.info.get("icc_profile")
    transform = _to_srgb(profile, image.mode) if profile else None
    if transform is not None and (done := _transformed(image, transform)) is not None:
        return done
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    flat = white.convert("RGB")
    if profile := image.info.get("icc_profile"):
        flat.info["icc_profile"] = profile
    return flat


def _scaled(image: Image.Image) -> Image.Image:
    """Integers by the range that holds them (8 or 16 bits), floats by their own range."""
    values = np.asarray(image, dtype=np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    lowest, highest = float(values.min(initial=0)), float(values.max(initial=0))
    if image.mode.startswith("I"):
        lowest, highest = 0.0, 65535.0 if highest > 255 else 255.0
    scaled = (values - lowest) / max(highest - lowest, 1e-9) * 255
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _transformed(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image | None:
    try:
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, ValueError):
        return None


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from this profile; None if it is sRGB already, or broken, which is no reason to refuse a good picture.

    Cached because building one takes ten times as long as using it on a thumbnail.
    """
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(opened):
            return None
        return ImageCms.buildTransform(opened, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=1)
def _from_lab() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")

"""Any picture Pillow opened, as 8-bit sRGB on white."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms


def to_srgb(image: Image.Image) -> Image.Image:
    """RGB: profiles applied, transparency on white, 16 bits and floats scaled to 8."""
    if image.mode == "RGB" and "icc_profile" not in image.info and "transparency" not in image.info:
        return image
    if image.mode.startswith(("I", "F")):
        return _scaled(image)
    if image.mode == "LAB":
        return _transformed(image, ImageCms.createProfile("LAB"))
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        return _on_white(image)
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        return _profiled(image, profile)
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    return white.convert("RGB")


def _scaled(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float32)
    top = 65535.0 if image.mode.startswith("I") and values.max(initial=0) > 255 else max(1.0, float(values.max(initial=0)))
    if image.mode.startswith("I") and top <= 255:
        top = 255.0
    return Image.fromarray(np.clip(values / top * 255, 0, 255).astype(np.uint8)).convert("RGB")


def _profiled(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        opened = _opened(profile)
        if opened is None:
            return image.convert("RGB")
        return _transformed(image, opened)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")  # a broken profile is no reason to refuse a good picture


@lru_cache(maxsize=16)
def _opened(profile: bytes) -> ImageCms.ImageCmsProfile | None:
    """The profile, or None if it is sRGB already."""
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return None if "sRGB" in ImageCms.getProfileDescription(opened) else opened


def _transformed(image: Image.Image, profile: object) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    done = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")  # type: ignore[arg-type]
    return done or image.convert("RGB")

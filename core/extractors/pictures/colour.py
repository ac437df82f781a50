"""Converts pictures of any mode, depth and profile to 8-bit sRGB without transparency."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLAIN = ("RGB", "L", "CMYK")
_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
_LUMA = np.array((0.2126, 0.7152, 0.0722), np.float32)  # ITU-R BT.709
_DARK = (48, 48, 48)
_SAMPLE_SIDE = 64
_LIGHT = 200  # of 255: hardly told from white
_MOSTLY = 0.8  # of what is drawn
_OPAQUE = 0.98  # of a picture: round corners only
_DEPTHS = (8, 10, 12, 14, 16)  # bits that cameras and scanners deliver
_INLIERS = (0.5, 99.5)  # percent
_KEY = 0.18  # grey in the middle of a photo
_WHITE = 0.5  # where it is reached at the earliest, or a plain grey picture would be white


def is_plain(image: Image.Image) -> bool:
    """Whether a picture can be resampled as it is: eight bits a channel, no palette, nothing transparent."""
    return image.mode in _PLAIN and "transparency" not in image.info


def to_plain(image: Image.Image) -> Image.Image:
    """The picture on a plain backdrop, with eight bits a channel; the colours are still those of its profile."""
    if is_plain(image):
        return image
    if image.mode.startswith(("I", "F")):
        return _scale(image)
    if image.mode == "LAB":
        return _transform(image, _lab_transform()) or image.convert("RGB")
    if image.mode in _ALPHA or "transparency" in image.info:
        return _on_backdrop(image)
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image) -> Image.Image:
    """A plain picture in the mode RGB; a profile other than sRGB is applied (ICC.1)."""
    profile = image.info.get("icc_profile")
    transform = _srgb_transform(profile, image.mode) if profile else None
    if transform is not None and (converted := _transform(image, transform)) is not None:
        return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_backdrop(image: Image.Image) -> Image.Image:
    """A picture with transparent parts on white, or on dark grey if nearly all that is drawn in it is white."""
    layer = image.convert("RGBA")
    backdrop = Image.new("RGBA", layer.size, _DARK if _is_white_drawing(layer) else "white")
    backdrop.alpha_composite(layer)
    flat = backdrop.convert("RGB")
    if profile := image.info.get("icc_profile"):
        flat.info["icc_profile"] = profile
    return flat


def _is_white_drawing(layer: Image.Image) -> bool:
    small = np.asarray(layer.resize((_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.BOX), np.float32)
    grey, opacity = small[..., :3] @ _LUMA, small[..., 3] / 255
    drawn, light = float(opacity.sum()), float(opacity[grey > _LIGHT].sum())
    return 0 < drawn < _OPAQUE * opacity.size and light > _MOSTLY * drawn


def _scale(image: Image.Image) -> Image.Image:
    return Image.fromarray(to_8_bits(np.asarray(image)))


def to_8_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Values of any type as 8 bits; colours of floats, which are linear light, are tone-mapped.

    Args:
        values: of the shape (height, width) or (height, width, channels).
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind in "iu" and values.min(initial=0) >= 0 and values.max(initial=0) < 1 << 16:
        bits = next(bits for bits in _DEPTHS if values.max(initial=0) < 1 << bits)
        return (values.astype(np.float32) * (255 / ((1 << bits) - 1))).astype(np.uint8)
    floats = _finite(values.astype(np.float32))
    return _tone_mapped(floats) if values.ndim == 3 and values.shape[2] == 3 else _stretched(floats)


def _finite(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """With the lowest or highest number in place of what is none."""
    good = values[np.isfinite(values)]
    lowest, highest = (float(good.min()), float(good.max())) if good.size else (0.0, 0.0)
    return np.nan_to_num(values, nan=lowest, posinf=highest, neginf=lowest)


def _stretched(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """By their own range, but for a few that lie far out."""
    sample = values[:: max(1, values.shape[0] // 512), :: max(1, values.shape[1] // 512)]
    lowest, highest = np.percentile(sample, _INLIERS) if sample.size else (0.0, 1.0)
    if highest <= lowest:
        lowest, highest = float(values.min(initial=0)), float(values.max(initial=0))
    scaled = (values - lowest) / max(highest - lowest, 1e-9) * 255
    return np.clip(scaled, 0, 255).astype(np.uint8)


def _tone_mapped(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The global operator of Reinhard et al. 2002, "Photographic tone reproduction", then the curve of sRGB."""
    light = np.maximum(light, 0)
    luminance = light @ _LUMA
    logarithms = np.log(luminance[luminance > 0])
    key = _KEY / float(np.exp(logarithms.mean())) if logarithms.size else 1.0
    white = max(key * float(np.percentile(luminance, _INLIERS[1])), _WHITE)
    scaled = luminance * key
    gain = key * (1 + scaled / white**2) / (1 + scaled)
    mapped = np.clip(light * gain[..., None], 0, 1)
    curve = np.where(mapped <= 0.0031308, mapped * 12.92, 1.055 * np.maximum(mapped, 1e-9) ** (1 / 2.4) - 0.055)
    return (curve * 255 + 0.5).astype(np.uint8)


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

"""What transformers and sentence-transformers themselves make of photos and sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.models.families.clap import resampled
from bowerbird.core.models.families.perceiver import FRAMES, SAMPLES, SIDE, Scene
from bowerbird.core.models.runtime import golden
from bowerbird.core.types import Pixels, Samples, Vectors
from tests.checkpoints import CLIP_END, SIGLIP_PAD


@dataclass(frozen=True)
class Reference:
    """Vectors of length 1, a row per item."""

    documents: Callable[[Sequence[Any]], Vectors]
    queries: Callable[[Sequence[str]], Vectors]


def pictures() -> list[Pixels]:
    """Of several shapes, with something in every frequency."""
    rng = np.random.default_rng(5)
    photos = []
    for height, width in ((256, 340), (340, 256), (256, 256), (300, 900)):
        y, x = np.mgrid[0:height, 0:width] / height
        a, b, c = rng.uniform(1, 20, 3)
        waves = [np.sin(a * x + b * y), np.cos(b * x * y + c), np.sin(c * (x - y) ** 2)]
        photos.append(np.round(127.5 + 100 * np.stack(waves, 2) + rng.normal(0, 9, (height, width, 3))).clip(0, 255))
    return [photo.astype(np.uint8) for photo in photos]


def sounds() -> list[Samples]:
    """Of several lengths."""
    whole = golden.sound()
    return [whole, whole[::-1].copy(), whole[:9000], np.tile(whole, 2)[:70_000]]


def scene(seed: int) -> Scene:
    """Moving waves and a tone; every other one is silent."""
    chance = np.random.default_rng(seed)
    t, y, x = np.mgrid[0:FRAMES, 0:SIDE, 0:SIDE].astype(np.float32)
    a, b, c = chance.uniform(-0.3, 0.3, 3)
    waves = np.sin(a * x + b * y + c * t)[..., None] * chance.uniform(0.3, 1.0, 3)
    frames = np.round(127.5 + 127.5 * waves).astype(np.uint8)
    tone = 9000 * np.sin(np.arange(SAMPLES) * chance.uniform(0.01, 0.4))
    return frames, None if seed % 2 else tone.astype(np.int16)


def agreement(ours: Vectors, theirs: Vectors) -> tuple[float, bool]:
    """The greatest error of a value, and whether pairs of items are in the same order of distance."""
    upper = np.triu_indices(len(ours), 1)
    mine, other = (ours @ ours.T)[upper], (theirs @ theirs.T)[upper]
    order = np.argsort(other)
    # Pairs as good as equal may change places.
    return float(np.abs(ours - theirs).max()), bool((np.diff(mine[order]) > -1e-5).all())


def clip(folder: Path) -> Reference:
    """``CLIPModel``, its processor and its fields of length 77."""
    from transformers import CLIPImageProcessorPil, CLIPModel

    return _dual(CLIPModel.from_pretrained(folder).eval(), CLIPImageProcessorPil.from_pretrained(folder), folder, 77,
                 CLIP_END)  # fmt: skip


def siglip(folder: Path) -> Reference:
    """``SiglipModel`` and its processor; sentences padded to 64."""
    from transformers import SiglipImageProcessorPil, SiglipModel

    model, processor = SiglipModel.from_pretrained(folder).eval(), SiglipImageProcessorPil.from_pretrained(folder)
    return _dual(model, processor, folder, 64, SIGLIP_PAD)


def _dual(model: Any, processor: Any, folder: Path, tokens: int, pad: int) -> Reference:
    import torch
    from PIL import Image
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(tokens)
    tokenizer.enable_padding(length=tokens, pad_id=pad)

    def documents(items: Sequence[Pixels]) -> Vectors:
        inputs = processor(images=[Image.fromarray(photo) for photo in items], return_tensors="pt")
        return _projected(model.get_image_features, pixel_values=inputs["pixel_values"])

    def queries(texts: Sequence[str]) -> Vectors:
        ids = torch.tensor([encoding.ids for encoding in tokenizer.encode_batch(list(texts))])
        return _projected(model.get_text_features, input_ids=ids)

    return Reference(documents, queries)


def _projected(tower: Any, **inputs: Any) -> Vectors:
    import torch

    with torch.inference_mode():
        output = tower(**inputs)
    rows = getattr(output, "pooler_output", output)
    return torch.nn.functional.normalize(rows.flatten(1), dim=1).numpy()


def resnet(folder: Path) -> Reference:
    """``ResNetModel`` and the processor that microsoft/resnet-50 names."""
    from PIL import Image
    from transformers import ConvNextImageProcessorPil, ResNetModel

    model = ResNetModel.from_pretrained(folder).eval()
    processor = ConvNextImageProcessorPil(
        size={"shortest_edge": 224}, crop_pct=0.875, resample=3, image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
    )  # fmt: skip

    def documents(items: Sequence[Pixels]) -> Vectors:
        inputs = processor(images=[Image.fromarray(photo) for photo in items], return_tensors="pt")
        return _projected(model, pixel_values=inputs["pixel_values"])

    return Reference(documents, lambda texts: np.zeros((0, 0), np.float32))


def e5(folder: Path) -> Reference:
    """sentence-transformers over the folder, with the prefixes that the model's authors say."""
    return sentences(folder, {"query": "query: ", "document": "passage: "})


def sentences(folder: Path, prompts: dict[str, str] | None = None) -> Reference:
    """``SentenceTransformer`` as its authors load it: everything that it does is said in the folder's own files."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, prompts=prompts)

    def documents(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode_document(list(texts), normalize_embeddings=True), np.float32)

    def queries(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode_query(list(texts), normalize_embeddings=True), np.float32)

    return Reference(documents, queries)


def gemma(folder: Path) -> Callable[..., Vectors]:
    """The whole of ``EmbeddingGemma2Model``, its processors, and sentence-transformers' mean and unit length.

    Items are passages, photos or sounds; what comes before a text is the document's prompt, or another's.
    """
    import torch
    from sentence_transformers.sentence_transformer.modules import Pooling
    from tokenizers import Tokenizer
    from transformers import EmbeddingGemma2Model, Gemma4AudioFeatureExtractor, Gemma4ImageProcessorPil

    model = EmbeddingGemma2Model.from_pretrained(folder).eval()
    config, tokenizer = model.config, Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(512)
    pictures, sounds = Gemma4ImageProcessorPil.from_pretrained(folder), Gemma4AudioFeatureExtractor()

    def encode(item: Any, prompt: str) -> Vectors:
        inputs: dict[str, Any] = {}
        if isinstance(item, str):
            ids = tokenizer.encode(prompt + item).ids
        elif item.ndim == 3:
            photo = pictures(images=[item], input_data_format="channels_last", return_tensors="pt")
            slots = int(photo.pop("num_soft_tokens_per_image")[0])
            inputs = dict(photo)
            ids = [2, config.boi_token_id, *[config.image_token_id] * slots, config.eoi_token_id, 1]
        else:
            inputs = dict(sounds([item.astype(np.float32) / 32768], sampling_rate=16_000, return_tensors="pt"))
            with torch.inference_mode():
                slots = int(model.get_audio_features(**inputs, return_dict=True).attention_mask.sum())
            ids = [2, config.boa_token_id, *[config.audio_token_id] * slots, config.eoa_token_index, 1]
        mask = torch.ones(1, len(ids), dtype=torch.long)
        with torch.inference_mode():
            states = model(input_ids=torch.tensor([ids]), attention_mask=mask, **inputs).last_hidden_state
            mean = Pooling(768)({"token_embeddings": states, "attention_mask": mask})["sentence_embedding"]
        return torch.nn.functional.normalize(mean, dim=1).numpy()

    return lambda items, prompt="title: none | text: ": np.concatenate([encode(item, prompt) for item in items])


def perceiver(folder: Path) -> Callable[[Sequence[Scene]], Any]:
    """The latents of ``PerceiverForMultimodalAutoencoding``, shape (n, 784, 512), computed in float64.

    With weights this large its float32 is itself off by 6e-4 of the latents' deviation (5 scenes, a CPU).
    """
    import torch
    from transformers import PerceiverForMultimodalAutoencoding

    model = PerceiverForMultimodalAutoencoding.from_pretrained(folder).double().eval()
    few = {"image": torch.arange(4), "audio": torch.arange(4), "label": None}

    def latents(frames: Any, samples: Any) -> Any:
        sound = np.zeros(SAMPLES, np.int16) if samples is None else samples
        inputs = {
            "image": torch.tensor(frames).permute(0, 3, 1, 2)[None].double() / 255,
            "audio": torch.tensor(sound).double()[None, :, None] / 32768,
            "label": torch.zeros((1, 700), dtype=torch.float64),
        }
        with torch.inference_mode():
            output = model(inputs=inputs, subsampled_output_points=few, output_hidden_states=True)
        return output.hidden_states[-1][0].numpy()

    return lambda scenes: np.stack([latents(*scene) for scene in scenes])


def clap(folder: Path) -> Callable[[Sequence[Samples]], Vectors]:
    """``ClapModel`` and its feature extractor, on sounds stretched as ours."""
    from transformers import ClapFeatureExtractor, ClapModel

    model, features = ClapModel.from_pretrained(folder).eval(), ClapFeatureExtractor.from_pretrained(folder)

    def encode(samples: Samples) -> Vectors:
        inputs = features(resampled(samples), sampling_rate=48_000, return_tensors="pt")
        return _projected(model.get_audio_features, **inputs)

    return lambda sounds: np.concatenate([encode(sound) for sound in sounds])


def torchvision_name(name: str) -> str:
    """What torchvision calls one of transformers' weights of a ResNet-50."""
    kinds = {"convolution": ("conv", 1), "normalization": ("bn", 1)}
    if match := re.fullmatch(r"embedder\.embedder\.(\w+)\.(\w+)", name):
        stem, number = kinds[match[1]]
        return f"{stem}{number}.{match[2]}"
    match = re.fullmatch(r"encoder\.stages\.(\d)\.layers\.(\d)\.(.+)\.(\w+)\.(\w+)", name)
    assert match, name
    stage, layer, place, kind, value = match.groups()
    if place == "shortcut":
        return f"layer{int(stage) + 1}.{layer}.downsample.{0 if kind == 'convolution' else 1}.{value}"
    return f"layer{int(stage) + 1}.{layer}.{kinds[kind][0]}{int(place.removeprefix('layer.')) + 1}.{value}"

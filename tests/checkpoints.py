"""Checkpoints as the hub has them, of the published architectures, with seeded random weights."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MODULES = tuple(f"sentence_transformers.models.{name}" for name in ("Transformer", "Pooling", "Normalize"))
WORDS = "a dog runs along the beach two people play chess in rain red car old house photo of cat".split()
CLIP_END, SIGLIP_PAD = 49407, 0


def clip(folder: Path, *, large: bool = False, layers: int = 0) -> Path:
    """CLIP ViT-B/32 as laion2b's, or ViT-L/14; ``layers``: fewer than published."""
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel

    text: dict[str, Any] = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12} if large else {}
    vision: dict[str, Any] = {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16}
    vision |= {"patch_size": 14, "num_hidden_layers": 24, "projection_dim": 768}
    vision = vision if large else {"patch_size": 32}
    text |= {"vocab_size": 49_408, "eos_token_id": CLIP_END, "hidden_act": "quick_gelu" if large else "gelu"}
    vision |= {"hidden_act": "quick_gelu" if large else "gelu"}
    if large:
        text |= {"projection_dim": 768}
    _fewer((text, vision), layers)
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=768 if large else 512)
    _save(CLIPModel, config, folder)
    CLIPImageProcessorPil().save_pretrained(folder)
    _words(folder / "tokenizer.json", {"<|startoftext|>": 49406, "<|endoftext|>": CLIP_END})
    return folder


def siglip2(folder: Path, *, layers: int = 0) -> Path:
    """SigLIP 2 base, patches of 16, 224 pixels a side."""
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel

    text: dict[str, Any] = {"vocab_size": 4000 if layers else 256_000, "projection_size": 768}
    vision: dict[str, Any] = {}
    _fewer((text, vision), layers)
    _save(SiglipModel, SiglipConfig(text_config=text, vision_config=vision), folder)
    half = [0.5, 0.5, 0.5]
    SiglipImageProcessorPil(size={"height": 224, "width": 224}, image_mean=half, image_std=half).save_pretrained(folder)
    _words(folder / "tokenizer.json", {"<pad>": SIGLIP_PAD, "<eos>": 1}, start="")
    return folder


def resnet(folder: Path) -> Path:
    """ResNet-50."""
    from transformers import ResNetConfig, ResNetForImageClassification

    _save(ResNetForImageClassification, ResNetConfig(num_labels=1000), folder)
    return folder


def e5(folder: Path, *, layers: int = 12) -> Path:
    """multilingual-e5-small as the hub has it, with the files that sentence-transformers reads."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=250_037 if layers == 12 else 4000,
        hidden_size=384,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=1536,
        pad_token_id=1,
    )
    _save(BertModel, config, folder)
    _words(folder / "tokenizer.json", {"<s>": 0, "<pad>": 1, "</s>": 2}, start="<s>", end="</s>")
    sentence_files(folder)
    return folder


def sentence_files(
    folder: Path, modules: Iterable[str] = MODULES, pooling: str = "mean_tokens", **transformer: Any
) -> None:
    """What sentence-transformers keeps beside a model's weights, as its version 2 wrote it."""
    paths = ("", "1_Pooling", "2_Normalize")
    listed = [
        {"idx": at, "name": str(at), "path": path, "type": kind}
        for at, (path, kind) in enumerate(zip(paths, modules, strict=False))
    ]
    modes = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")
    pool = {"word_embedding_dimension": 384, **{f"pooling_mode_{mode}": mode == pooling for mode in modes}}
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>", "model_max_length": 512}
    write_json(folder / "modules.json", listed)
    write_json(folder / "1_Pooling" / "config.json", pool)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False} | transformer)
    write_json(folder / "tokenizer_config.json", tokenizer)


def write_json(file: Path, contents: object) -> None:
    """Write a file, and make its folder."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(contents), "utf-8")


def whisper(folder: Path, tokenizer: Path) -> Path:
    """Whisper base, with the tokenizer of the starter pack's."""
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    shape = {"d_model": 512, "encoder_layers": 6, "decoder_layers": 6, "encoder_ffn_dim": 2048}
    heads = {"decoder_ffn_dim": 2048, "encoder_attention_heads": 8, "decoder_attention_heads": 8}
    _save(WhisperForConditionalGeneration, WhisperConfig(vocab_size=51_865, **shape, **heads), folder)
    WhisperFeatureExtractor().save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "WhisperTokenizer"}')
    return folder


def gemma(folder: Path, *, layers: int = 0) -> Path:
    """EmbeddingGemma 2."""
    from transformers import (
        EmbeddingGemma2Config,
        EmbeddingGemma2Model,
        Gemma4AudioFeatureExtractor,
        Gemma4ImageProcessorPil,
    )

    parts: tuple[dict[str, Any], ...] = ({}, {"model_type": "gemma4_vision"}, {"model_type": "gemma4_audio"})
    text, vision, audio = parts
    special = ("boi_token_id", "image_token_id", "eoi_token_id", "boa_token_id", "audio_token_id", "eoa_token_index")
    _fewer(parts, layers)
    if layers:
        text["vocab_size"] = 4000
    few: dict[str, Any] = {name: 3000 + at for at, name in enumerate((*special, "video_token_id"))} if layers else {}
    config = EmbeddingGemma2Config(text_config=text, vision_config=vision, audio_config=audio, **few)
    _save(EmbeddingGemma2Model, config, folder)
    Gemma4ImageProcessorPil().save_pretrained(folder)
    pictures = json.loads((folder / "preprocessor_config.json").read_text())
    Gemma4AudioFeatureExtractor().save_pretrained(folder)
    sounds = json.loads((folder / "preprocessor_config.json").read_text())
    write_json(folder / "processor_config.json", {"image_processor": pictures, "feature_extractor": sounds})
    prompts = {"query": "task: search result | query: ", "document": "title: none | text: "}
    write_json(folder / "config_sentence_transformers.json", {"prompts": prompts})
    known = {"<pad>": 0, "<eos>": 1, "<bos>": 2, "placeholder": config.image_token_id}
    _words(folder / "tokenizer.json", known, start="<bos>", end="<eos>")
    return folder


def perceiver(folder: Path, *, layers: int = 8) -> Path:
    """The multimodal Perceiver."""
    from transformers import PerceiverConfig, PerceiverForMultimodalAutoencoding

    config = PerceiverConfig(
        num_latents=784, d_latents=512, d_model=704, num_blocks=1, num_self_attends_per_block=layers,
        num_self_attention_heads=8, num_cross_attention_heads=1, num_labels=700,
    )  # fmt: skip
    # The reference draws weights so small that all scenes come out alike.
    _save(PerceiverForMultimodalAutoencoding, config, folder, scale=2.5)
    return folder


def clap(folder: Path, sentences: Iterable[str], *, layers: int = 0) -> Path:
    """CLAP, its tokenizer trained on these sentences; ``layers``: so many at each stage, fewer than published."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    text: dict[str, Any] = {"num_hidden_layers": layers, "vocab_size": 4000} if layers else {}
    audio: dict[str, Any] = {"depths": [layers] * 4} if layers else {}
    _save(ClapModel, ClapConfig(text_config=text, audio_config=audio), folder)
    ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad").save_pretrained(folder)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>"]
    tokenizer.train_from_iterator(sentences, trainers.BpeTrainer(special_tokens=special, vocab_size=300))
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _fewer(configs: Iterable[dict[str, Any]], layers: int) -> None:
    for config in configs if layers else ():
        config["num_hidden_layers"] = layers


def _save(kind: Any, config: Any, folder: Path, scale: float = 1.0) -> None:
    import torch

    torch.manual_seed(7)
    model = kind(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(scale)
        for name, value in model.named_buffers():
            if name.endswith("running_mean"):
                value.normal_(0, 0.1)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
    model.save_pretrained(folder)


def _words(file: Path, special: dict[str, int], start: str = "<|startoftext|>", end: str = "") -> None:
    """A tokenizer of a few words, with the special tokens where the model expects them."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = special | {word: 1000 + at for at, word in enumerate(WORDS)} | {"[UNK]": 999}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, "[UNK]"))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    end = end or next(name for name in ("<|endoftext|>", "<eos>") if name in special)
    template = f"{start} $A {end}".strip()
    used = [(name, special[name]) for name in (start, end) if name]
    tokenizer.post_processor = processors.TemplateProcessing(template, special_tokens=used)
    tokenizer.save(str(file))

"""EmbeddingGemma 2 as three networks: transformers' own modules, cut so that each can be loaded alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.core.models.families.sentences import sentence_transformer
from bowerbird.core.models.registry.checkpoint import pretrained

if TYPE_CHECKING:
    from torch import Tensor, nn

LANGUAGE_INPUTS = ("input_ids", "attention_mask", "soft")


def _language(folder: Path, architecture: str) -> nn.Module:
    """Text, or the soft tokens of a tower, to vectors of length 1.

    Takes ids and mask, each (n, length), and soft tokens, one for each placeholder among the ids, of shape
    (placeholders, hidden); gives shape (n, 768).
    """
    from torch import nn

    model = _model(folder, architecture, "")

    class Language(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model.language_model
            self.image, self.audio = model.config.image_token_id, model.config.audio_token_id

        def forward(self, input_ids: Tensor, attention_mask: Tensor, soft: Tensor) -> Any:
            slots = (input_ids == self.image) | (input_ids == self.audio)
            embeddings = self.model.embed_tokens(input_ids.masked_fill(slots, self.model.padding_idx))
            expanded = slots.unsqueeze(-1).expand_as(embeddings)
            embeddings = embeddings.masked_scatter(expanded, soft.to(embeddings.dtype))
            return self.model(inputs_embeds=embeddings, attention_mask=attention_mask)

    return sentence_transformer(Language(), model.config.text_config.embedding_dim, inputs=LANGUAGE_INPUTS)


def _vision(folder: Path, architecture: str) -> nn.Module:
    """Patches of photos and their positions to soft tokens: those of all photos, and the number of each photo's."""
    from torch import nn

    model = _model(folder, architecture, "vision")
    patches_per_token = model.config.vision_config.pooling_kernel_size**2

    class Vision(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower, self.embed = model.vision_tower, model.embed_vision

        def forward(self, pixel_values: Tensor, image_position_ids: Tensor) -> tuple[Tensor, Tensor]:
            states = self.tower(pixel_values=pixel_values, pixel_position_ids=image_position_ids).last_hidden_state
            patches = (image_position_ids != -1).all(-1).sum(-1)
            return self.embed(inputs_embeds=states), (patches // patches_per_token).float()

    return Vision().eval()


def _audio(folder: Path, architecture: str) -> nn.Module:
    """Spectra of sounds and their mask to soft tokens: those of all sounds, and the number of each sound's."""
    from torch import nn

    model = _model(folder, architecture, "audio")
    _make_exportable(model.audio_tower)

    class Audio(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower, self.embed = model.audio_tower, model.embed_audio

        def forward(self, input_features: Tensor, input_features_mask: Tensor) -> tuple[Tensor, Tensor]:
            output = self.tower(input_features, input_features_mask, return_dict=True)
            soft_tokens = self.embed(inputs_embeds=output.last_hidden_state)
            return soft_tokens[output.attention_mask], output.attention_mask.sum(-1).float()

    return Audio().eval()


NETWORKS: Mapping[str, Callable[[Path, str], nn.Module]] = {"language": _language, "vision": _vision, "audio": _audio}
"""By name, what builds each network from a folder and the architecture its config.json must have."""
_TOWERS = ("vision", "audio")


def _make_exportable(tower: Any) -> None:
    """Replace two computations of the audio tower by equal ones that ONNX can express.

    Its mask is made without vmap, and its windows are gathered by index instead of unfolded.
    """
    from transformers.masking_utils import AttentionMaskInterface, eager_mask

    AttentionMaskInterface.register("by_index", lambda **options: eager_mask(**options | {"use_vmap": False}))
    tower.config._attn_implementation = "by_index"
    for layer in tower.layers:
        layer.self_attn._extract_block_context = partial(_windows, layer.self_attn)


def _windows(attention: Any, states: Tensor) -> Tensor:
    """Shape (n, length, heads, dim) -> (n, blocks, context, heads, dim): each block with what is around it."""
    import torch

    chunk, size = attention.chunk_size, attention.context_size
    after = attention.max_future_horizon + chunk - 1
    padded = torch.nn.functional.pad(states, (0, 0, 0, 0, attention.max_past_horizon, after))
    starts = torch.arange((padded.shape[1] - size) // chunk + 1, device=states.device) * chunk
    return padded[:, starts[:, None] + torch.arange(size, device=states.device)]


def _model(folder: Path, architecture: str, tower: str) -> Any:
    """The reference model with only this tower, "vision" or "audio", or with none."""
    from transformers import AutoConfig, EmbeddingGemma2Model

    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
    for other in _TOWERS:
        if other != tower:
            setattr(config, f"{other}_config", None)
    return pretrained(EmbeddingGemma2Model, folder, architecture, config=config)

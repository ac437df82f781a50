"""EmbeddingGemma 2 as three networks of the reference library's own parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.core.models.families.sentences import mean
from bowerbird.core.models.registry.checkpoint import pretrained

if TYPE_CHECKING:
    from torch import Tensor, nn


def _language(folder: Path, architecture: str) -> nn.Module:
    """Ids and mask (n, length), and a row for each placeholder among the ids -> (n, 768) vectors of length 1."""
    from torch import nn

    whole = _with(folder, architecture, "")

    class Language(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = whole.language_model
            self.image, self.audio = whole.config.image_token_id, whole.config.audio_token_id

        def forward(self, input_ids: Tensor, attention_mask: Tensor, soft: Tensor) -> Tensor:
            here = (input_ids == self.image) | (input_ids == self.audio)
            words = self.model.embed_tokens(input_ids.masked_fill(here, self.model.padding_idx))
            words = words.masked_scatter(here.unsqueeze(-1).expand_as(words), soft.to(words.dtype))
            states = self.model(inputs_embeds=words, attention_mask=attention_mask).last_hidden_state.float()
            return mean(states, attention_mask)

    return Language().eval()


def _vision(folder: Path, architecture: str) -> nn.Module:
    """Patches of photos, and where they are -> the language model's rows of all the photos, and how many each has."""
    from torch import nn

    whole = _with(folder, architecture, "vision")
    patches_a_row = whole.config.vision_config.pooling_kernel_size**2

    class Vision(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower, self.embed = whole.vision_tower, whole.embed_vision

        def forward(self, pixel_values: Tensor, image_position_ids: Tensor) -> tuple[Tensor, Tensor]:
            seen = self.tower(pixel_values=pixel_values, pixel_position_ids=image_position_ids).last_hidden_state
            patches = (image_position_ids != -1).all(-1).sum(-1)
            return self.embed(inputs_embeds=seen), (patches // patches_a_row).float()

    return Vision().eval()


def _audio(folder: Path, architecture: str) -> nn.Module:
    """Spectra of sounds, and their mask -> the language model's rows of all the sounds, and how many each has."""
    from torch import nn

    whole = _with(folder, architecture, "audio")
    _exportable(whole.audio_tower)

    class Audio(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tower, self.embed = whole.audio_tower, whole.embed_audio

        def forward(self, input_features: Tensor, input_features_mask: Tensor) -> tuple[Tensor, Tensor]:
            heard = self.tower(input_features, input_features_mask, return_dict=True)
            rows = self.embed(inputs_embeds=heard.last_hidden_state)
            return rows[heard.attention_mask], heard.attention_mask.sum(-1).float()

    return Audio().eval()


NETWORKS: Mapping[str, Callable[[Path, str], nn.Module]] = {"language": _language, "vision": _vision, "audio": _audio}
_TOWERS = ("vision", "audio")


def _exportable(tower: Any) -> None:
    """Put the same computations, as ONNX can say them, in the place of two of the audio tower's.

    Its mask does not need vmap, and its windows can be looked up instead of unfolded.
    """
    from transformers.masking_utils import AttentionMaskInterface, eager_mask

    AttentionMaskInterface.register("by_index", lambda **given: eager_mask(**given | {"use_vmap": False}))
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


def _with(folder: Path, architecture: str, tower: str) -> Any:
    """The reference model with one tower, or none."""
    from transformers import AutoConfig, EmbeddingGemma2Model

    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
    for other in _TOWERS:
        if other != tower:
            setattr(config, f"{other}_config", None)
    return pretrained(EmbeddingGemma2Model, folder, architecture, config=config)

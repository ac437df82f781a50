"""Fits the photo head: ridge regression, a metric of what it leaves, and a few steps of contrast.

Constants were chosen by cross-validation inside the captioned photos.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families import captions
from bowerbird.core.models.runtime.base import unit
from bowerbird.core.types import Vectors

_RIDGE, _METRIC = 3.0, 3.0
"""Penalties, in units of the mean variance of features, and of what is left of captions."""
CONSE = 0.75
"""Length of ConSE's vector; that of the mapped features is 1 on average."""
_CONSE_IN_STEPS = 0.5
_STEPS, _BATCH, _RATE, _DROPOUT, _SCALE = 80, 768, 5e-4, 0.9, 20.0


@dataclass(frozen=True, slots=True)
class Captioned:
    """Photos as vectors, with their captions as queries."""

    features: Vectors
    """EfficientNet-lite0's, shape (photos, 1280)."""
    conse: Vectors
    """Shape (photos, dimension)."""
    queries: Vectors
    """Of the captions, shape (captions, dimension), as ``conse.transform_queries`` has them."""
    photo_of: NDArray[np.int64]
    """Each caption's photo, shape (captions,)."""

    def part(self, photos: NDArray[np.int64]) -> Captioned:
        """Some of the photos, by number, with their captions."""
        numbers = np.full(len(self.features), -1)
        numbers[photos] = np.arange(len(photos))
        kept = numbers[self.photo_of] >= 0
        return Captioned(
            self.features[photos], self.conse[photos], self.queries[kept], numbers[self.photo_of[kept]].astype(np.int64)
        )


def fit(data: Captioned, seed: int = 0) -> captions.Head:
    """The head for photos and captions. The same seed gives the same, but for how a processor rounds."""
    scaled = captions.scaled(data.features)
    mean, weights, metric = _ridge(scaled, data)
    moved, turned = _contrast(scaled - mean, weights, unit(data.conse @ metric), data, seed)
    # The map of sentences is folded into the photo's side: queries stay what they are.
    folded = moved @ turned.T
    return captions.Head(folded, -mean @ folded, metric, CONSE * turned.T)


def _ridge(scaled: Vectors, data: Captioned) -> tuple[Vectors, Vectors, Vectors]:
    """The features' mean, their map to mean captions, and the metric of sentences, which is in the map already.

    The metric is the inverse covariance of what the map leaves of captions of photos it was not fitted on (leave one
    out), damped: directions that photos do not tell weigh less, as in linear discriminant analysis.
    """
    sums = np.zeros((len(scaled), data.queries.shape[1]))
    np.add.at(sums, data.photo_of, data.queries)
    targets = sums / np.bincount(data.photo_of, minlength=len(scaled))[:, None]
    mean, target_mean = scaled.mean(axis=0), targets.mean(axis=0)
    x, y = (scaled - mean).astype(np.float64), targets - target_mean
    penalty = _RIDGE * float((x**2).sum()) / len(x)
    inverse = np.linalg.inv(x.T @ x + penalty * np.eye(x.shape[1]))
    weights = inverse @ (x.T @ y)
    leverage = np.einsum("ij,ij->i", x @ inverse, x)
    left_out = y - (y - x @ weights) / (1 - leverage)[:, None]
    covariance = np.cov((data.queries - target_mean - left_out[data.photo_of]).T)
    size = len(covariance)
    metric = np.linalg.inv(covariance / np.trace(covariance) * size + _METRIC * np.eye(size)) * (1 + _METRIC)
    weights = weights @ metric
    weights /= np.linalg.norm(x @ weights, axis=1).mean()
    return mean.astype(np.float32), weights.astype(np.float32), metric.astype(np.float32)


def _contrast(
    centred: Vectors, weights: Vectors, conse: Vectors, data: Captioned, seed: int
) -> tuple[Vectors, Vectors]:
    """The map, and a map of sentences that begins as the identity, after some steps of symmetric InfoNCE.

    (Oord et al. 2018; Radford et al. 2021.) Each photo of a batch has one of its captions, among those of the others.
    """
    import torch
    from torch.nn import functional

    random = np.random.default_rng(seed)
    torch.manual_seed(seed)  # dropout
    moved, turned = torch.nn.Parameter(torch.tensor(weights)), torch.nn.Parameter(torch.eye(conse.shape[1]))
    scale = torch.nn.Parameter(torch.tensor(float(np.log(_SCALE))))
    optimizer = torch.optim.Adam([moved, turned, scale], lr=_RATE)
    x, p, queries = torch.tensor(centred), torch.tensor(_CONSE_IN_STEPS * conse), torch.tensor(data.queries)
    own = [np.flatnonzero(data.photo_of == photo) for photo in range(len(centred))]
    for _ in range(_STEPS):
        batch = random.permutation(len(centred))[:_BATCH]
        chosen = np.array([random.choice(own[photo]) for photo in batch])
        photos = functional.normalize(functional.dropout(x[batch], _DROPOUT) @ moved + p[batch], dim=1)
        cosines = functional.normalize(queries[chosen] @ turned, dim=1) @ photos.T
        truth = torch.arange(len(batch))
        loss = functional.cross_entropy(scale.exp() * cosines, truth) + functional.cross_entropy(
            scale.exp() * cosines.T, truth
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return moved.detach().numpy(), turned.detach().numpy()


def ranks(queries: Vectors, photo_of: NDArray[np.int64], photos: Vectors) -> NDArray[np.int64]:
    """Of each query, how many photos are nearer than its own."""
    cosines = queries @ photos.T
    own = cosines[np.arange(len(queries)), photo_of]
    return np.asarray((cosines > own[:, None]).sum(axis=1))


def recalls(ranks: NDArray[np.int64]) -> Mapping[int, float]:
    """Recall at 1, 5 and 10, in percent."""
    return {k: 100 * float((ranks < k).mean()) for k in (1, 5, 10)}

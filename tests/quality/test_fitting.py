"""The fit finds what there is to be found in made-up photos, and nothing in noise."""

from __future__ import annotations

import numpy as np
import pytest

from bowerbird.core.models.runtime.base import unit
from tests.quality.fitting import Captioned, fit, ranks, recalls

pytestmark = pytest.mark.slow  # torch is loaded
_PHOTOS, _FEATURES, _DIMENSION, _CAPTIONS = 240, 48, 24, 3


@pytest.fixture(scope="module")
def made_up() -> Captioned:
    """Captions say something that a linear map of the features tells; the classes say another thing."""
    random = np.random.default_rng(1)
    features = random.gamma(0.5, size=(_PHOTOS, _FEATURES)).astype(np.float32)
    scaled = unit(np.sqrt(features))
    meaning = (scaled - scaled.mean(axis=0)) @ random.normal(size=(_FEATURES, _DIMENSION))
    photo_of = np.repeat(np.arange(_PHOTOS), _CAPTIONS)
    queries = unit(meaning[photo_of] + 0.3 * random.normal(size=(len(photo_of), _DIMENSION)))
    return Captioned(features, unit(random.normal(size=(_PHOTOS, _DIMENSION))), queries, photo_of)


def test_photos_that_it_was_not_fitted_on_are_found(made_up: Captioned) -> None:
    known, others = np.arange(180), np.arange(180, _PHOTOS)
    head, test = fit(made_up.part(known)), made_up.part(others)
    found = recalls(ranks(test.queries, test.photo_of, head.vectors(test.features, test.conse)))
    chance = recalls(ranks(test.queries, test.photo_of, test.conse))
    assert found[10] > 60
    assert chance[10] < 30


def test_the_same_seed_gives_the_same_head(made_up: Captioned) -> None:
    one, same = fit(made_up), fit(made_up)
    assert np.allclose(one.features, same.features, atol=1e-5)
    assert np.linalg.norm(one.features) > 1


def test_a_part_has_its_own_captions(made_up: Captioned) -> None:
    part = made_up.part(np.array([7, 3]))
    assert part.photo_of.tolist() == [1, 1, 1, 0, 0, 0]
    assert np.array_equal(part.queries[:3], made_up.queries[9:12])
    assert np.array_equal(part.features[1], made_up.features[3])

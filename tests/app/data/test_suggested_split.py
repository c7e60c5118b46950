"""The split of own data that the Data page suggests."""

from __future__ import annotations

import pytest

from app.data.files import suggested_split
from nbn_core.data.split import checked


@pytest.mark.parametrize(
    ("told", "shares"),
    [
        ((350, 175, 174), (0.5, 0.25)),
        ((700, 0, 300), (0.7, 0.0)),
        ((999, 0, 1), (0.95, 0.0)),
        ((1, 50, 49), (0.1, 0.5)),
        ((96, 4, 0), (0.95, 0.05)),
        ((80, 0, 0), (1.0, 0.0)),
        ((0, 0, 0), (0.7, 0.0)),
        ((), (0.7, 0.0)),
    ],
)
def test_the_split_that_a_file_tells_is_suggested(told, shares) -> None:
    for classes in (True, False):
        split = suggested_split(told, 100, classes=classes)
        assert (split.train_share, split.validation_share) == pytest.approx(shares)
        assert split.stratified == (classes and shares[0] < 1.0)
        assert checked(split) == split

"""The file of thumbnails agrees with the generators."""

import json

import pytest

from app.shared.problem_gallery import THUMBNAILS, catalogue, thumbnail
from nbn_core.generators import PROBLEMS


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_thumbnail_file_is_up_to_date(name: str) -> None:
    assert json.loads(THUMBNAILS.read_text())[name] == thumbnail(PROBLEMS[name])


def test_catalogue_is_plain_json() -> None:
    text = json.dumps(catalogue(), allow_nan=False)
    assert json.loads(text) == catalogue()
    assert [problem["name"] for problem in catalogue()["problems"]] == list(PROBLEMS)

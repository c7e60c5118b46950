"""Links restore the experiment; random text and decompression bombs are refused."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import re
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core.errors import ExperimentError
from nbn_core.experiment import Experiment, GivenStart, OwnData
from nbn_core.experiment.link import MAX_LINK, MAX_TEXT, decode, encode
from nbn_core.generators import PROBLEMS, sinc
from nbn_core.network import Topology
from tests.counting import calls, peak

bounded = settings(deadline=2000, max_examples=200)

XOR = Experiment.suggested("xor")
LINK = encode(XOR)


def pack(text: bytes) -> str:
    """Return a link that contains any text."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(text) + deflate.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def sentence(link: object) -> str:
    """Return the error message of `decode` for an invalid link."""
    with pytest.raises(ExperimentError) as error:
        decode(link)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_link_restores_the_experiment(name):
    experiment = Experiment.suggested(name)
    link = encode(experiment)
    assert decode(link) == experiment
    assert re.fullmatch(r"[A-Za-z0-9_-]+", link)
    assert len(link) < 4000


def test_two_thousand_edited_weights_and_their_drawing_fit_in_a_link():
    topology = Topology.mlp([2, 42, 42, 1])
    assert 1900 < topology.n_weights < 2001
    weights = np.random.default_rng(0).standard_normal(topology.n_weights)
    nodes = {name: [37.5 * k, 12.25 * k] for k, name in enumerate(topology.names)}
    experiment = dataclasses.replace(
        Experiment.suggested("playground_spiral"),
        topology=topology,
        start=GivenStart(weights),
        drawing={"nodes": nodes},
    )
    assert decode(encode(experiment)) == experiment


def test_encoding_refuses_an_experiment_too_large_for_a_link():
    large = Experiment(Topology.mlp([1, 2, 1]), OwnData(sinc(5000)))
    with pytest.raises(ExperimentError, match=r"too large for a link .*save it as a file"):
        encode(large)


def test_a_decompression_bomb_is_refused_before_it_expands():
    bomb = pack(b" " * 40_000_000)
    assert len(bomb) < MAX_LINK
    assert "4 MB or more" in sentence(bomb)
    assert peak(lambda: sentence(bomb)) < 4 * MAX_TEXT
    assert calls(lambda: sentence(bomb)) < 100


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (None, "A link is text"),
        (b"abcd", "A link is text"),
        ("", "This link is damaged"),
        ("a", "This link is damaged"),
        ("abcd", "This link is damaged"),
        ("äbcd", "This link is damaged"),
        (LINK + "=", "This link is damaged"),
        (LINK + " ", "This link is damaged"),
        (LINK[:-4], "This link is damaged"),
        (LINK + "AAAA", "This link is damaged"),
        ("A" * (MAX_LINK + 1), "too long (60001 characters, at most 60000)"),
        (pack(b""), "stops being JSON"),
        (pack(b"{}"), "not an experiment"),
        (pack(b"\xff"), "not an experiment"),
        (pack(b"[" * 1_000_000), "not an experiment"),
        (base64.urlsafe_b64encode(zlib.compress(b"{}")).decode().rstrip("="), "damaged"),
    ],
)
def test_each_kind_of_bad_link_has_its_sentence(link, said):
    assert said in sentence(link)


@bounded
@given(st.data())
def test_a_damaged_link_is_refused_or_still_means_an_experiment(data):
    at = data.draw(st.integers(0, len(LINK)))
    to = data.draw(st.integers(at, min(len(LINK), at + 4)))
    letters = data.draw(st.text("ABCxyz019-_", max_size=4) | st.text(max_size=2))
    with contextlib.suppress(ExperimentError):
        experiment = decode(LINK[:at] + letters + LINK[to:])
        assert decode(encode(experiment)) == experiment


@bounded
@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("=")))
def test_random_text_is_refused(link):
    sentence(link)


@bounded
@given(st.binary(max_size=200))
def test_random_text_that_was_encoded_properly_is_refused(raw):
    sentence(pack(raw))

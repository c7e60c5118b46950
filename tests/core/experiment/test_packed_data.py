"""Own data packed for the browser, and links that name them: exact, small, and nothing trusted."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbn_core import NBNError, Topology, generators
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import ExperimentError
from nbn_core.experiment import Experiment, OwnData, SweepSetup, Workspace, link
from nbn_core.experiment.packed_data import MAX_UNPACKED, pack, unpack


def own(rows: int = 50) -> OwnData:
    """Return data with classes, names, a split and a scaling."""
    generator = np.random.default_rng(0)
    kind = DataColumn("kind ä", ("<a>", "b", "c"))
    data = Dataset(
        generator.normal(size=(rows, 2)) * 1e-7, kind.encode(np.arange(rows) % 3), "Own",
        "classification", ("=x", "y"), kind.names,
    )  # fmt: skip
    return OwnData(data, 0.5, 3, 0.25, True, "standard", "none", (), (kind,))


OWN = own()
WORKSPACE = Workspace(
    Experiment(Topology.fcc(2, 2, 3), OWN), sweep=SweepSetup(("slp",), 1, 3, "nbn", 50, 5)
)


def test_packed_data_are_the_same_to_the_bit() -> None:
    again = unpack(pack(OWN))
    assert again == OWN
    np.testing.assert_array_equal(again.dataset.inputs, OWN.dataset.inputs)
    assert again.to_json() == OWN.to_json()


def test_a_hundred_thousand_rows_fit() -> None:
    text = pack(own(100_000))
    assert 0 < len(text) < 8_000_000
    assert unpack(text).dataset.n_patterns == 100_000


def test_a_link_that_names_its_data_opens_with_them_and_only_with_them() -> None:
    text = link.encode_without_data(WORKSPACE)
    assert len(text) < 1_500
    opened = link.open_link(text)
    assert opened.digest == OWN.digest
    assert opened.workspace(unpack(pack(OWN))) == WORKSPACE
    with pytest.raises(ExperimentError, match="not those of this address"):
        opened.workspace(own(51))
    for read in (opened.workspace, lambda: link.decode_workspace(text)):
        with pytest.raises(ExperimentError, match="kept in the browser"):
            read()


def test_a_link_to_a_problem_is_complete() -> None:
    workspace = replace(WORKSPACE, experiment=Experiment.suggested("xor"))
    text = link.encode_without_data(workspace)
    assert text == link.encode(workspace)
    opened = link.open_link(text)
    assert (opened.digest, opened.workspace()) == (None, workspace)


@pytest.mark.parametrize("digest", ["", "x" * 32, "0" * 31, 7, None, ["0" * 32]])
def test_a_name_that_no_program_writes_is_refused(digest: object) -> None:
    document = {"data": {"kind": "kept", "digest": digest}}
    packed = zlib.compress(str(document).replace("'", '"').replace("None", "null").encode(), 9)
    raw = base64.urlsafe_b64encode(packed[2:-4]).decode().rstrip("=")
    with pytest.raises(ExperimentError, match="damaged"):
        link.open_link(raw)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(deflate.compress(bytes(1_000_000)) for _ in range(MAX_UNPACKED // 500_000))
    text = base64.urlsafe_b64encode(packed + deflate.flush()).decode().rstrip("=")
    assert len(text) < 200_000
    with pytest.raises(ExperimentError, match="damaged"):
        unpack(text)


PACKED = pack(own(5))
CONTENT = zlib.decompress(base64.urlsafe_b64decode(PACKED + "=" * (-len(PACKED) % 4)), -15)


def repacked(content: bytes) -> str:
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    return base64.urlsafe_b64encode(deflate.compress(content) + deflate.flush()).decode()


@given(st.integers(0, len(CONTENT)), st.binary(max_size=8), st.integers(0, 12))
def test_a_changed_text_is_refused_or_means_other_data(at: int, put: bytes, cut: int) -> None:
    try:
        found = unpack(repacked(CONTENT[:at] + put + CONTENT[at + cut :]).rstrip("="))
    except NBNError:
        return
    assert isinstance(found, OwnData)


@given(st.text(max_size=60))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(NBNError):
        unpack(text)


def test_the_data_of_a_problem_can_be_kept() -> None:
    data = OwnData(generators.parity(3))
    assert unpack(pack(data)) == data

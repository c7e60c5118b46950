"""Every reader of foreign files: any bytes get a value or one sentence, in bounded time and memory.

The same readers are fuzzed for longer, guided by coverage: `python -m tests.fuzz`.
"""

from __future__ import annotations

import base64
import io
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core import NBNError
from nbn_core.experiment import Experiment
from tests.counting import calls, peak
from tests.fuzz.readers import Reader, check, readers

READERS = readers()
EXAMPLES = settings(max_examples=40)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Return a valid file with some bytes changed, removed, doubled, or taken from another file."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        to = min(len(data), at + draw(st.integers(0, 40)))
        other = draw(st.sampled_from(seeds))
        start = draw(st.integers(0, len(other)))
        junk = draw(
            st.binary(max_size=8)
            | st.just(bytes(data[at:to]) * 3)
            | st.just(other[start : start + 40])
            | st.sampled_from([b"nan", b"1e999", b"-1", b"99999999999", b"\\ud800", b"\0", b"\xff"])
        )
        data[at:to] = junk
    return bytes(data)


@pytest.mark.parametrize("name", [name for name in READERS if name not in ("recognise", "propose")])
def test_good_files_are_read(name: str) -> None:
    assert all(check(READERS[name], seed) for seed in READERS[name].seeds)


@pytest.mark.parametrize("name", READERS)
def test_any_bytes_get_a_value_or_a_sentence(name: str) -> None:
    @EXAMPLES
    @given(st.binary(max_size=300))
    def run(data: bytes) -> None:
        check(READERS[name], data)

    run()


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_gets_a_value_or_a_sentence(name: str) -> None:
    @EXAMPLES
    @given(mutated(READERS[name].seeds))
    def run(data: bytes) -> None:
        check(READERS[name], data)

    run()


# Small files that would need much work or memory


def archive(name: str, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, bytes(size))
    return file.getvalue()


def packed(size: int) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflate.compress(b" " * size) + deflate.flush()
    return base64.urlsafe_b64encode(data).rstrip(b"=")


LAUGHS = b"".join(
    [
        b'<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "' + b"ha" * 50 + b'">',
        *(b'<!ENTITY %c "%s">' % (i + 1, b"&%c;" % i * 10) for i in range(97, 110)),
        b"]><graphml>&n;</graphml>",
    ]
)
BOMBS = {
    "npz": ("npz", archive("weights.npy", 600_000_000)),
    "workbook": ("workbook", archive("xl/worksheets/sheet1.xml", 300_000_000)),
    "archive in recognise": ("recognise", archive("a.npy", 600_000_000)),
    "link": ("link", packed(30_000_000)),
    "entities": ("graphml", LAUGHS),
    "deep XML": ("graphml", b"<graphml>" + b"<node>" * 200_000),
    "deep JSON": ("experiment", b"[" * 1_000_000),
    "deep object": ("node-link", b'{"nodes":' * 100_000),
    "a long number": ("experiment", b'{"format":"nbn-lab-experiment","version":' + b"9" * 900_000),
    "a neuron far away": ("in", b"n 999999999 mbip 1"),
    "many neurons": ("in", b"".join(b"n %d mbip 1\n" % i for i in range(2, 20_000))),
    "many numbers": ("vectors", b"[" + b"1 " * 600_000 + b"]"),
    "many columns": ("table", b"1," * 1_000_000),
    "many rows": ("table", b"1,2\n" * 400_000),
    "open quotation": ("table", b'a,b\n"' + b"x\n" * 1_000_000),
    "one long line": ("dat", b"1 " * 600_000),
    "one long word": ("recognise", b"a" * 4_000_000),
    "nothing but brackets": ("recognise", b"[" * 2_000_000),
    "blanks": ("recognise", b" \n" * 2_000_000),
    "blanks then something": ("vectors", b" " * 2_000_000 + b"x"),
    "comments": ("vectors", b"%\n" * 1_000_000),
    "continuations": ("vectors", b"." * 3_900_000),
    "links without an end": ("recognise", b"x" + (b"?e=" + b"A" * 40 + b"#") * 100_000 + b" x"),
    "wrapped links": ("recognise", b"?e=" + (b"A" * 76 + b"\n") * 50_000 + b" x"),
    "percent signs": ("recognise", b"?e=" + b"%" * 4_000_000),
    "lines with e=": ("recognise", b"?e=\n" * 1_000_000),
    "one long cell": ("table", b"a,b\n" + b"1," + b"9" * 4_000_000),
    "digits and commas": ("table", b"a;b\n" + b"1,234" * 900_000 + b";1\n"),
    "comment marks": ("table", b"a,b\n" + b"1,2 #" * 900_000),
    "one long comment": ("table", b"#" * 4_900_000),
    "blanks and a delimiter": ("table", b"a b\n1 " + b" " * 4_900_000 + b";"),
    "quotation marks": ("table", b'"' * 4_900_000),
    "units": ("table", b"a;b\n" + b"1 kg;2 kg\n" * 400_000),
    "spaces in a cell": ("table", b"a;b\n1;" + b" " * 4_900_000 + b"x"),
    "attributes": ("table", b"@attribute " * 400_000),
    "pairs": ("table", b"1 " + b"1:1 " * 1_000_000),
    "a head of FANN": ("table", b"999999999 1 1\n" + b"1 " * 2_000_000),
    "names of Orange": ("table", b"mS#" * 1_500_000),
    "brackets": ("table", b"[" * 100_000 + b"]" * 100_000),
    "rows in brackets": ("table", b"[" + (b"[" + b"1 " * 80 + b"]\n") * 4_000 + b"]"),
    "rows of LaTeX": ("table", (b"1 & " * 80 + b"2 \\\\\n") * 3_000),
    "cells of LaTeX": ("table", b"1 &" * 300_000 + b"\\\\\n"),
    "short rows": ("table", b"1 2 3\n4 5\n" * 400_000),
}


@pytest.mark.parametrize(("name", "data"), BOMBS.values(), ids=BOMBS)
def test_a_small_file_needs_limited_work_and_memory(name: str, data: bytes) -> None:
    """A reader that repeats work inside C exceeds the time limit of the tests instead."""
    reader: Reader = READERS[name]
    assert peak(lambda: check(reader, data)) < 400_000_000
    assert calls(lambda: check(reader, data)) < 10_000 + 2 * len(data)


def test_a_name_with_a_direction_mark_does_not_reverse_the_sentence() -> None:
    seed = READERS["node-link"].seeds[0].replace(b'"role"', b'"rule"', 1)
    with pytest.raises(NBNError) as error:
        READERS["node-link"].read(seed.replace(b"=x", "\u202egnp".encode()))
    assert "gnp" in str(error.value)
    assert str(error.value).isprintable()


def test_experiments_are_written_as_they_were_read() -> None:
    for seed in READERS["experiment"].seeds:
        assert Experiment.from_json(seed).to_json().encode() == seed

"""Text from bytes: byte order marks, UTF-8, UTF-16 without a mark, and 8-bit encodings.

UTF-8 and UTF-16 can be told from the bytes. An 8-bit encoding cannot: every file that is valid in
Windows-1252 is valid in Windows-1250 and 1251 too. `decode` then says that it is not sure, and
`readings` shows the first word with such letters in every encoding, so that a reader can choose.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from nbn_core.errors import FormatError

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252, Western Europe",
    "latin-1": "Latin-1",
    "iso8859-15": "Latin-9, with €",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250, Central Europe",
    "iso8859-2": "Latin-2, Central Europe",
    "cp1251": "Windows-1251, Cyrillic",
    "koi8-r": "KOI8-R, Cyrillic",
    "iso8859-5": "ISO 8859-5, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "iso8859-7": "ISO 8859-7, Greek",
    "cp1254": "Windows-1254, Turkish",
    "cp1255": "Windows-1255, Hebrew",
    "cp1256": "Windows-1256, Arabic",
    "cp1257": "Windows-1257, Baltic",
    "cp1258": "Windows-1258, Vietnamese",
    "cp437": "DOS 437",
    "cp850": "DOS 850, Western Europe",
    "cp852": "DOS 852, Central Europe",
    "cp866": "DOS 866, Cyrillic",
    "shift_jis": "Shift-JIS, Japanese",
    "cp932": "Windows-932, Japanese",
    "euc_jp": "EUC, Japanese",
    "gbk": "GBK, Chinese",
    "gb18030": "GB 18030, Chinese",
    "big5": "Big5, Chinese",
    "euc_kr": "EUC, Korean",
    "cp949": "Windows-949, Korean",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_CANONICAL = {codecs.lookup(name).name: name for name in ENCODINGS}
_WORD = 16  # characters of the word that shows an encoding


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file, with the encoding in which it was read.

    Parameters
    ----------
    text : str
        Text as it is in the file, without byte order mark.
    encoding : str
        Encoding, a key of `ENCODINGS`; empty if text was given.
    sure : bool
        Whether the encoding follows from the bytes or was given.
    """

    text: str
    encoding: str
    sure: bool = True


def decode(data: str | bytes, encoding: str | None = None) -> Decoded:
    """Decode text by its byte order mark, as UTF-8, as UTF-16, or in an 8-bit encoding.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    encoding : str, optional
        Encoding that is given instead of detected, by any of its usual names.

    Returns
    -------
    Decoded
        The text, and its encoding.

    Raises
    ------
    FormatError
        If the encoding is not known, or the bytes are not text in it.
    """
    if isinstance(data, str):
        return Decoded(data.removeprefix("\ufeff"), "")
    if encoding is not None:
        return _as(data, known_encoding(encoding))
    for mark, name, codec in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data.decode(codec), name)
            except UnicodeDecodeError:
                raise FormatError(
                    f"This file begins as text in {name} but does not go on so, it may be cut "
                    "off: use the original file."
                ) from None
    if wide := _without_mark(data):
        try:
            return Decoded(data.decode(wide), wide)
        except UnicodeDecodeError:
            pass
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    classic_mac = b"\r" in data and b"\n" not in data
    if classic_mac:
        return Decoded(data.decode("mac_roman"), "mac_roman", sure=False)
    try:
        return Decoded(data.decode("cp1252"), "cp1252", sure=False)
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1", sure=False)


def known_encoding(name: str) -> str:
    """Return the key of `ENCODINGS` for any usual name of an encoding.

    Parameters
    ----------
    name : str
        Name such as "utf8", "windows-1250" or "sjis".

    Returns
    -------
    str
        Key of `ENCODINGS`.

    Raises
    ------
    FormatError
        If the name is not one of a known encoding.
    """
    try:
        return _CANONICAL[codecs.lookup(name).name]
    except (LookupError, TypeError, ValueError):
        raise FormatError(
            f"Known encodings are {', '.join(list(ENCODINGS)[:8])} and "
            f"{len(ENCODINGS) - 8} others of nbn_core.formats.decoding.ENCODINGS: choose one."
        ) from None


def readings(data: bytes, limit: int = 200_000) -> dict[str, str]:
    """Return the first word with letters beyond ASCII, as every encoding that fits reads it.

    Parameters
    ----------
    data : bytes
        Content of a file.
    limit : int
        Number of bytes that are examined.

    Returns
    -------
    dict
        The word by encoding, a key of `ENCODINGS`; encodings in which the bytes are no text lack.
    """
    head = data[:limit]
    first = next((at for at, byte in enumerate(head) if byte > 127), None)
    found = {}
    for name in ENCODINGS:
        if name.startswith("utf-"):
            continue
        try:
            codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeError:
            continue
        if first is None:
            found[name] = ""
            continue
        begin = max(head.rfind(mark, 0, first) for mark in (b"\n", b"\r", b",", b";", b"\t"))
        text = head[begin + 1 : first + 4 * _WORD].decode(name, "ignore")
        found[name] = _word(text)
    return found


def _word(text: str) -> str:
    """Return the beginning of a text up to the next separator."""
    for at, character in enumerate(text):
        if character in ",;\t\r\n|" or at == _WORD:
            return text[:at].strip(' "')
    return text.strip(' "')


def _as(data: bytes, name: str) -> Decoded:
    codec = "utf-8-sig" if name == "utf-8" else name
    try:
        return Decoded(data.decode(codec).removeprefix("\ufeff"), name)
    except UnicodeError:  # UTF-16 without a byte order mark raises no UnicodeDecodeError
        raise FormatError(f"This file is not text in {name}: try another encoding.") from None


def _without_mark(data: bytes) -> str:
    """Return the kind of UTF-16 in which every second byte is often zero, as in a table."""
    head = data[:4000].rstrip(b"\0")
    half = len(head) // 2
    if half < 2 or len(data) % 2:
        return ""
    zero = [head[0::2].count(0), head[1::2].count(0)]
    for few, many, name in ((0, 1, "utf-16-le"), (1, 0, "utf-16-be")):
        if zero[few] == 0 and zero[many] > 0.2 * half:
            return name
    return ""

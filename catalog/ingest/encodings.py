"""Which encoding a text file is in, judged by the letters it would contain; streaming, so size does not matter."""

import codecs
import re
from pathlib import Path

from catalog.ingest.records import UnreadableFileError

SAMPLE = 1 << 18
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEGACY = ("gb18030", "shift_jis", "euc-kr", "big5", "cp1251", "cp1252")
MOSTLY = 10
"""Letters in UTF-8 for each broken byte from which a file counts as UTF-8 with flaws."""
_LETTERS, _BROKEN = re.compile(r"[^\x00-\x7f]"), re.compile(r"[\udc80-\udcff]")
_RUNS = re.compile(r"[A-Za-z]?[^\x00-\x7f]+[A-Za-z]?")
COMMON_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔商货价格"
    "名称颜色尺寸厘米克瓦伏最"
)
"""Letters that make up most of any Chinese text."""


def detect(path: Path) -> str:
    """The codec name. Raises UnreadableFileError when the content is not text at all."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        raise UnreadableFileError(
            f"{path.name} is not a text file (it contains zero bytes). Save the list as CSV in UTF-8 or as XLSX."
        )
    good, bad = _utf8_letters(path)
    if bad == 0 or good >= MOSTLY * bad:
        return "utf-8"
    return max(LEGACY, key=lambda name: _likeness(head, name))


def _utf8_letters(path: Path) -> tuple[int, int]:
    """Letters above ASCII that are UTF-8, and bytes that are not: a few of those are rows pasted from elsewhere."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            text = decoder.decode(block)
            if not text.isascii():
                broken = len(_BROKEN.findall(text))
                good, bad = good + len(_LETTERS.findall(text)) - broken, bad + broken
    return good, bad + len(_BROKEN.findall(decoder.decode(b"", final=True)))


def _likeness(head: bytes, encoding: str) -> float:
    """Mean plausibility of the letters above ASCII if the bytes were in `encoding`."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    letters = [letter for letter in text if ord(letter) > 127]
    if not letters:
        return 0.0
    if encoding in ("cp1251", "cp1252"):
        letters = [letter for run in _RUNS.findall(text) for letter in _believed(run, encoding)]
    return sum(_plausible(letter, encoding) for letter in letters) / len(letters)


def _believed(run: str, encoding: str) -> str:
    """The letters above ASCII of a run, or question marks where no language of the encoding writes such a run: Cyrillic
    words have no ASCII letters between theirs, Western ones no four accents in a row."""
    letters = "".join(letter for letter in run if ord(letter) > 127)
    if encoding == "cp1252":
        return "?" * len(letters) if sum(letter.isalpha() for letter in letters) > 3 else letters
    is_accent = len(letters) < 3 and (len(letters) == 1 or len(run) > len(letters))
    return "?" * len(letters) if is_accent else letters


def _plausible(letter: str, encoding: str) -> float:
    code = ord(letter)
    if letter == "\ufffd":
        return -3.0
    if encoding in ("gb18030", "big5"):
        return 1.0 if letter in COMMON_HAN else 0.55 if 0x4E00 <= code < 0xA000 else 0.5 if code >= 0xFF00 else 0.0
    if encoding == "shift_jis":
        return 1.0 if 0x3040 <= code < 0x3100 else 0.55 if 0x4E00 <= code < 0xA000 else 0.0
    if encoding == "euc-kr":
        return 1.0 if 0xAC00 <= code < 0xD7B0 else 0.2
    if encoding == "cp1251":
        return 0.9 if 0x430 <= code < 0x450 else 0.6 if 0x410 <= code < 0x430 else 0.0

    if letter.islower() or letter in "€–—’“”°£±×½²³®™ßÄÖÜÉ":
        return 0.8
    return 0.3 if letter.isupper() else 0.0

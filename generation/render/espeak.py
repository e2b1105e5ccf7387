"""Text to phonemes, as a program of its own: espeak-ng is under the GPL, so this is started and never imported.

    python espeak.py FOLDER LANGUAGE < text

FOLDER holds the espeak-ng library and its data; the answer on standard output is one line of IPA for each line of text.
The two letters of an affricate or diphthong are tied by "^".
"""

import ctypes
import sys
from pathlib import Path

_SYNCHRONOUS = 2
_UTF8 = 1
_IPA_WITH_TIES = 0x02 | 0x80 | ord("^") << 8
_NAMES = {"darwin": "libespeak-ng.dylib", "win32": "espeak-ng.dll"}


def load(folder: Path, language: str) -> ctypes.CDLL:
    """The library, speaking that language; exits with a message if either is missing."""
    library = ctypes.CDLL(str(folder / _NAMES.get(sys.platform, "libespeak-ng.so")))
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    if library.espeak_Initialize(_SYNCHRONOUS, 0, str(folder / "espeak-ng-data").encode(), 0) <= 0:
        sys.exit(f"espeak-ng found no data in {folder}")
    if library.espeak_SetVoiceByName(language.encode()) != 0:
        sys.exit(f"espeak-ng has no language {language}")
    return library


def phonemes(library: ctypes.CDLL, text: str) -> str:
    """IPA of one line; espeak answers clause by clause."""
    rest = ctypes.c_char_p(text.encode())
    clauses = []
    while rest.value:
        clauses.append((library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA_WITH_TIES) or b"").decode())
    return " ".join(clause.strip() for clause in clauses if clause.strip())


def main() -> None:
    """Answer line by line."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text stream when run as a program
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    library = load(Path(sys.argv[1]), sys.argv[2])
    for line in sys.stdin:
        sys.stdout.write(phonemes(library, line.strip()) + "\n")


if __name__ == "__main__":
    main()

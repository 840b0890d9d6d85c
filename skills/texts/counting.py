"""Counting words fast: what `WORD` would find, all at once instead of one by one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from skills.texts.sentences import WORD

if TYPE_CHECKING:
    import numpy as np


def count_words(text: str) -> int:
    """`len(WORD.findall(text))`, about ten times as fast on long texts.

    A word begins at each letter or figure that follows none; an apostrophe or hyphen between two joins two into one.
    """
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if codes.size == 0:
        return 0
    if codes.max() > 0xFFFF:
        return len(WORD.findall(text))
    letter = _letters()[codes]
    starts = int(letter[0]) + int(np.count_nonzero(letter[1:] & ~letter[:-1]))
    middle = codes[1:-1]
    joint = (middle == ord("'")) | (middle == ord("’")) | (middle == ord("-"))
    return starts - int(np.count_nonzero(joint & letter[:-2] & letter[2:]))


@lru_cache(maxsize=1)
def _letters() -> np.ndarray:
    """For each code point below 65,536, whether it is a letter or a figure."""
    import numpy as np

    return np.fromiter((chr(code).isalnum() for code in range(0x10000)), dtype=bool, count=0x10000)

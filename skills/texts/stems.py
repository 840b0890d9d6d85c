"""The stem of a word: its commonest endings of Spanish and English taken off, so that its forms come together."""

from __future__ import annotations

from functools import lru_cache

from skills.texts.stopwords import word_set

SUFFIXES = tuple(
    sorted(
        word_set(
            "imientos amientos aciones iciones uciones imiento amiento icion acion ucion mente idades idad ariamos "
            "eriamos iriamos iendose andose iendo yendo ando arian erian irian aria eria iria aron ieron abamos aban "
            "abas aba iamos ian ias ia adas ados idas idos ada ado ida ido aran eran iran ara era ira amos emos imos "
            "arlo arla erlo erla arse erse irse ar er ir an en as es os a e o s"
        )
        | word_set(
            "izations ization ations ation ments ment ness ingly edly ings ing ities ity ies ied ed ly es s e y"
        ),
        key=lambda ending: (-len(ending), ending),
    )
)
"""Of both languages, the longest first: whose word it is need not be known."""
LEAST = 3
"""Letters that a stem has at least."""


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The stem of a word in lower case without accents; of a number written with figures, the number."""
    if word[0].isdigit():
        return word.replace(",", ".")
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= LEAST:
            return word[: -len(suffix)]
    return word

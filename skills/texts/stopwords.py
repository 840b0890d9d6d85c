"""The commonest words of Spanish and English, which say little of what a text is about. Folded: no accents, no case."""

from __future__ import annotations

from typing import Literal


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set: a list of words that reads like one."""
    return frozenset(text.split())


STOP: dict[Literal["es", "en"], frozenset[str]] = {
    "es": word_set(
        "a al algo ante asi aunque bien cada como con cual cuales cuando cuanto cuantos de del desde donde e el ella "
        "ellas ellos en entonces entre era es esa esas ese eso esos esta estan estas este esto estos fue ha hace hacer "
        "han hasta hay la las le les lo los mas me mi mientras mis muy o os para pero por porque pues que quien se sea "
        "segun ser si sido sin sobre solo son su sus tal tambien tan te tiene tienen toda todas todo todos tu tus un "
        "una unas uno unos va van vez vos y ya yo seria es decir creo digo diria osea nomas cosa cosas "
        "puede pueden podria podes"
    ),
    "en": word_set(
        "a about after all also am an and any are as at be because been being but by can could do does doing each "
        "even for from get gets had has have having he her here his how i if in into is it its itself just like may "
        "me might more most much my of off on one only or other our out over own really same she should so some such "
        "than that the their them then there these they this those through to too up us very was we were what when "
        "where which while who whom why will with would you your think guess say mean something thing things"
    ),
}

"""What somebody wants done to single pieces of a text: «take out 3 and 7», «join each date with the paragraph below».

What is to be done is told by a classifier of its own, learnt from `by_hand.jsonl`; which pieces, by rule: their
numbers, their sort, or the words in them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from skills.dataset.entries import MONTH
from skills.texts.normalize import fold_in_place
from skills.texts.quantities import digits
from tutor.nlu.ears import Ears
from tutor.nlu.features import classifier, disguise
from tutor.nlu.mentions import FILE_NAME, PLACES, QUOTED
from tutor.nlu.utterances import Edit, read_edits

_PIECE = (
    r"(?:entradas?|piezas?|textos?|poemas?|poesias?|estrofas?|parrafos?|filas?|renglon(?:es)?|cartas?|cuentos?|items?"
    r"|mensajes?|fragmentos?|registros?|numeros?|capitulos?|canciones|cancion|notas?|relatos?|coplas?|n[°º]|actas?"
    r"|haikus?|tuits?|sonetos?|entrevistas?|testimonios?|respuestas?|recetas?|correos?|trozos?|pedazos?"
    r"|entry|entries|pieces?|texts?|poems?|stanzas?|paragraphs?|rows?|lines?|letters?|story|stories|messages?|records?"
    r"|numbers?|chapters?|songs?|notes?|no\.?|verses?|items?|parts?|bits?)"
)
_LEAVE = (
    r"(?:sac(?:[ao]|ar|al[ao]s?|ame|ales?|quen?|amos)\b|quit\w+|dej\w+ (?:a|por )?fuera|descart\w+|elimin\w+|borr\w+"
    r"|exclu\w+|omit\w+|take out|leave out|remove|drop|exclude|delete|get rid of|discard|omit)"
)
_JOIN = (
    r"(?:junt\w+|uni\b|unir\b|une\b|unan?\b|un[ie]l[ao]s|peg[au]\w*|fusion\w+|combin\w+|join|merge|put together|glue"
    r"|combine)"
)
_CUT = r"(?:cort(?:a|ar|e|al[ao])\b|part(?:i|e|ir|il[ao]|el[ao])\b|divid(?:i|e|ir|il[ao]|el[ao])\b|split|cut)"
_BACK = (
    r"(?:(?:volv|vuelv)\w+ a (?:poner|meter|incluir|agregar)|devolv\w+|devuelv\w+|recuper\w+|restaur\w+|put back"
    r"|bring back|restore)"
)
_ORDER = re.compile(
    rf"^\W*(?:(?:por favor|please|che|ahora|now|dale|ok|bueno|y|and|then|entonces)\W+)*"
    rf"(?:{_LEAVE}|{_JOIN}|{_CUT}|{_BACK})"
    rf"\W+(?:(?:la|el|las|los|the|n[°º]|number|numero|(?:la |el |the )?{_PIECE})\W+)*(?:del? (?:la |el )?)?\d"
)
"""An order to the letter: what is to be done, and a number."""
_PUT_BACK = re.compile(r"^\W*(?:put|bring) (?:\S+ ){1,6}back\b")
_TAKE_OUT = re.compile(r"^\W*(?:take|leave) (?:\S+ ){1,8}out\b")
_UNDO = re.compile(
    r"^\W*(?:(?:no|uy|oh|ok)\W+)*(?:deshac\w+|deshaz\w*|desace\w*|undo|revert\w*|anul\w+|ctrl.?z|volv\w+ atras"
    r"|vuelv\w+ (?:un paso )?atras|take (?:it|that) back)\b"
)
_NO_ORDER = re.compile(
    r"%|\b(?:entren\w*|train\w*|valid\w*|test\w*|tokens?|epocas?|epochs?|vueltas?|modelos?|models?|resum\w*|summar\w*"
    r"|leccion\w*|lessons?|preguntas?|questions?|archivos?|files?)\b"
)
"""What such an order speaks of when it is another one: a training, a summary, a quiz."""

_NO_NUMBER = re.compile(
    rf"\b\d{{1,2}} (?:de )?{MONTH}(?!\w)|\b{MONTH} \d{{1,4}}\b|\b(?:1[5-9]|20)\d\d\b"
    r"|\b(?:menos|mas) de \d+\b|\b(?:fewer|less|shorter|longer|more) than \d+\b|\b(?:under|over|below) \d+ \w+"
    r"|\b\d+ (?:palabras?|words?|renglones|lineas?|lines|veces|times|anos?|years?)\b"
)
"""Figures that number no piece: dates, lengths."""
_RANGE = re.compile(
    r"\b(?:(?:del?|desde|entre|from|between) (?:la |el |las |los )?)?(\d{1,6}) ?"
    r"(?:-|–|al?(?: la)?|hasta(?: (?:la|el))?|to|through|thru) ?(\d{1,6})\b"
)
_BETWEEN = re.compile(r"\b(?:entre|between) (?:la |el )?(\d{1,6}) (?:y|and) (?:la |el )?(\d{1,6})\b")
_ON = re.compile(
    r"\b(?:de(?:sde)? (?:la|el) |del |from |a partir de (?:la |el )?)(\d{1,6}) (?:en adelante|para adelante|para abajo"
    r"|hasta el final|on(?:wards?)?|to the end)\b"
)
_AFTER = re.compile(r"\b(?:despues de (?:la|el)|everything after|all after|anything after|past) (\d{1,6})\b")
_LAST = re.compile(r"\b(?:(?:ultim[oa]s|last) (\d{1,4})|(\d{1,4}) ultim[oa]s)\b")
_FIRST = re.compile(r"\b(?:(?:primer[oa]s|first) (\d{1,4})|(\d{1,4}) primer[oa]s)\b")
_FIGURE = re.compile(r"(?<![\w.,])(\d{1,6})(?![\w%]|[.,]\d)")
_THESE = re.compile(r"\b(?:est[oa]s|es[oa]s|these|those)\b(?: (?P<n>\d{1,4}))?")
_ONLY = re.compile(
    r"\b(?:only keep|keep only|just keep|(?:solo|solamente|nomas) (?:dej|qued|us)\w*|(?:dej|qued)\w+ (?:solo|solamente"
    r"|nomas|unicamente))\b"
)
"""All the others are to be left out."""
MOST = 10_000
"""Pieces that are named at most."""

_FEWER = re.compile(r"\b(?:menos de|(?:fewer|less|shorter) than|under) (\d+)")
_SHORT = re.compile(r"\b(?:cort(?:as|os|itas|itos)|breves|short|shortest|tiny|chiquit[oa]s)\b")
_DATES = re.compile(r"\b(?:fechas?|dates?)\b")
_HEADINGS = re.compile(r"\b(?:(?:sub)?titulos?|encabezad[oa]s?|headings?|titles?|headers?|bylines?)\b")
_ABOVE = re.compile(r"\b(?:de arriba|anterior|previ[oa]|above|before it|previous|preceding|de antes)\b")
_BESIDE = re.compile(
    r"\b(?:de abajo|abajo|siguiente|que (?:le )?sigue\w*|de despues|que (?:le )?(?:viene|toca)|below|next"
    r"|(?:that |what )?follow(?:s|ing)|after it|comes (?:next|after)|under(?:neath)?|anterior|de arriba|above|previous"
    r"|preceding)\b"
)
_DOCUMENTS = re.compile(
    r"\b(?:de|por|in|of|by) (?:(?:cada|each|every|the same|un mismo|una misma|el mismo|la misma) )?"
    r"(?:capitulo|documento|archivo|poema|cancion|cuento|chapter|document|file|poem|story|song)\b"
)
_HOLDING = re.compile(
    r"\b(?:que (?:solo )?(?:dicen?|digan?|tienen?|tengan?|hablan? de|mencion[ae]n?|contienen|empiezan? con)"
    r"|con las? palabras?"
    r"|(?:that|which|where it) (?:just |only )?(?:says?|mentions?|contains?|talks? about|begins? with|starts? with)"
    r"|with the words?|mentioning|containing|saying)(?: la palabra| the word)?[ :]+(.*)$"
)
_END = re.compile(r"(?:[,;.!?]| (?:no|please|por favor|pls|porfa|van|va|afuera|fuera|out|son|are|is|x fa)\b).*$")
_AT = re.compile(
    r"(?:donde (?:dice|empieza|comienza|pone|amanece)(?: con)?|antes de(?: donde dice)?|a partir de|en la palabra"
    r"|que empieza con|where it (?:says|starts|begins)|(?:just |right )?before(?: the words?)?|starting (?:at|with)"
    r"|starts? (?:at|with)|at the words?)[: ]+(.{2,60})$",
    re.IGNORECASE,
)
_AT_NAME = re.compile(r"(?:\b(?:at|en|desde|after|despues de|después de))[: ]+((?=[A-ZÁÉÍÓÚÑ]).{2,60})$")
"""The same where only a capital letter says that they are words of the text."""
_HALVES = re.compile(
    r"\b(?:la mitad|in half|por parrafos?|por estrofas?|por renglones|por versos?|blank lines?|linea en blanco|parrafos"
    r"|paragraphs?|stanzas?|lines?|dos|two)\b"
)


SHARPNESS = 3.0
"""Turns the classifier's distances into probabilities (softmax)."""


class Actions:
    """Tells what is to be done; learnt in a second from what people say."""

    def __init__(self, learnt: Sequence[Edit] | None = None) -> None:
        learnt = read_edits() if learnt is None else learnt
        self._model = classifier()
        self._model.fit([_seen(edit.text) for edit in learnt], [edit.action for edit in learnt])

    def of(self, text: str, ears: Ears | None = None) -> str:
        """The likeliest action, by its words and, where there are ears, by what it means."""
        from scipy.special import log_softmax

        likely = log_softmax(SHARPNESS * self._model.decision_function([_seen(text)])[0])
        heard = ears.actions(disguise(text)) if ears else {}
        names = map(str, self._model.classes_)
        scores = {name: float(by) + heard.get(name, 0.0) for name, by in zip(names, likely, strict=True)}
        return max(scores, key=scores.__getitem__)


def _seen(text: str) -> str:
    frame = fold_in_place(QUOTED.sub(" xquoted ", text))
    return re.sub(r"\d+", " xnum ", frame)


def is_order(text: str) -> bool:
    """Whether a message is an order about pieces to the letter: what is to be done, and their numbers."""
    frame = " ".join(fold_in_place(QUOTED.sub(" ", text)).split())
    if _NO_ORDER.search(frame) or "?" in text:
        return False
    placed = _PUT_BACK.match(frame) or _TAKE_OUT.match(frame)
    return _ORDER.match(frame) is not None or (placed is not None and _FIGURE.search(frame) is not None)


def is_undoing(text: str) -> bool:
    return _UNDO.match(fold_in_place(text)) is not None and len(text.split()) <= 10


def only_numbers(text: str, shown: Sequence[int] = (), count: int = 0) -> list[int]:
    """The pieces that a message names which says nothing else: «la 3 y la 7», «3, 7», «these two»; else none."""
    frame = " ".join(fold_in_place(text).split())
    rest = re.sub(
        rf"[\d,.;:!-]|\b(?:{_PIECE}|la|el|las|los|y|a|al|del?|the|and|to|o|or|these|those|est[ao]s|es[ao]s)\b",
        " ",
        frame,
    )
    return [] if len(rest.split()) > 1 else read_numbers(frame, shown, count)


def read_edit(text: str, action: str, shown: Sequence[int] = (), count: int = 0) -> dict[str, Any]:
    """The inputs of `edit_entries` in a message that wants `action`. `shown`: numbers of the pieces in sight, which
    «these three» are; `count`: how many pieces the text has. Without any of which, they are to be asked for."""
    quoted = next((next(filter(None, found.groups())) for found in QUOTED.finditer(text)), None)
    unquoted = QUOTED.sub(" ", text)
    frame = " ".join(fold_in_place(FILE_NAME.sub(" ", unquoted)).split())
    if action in ("undo", "aside"):
        return {"action": action}
    if action == "cut" and (at := quoted or _place(unquoted)):
        numbers = read_numbers(frame.replace(fold_in_place(at), " ") if not quoted else frame, shown, count)
        return {"action": action, **({"entries": numbers[:1]} if numbers else {}), "at": at}
    numbers = read_numbers(frame, shown, count)
    if action in ("cut", "put_back", "list"):
        return {"action": action, **({"entries": numbers} if numbers else {})}
    if action == "leave_out" and numbers and count and _ONLY.search(frame):
        numbers = sorted(set(range(1, count + 1)) - set(numbers))
    which: dict[str, Any] = {"entries": numbers} if numbers else _sort(frame, quoted)
    if action == "leave_out":
        return {"action": action, **which}
    beside = {"side": "above" if _ABOVE.search(frame) else "below"}
    if len(numbers) > 1:
        return {"action": action, **which}
    if numbers:
        return {"action": action, **which, **(beside if _BESIDE.search(frame) else {})}
    if which:
        return {"action": action, **which, **beside}
    return {"action": action, **({"sort": "documents"} if _DOCUMENTS.search(frame) else {})}


def read_numbers(frame: str, shown: Sequence[int] = (), count: int = 0) -> list[int]:
    """The pieces that a folded message names by number, by place («the last two»), or points at; in order."""
    found: set[int] = set()
    frame = _figures(_NO_NUMBER.sub(" ", frame))

    def take(pattern: re.Pattern[str], numbers: Any) -> None:
        nonlocal frame
        for match in pattern.finditer(frame):
            values = [int(value) for value in match.groups() if value]
            found.update(number for number in numbers(*values) if 0 < number <= MOST)
        frame = pattern.sub(" ", frame)

    take(_ON, lambda a: range(a, count + 1))
    take(_AFTER, lambda a: range(a + 1, count + 1))
    for pattern in (_BETWEEN, _RANGE):
        take(pattern, lambda a, b: range(a, b + 1) if a < b else (a, b))
    if count:
        take(_LAST, lambda n: range(max(1, count - n + 1), count + 1))
    take(_FIRST, lambda n: range(1, n + 1))
    if count and re.search(r"\b(?:la|el|the|es[ae]) (?:ultim[oa]|last(?: one)?)\b", frame):
        found.add(count)
    if (these := _THESE.search(frame)) and shown and (not these["n"] or int(these["n"]) == len(shown)):
        found |= set(shown)
        frame = frame.replace(these[0], " ")
    for word, place in PLACES.items():
        if place > 0 and re.search(
            rf"\b(?:la|el|the|y|and) {word}(?: one| {_PIECE})?(?:[,.;:!]|$| (?:y|and|o|or|no|esta|is)\b)", frame
        ):
            found.add(place)
    found |= {int(match[1]) for match in _FIGURE.finditer(frame) if 0 < int(match[1]) <= MOST}
    return sorted(found)


_ARTICLE = re.compile(rf"(?:{_PIECE}|la|el|numero|number|no\.?|al|del|desde|hasta|to|through|from)$")


def _figures(frame: str) -> str:
    """Numbers in words as figures, where they are the name of a piece and no count: «la dos», «number three»; «last
    two», «these three»."""
    words = frame.split()
    made: list[str] = []
    for place, word in enumerate(words):
        bare = word.strip(",.;:!?")
        value = digits(bare)
        before = words[place - 1].strip(",.;:") if place else ""
        named = _ARTICLE.fullmatch(before) or before in (
            *("last", "first", "ultimas", "ultimos", "primeras", "primeros"),
            *("these", "those", "estas", "estos", "esas", "esos"),
        )  # fmt: skip
        joined = before in ("y", "and", "o", "or") and made and any(c.isdigit() for c in " ".join(made[-3:]))
        after = words[place + 1].strip(",.;:") if place + 1 < len(words) else ""
        counted = after in ("ultimas", "ultimos", "primeras", "primeros")
        is_figure = value.isdecimal() and bare != value and bare not in ("un", "una", "uno", "a")
        if is_figure and (named or joined or counted):
            made.append(word.replace(bare, value))
        elif bare in ("uno", "una", "one") and before in ("numero", "number", "pieza", "piece", "no", "poema", "poem"):
            made.append(word.replace(bare, "1"))
        else:
            made.append(word)
    return " ".join(made)


def _sort(frame: str, quoted: str | None) -> dict[str, Any]:
    """Which pieces are meant, where no number says so; empty if that is not said."""
    if _HOLDING.search(f"{frame} xquoted" if quoted else frame):
        said = quoted
        if not said and (found := _HOLDING.search(frame)):
            said = _END.sub("", found[1]).strip(" .!\"'«»“”")
        if said and len(said.split()) <= 8:
            return {"holding": said}
    if _DATES.search(frame):
        return {"sort": "dates"}
    if _HEADINGS.search(frame):
        return {"sort": "headings"}
    if fewer := _FEWER.search(digits(frame)):
        return {"sort": "short", "words": int(fewer[1])}
    return {"sort": "short"} if _SHORT.search(frame) else {}


def _place(text: str) -> str | None:
    """The words at which a piece is to be cut, where they follow «where it says»; None where they are not said."""
    found = _AT.search(text.strip(" .!")) or _AT_NAME.search(text.strip(" .!"))
    if not found:
        return None
    said = found[1].strip(" .,;:!¡¿?'\"")
    said = re.sub(r",? (?:please|por favor|porfa|pls)$", "", said)
    return None if _HALVES.search(fold_in_place(said)) or re.fullmatch(r"(?:la |el |the )?\d+", said) else said or None

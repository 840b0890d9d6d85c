"""What a message says besides its intent: file, text, lengths, shares... under the names of docs/vocabulary.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import skills
from skills.texts.normalize import fold_in_place
from skills.texts.quantities import digits, number
from tutor.course.model import Course
from tutor.nlu.mentions import (
    FILE_NAME,
    QUOTED,
    Pieces,
    pieces,
    read_file,
    read_language,
    read_new_name,
    read_part,
    read_runs,
    read_topic,
)

Open = Literal["open_item", "text", "talk", "none"]
State = Literal["greeting", "route", "bet", "item", "text", "running", "trained", "talk", "result"]
"""Where the learner is, where that says something of what they may want: asked what brings them, or which way they want
to take; a guess, an answer or a text is awaited; a training goes on, or has just ended; they talk to their model; a
skill has just shown something."""


@dataclass(frozen=True)
class Situation:
    """What is on the screen when the learner writes.

    `open`: a question that waits for its answer, a step that waits for a text, a model that is talked to, or nothing.
    (Which button was meant has been read by then: tutor/nlu/choosing.py.) `files`: names of the data sets in the
    workspace. `before`: the skill whose result is in sight. `pieces`: how many the text in hand has; `shown`: the
    numbers of those in sight.
    """

    open: Open = "none"
    files: tuple[str, ...] = ()
    state: State | None = None
    before: str = ""
    pieces: int = 0
    shown: tuple[int, ...] = ()


SETTINGS = (
    "preset", "goal", "epochs", "learning_rate", "batch_tokens", "rank", "length", "warmup", "graded", "precision",
    "seed",
)  # fmt: skip
"""What can be set of a training run."""

ACCEPTS: Mapping[str, tuple[str, ...]] = {
    "go_to": ("lesson", "topic"),
    "explain_again": ("topic",),
    "change_language": ("language",),
    "rename": ("file", "name"),
    "load_dataset": ("file",),
    "inspect_dataset": ("file",),
    "clean_dataset": ("file", "undo"),
    "edit_entries": ("file", "action", "entries", "sort", "holding", "words", "side", "at"),
    "scan_private_data": ("file", "text"),
    "split_dataset": ("file", "train", "validation", "test", "by", "seed"),
    "tokenize_text": ("text", "file"),
    "train_tokenizer": ("file", "vocab_size"),
    "predict_next": ("prompt", "top_k"),
    "talk": ("run",),
    "generate_text": ("prompt", "run", "temperature", "top_k", "top_p", "max_tokens", "seed"),
    "summarize": ("file", "text", "part", "sentences", "paragraphs", "bullets", "words"),
    "answer_from_text": ("file", "part", "question"),
    "preview_examples": ("file", "length"),
    "fine_tune": ("file", *SETTINGS),
    "plan_training": ("file", *SETTINGS),
    "evaluate_model": ("run", "file", "seed"),
    "compare_models": ("run", "other", "prompt", "blind", "temperature", "seed"),
    "compare_runs": ("runs",),
    "export_project": ("run", "formats"),
    "quiz": ("topic", "questions", "file"),
}
"""The arguments that are read in a message for each intent. A skill without a row takes none of what is said."""


def accepted(intent: str) -> dict[str, str]:
    """The arguments that are read for `intent` -> the input each goes to: the same name, or its plural
    (`prompt` -> `prompts`) for a skill that takes several."""
    names = ACCEPTS.get(intent, ())
    if intent not in skills.NAMES:
        return {name: name for name in names}
    fields = skills.skill(intent).Inputs.model_fields
    return {name: field for name in names for field in (name, f"{name}s") if field in fields}


# --- one reader for each kind of argument -----------------------------------------------------------------------------

_N = r"(\d+(?:[.,]\d+)*)"
_ONE = r"(?:\b(un[ao]?|one|a)(?: sol[ao]| single)? )"
COUNTED = {
    "sentences": r"(?:frases?|oracion(?:es)?|lineas?|renglon(?:es)?|sentences?|lines?)",
    "paragraphs": r"(?:parrafos?|paragraphs?)",
    "bullets": r"(?:puntos?|vinetas?|bullet points?|bullets?|points?)",
    "words": r"(?:palabras?|words?)",
    "questions": r"(?:preguntas?|ejercicios?|questions?|exercises?)",
    "epochs": r"(?:epocas?|epochs?|vueltas?|pasadas?|passes|veces|times)",
    "max_tokens": r"(?:tokens?)",
}
_NAMED = {
    "epochs": r"(?:epocas|epochs)",
    "learning_rate": r"(?:tasa de aprendizaje|learning[ _-]rate|lr)",
    "temperature": r"(?:temperatura|temperature|temp)",
    "top_k": r"(?:top[ _-]?k|top)",
    "top_p": r"(?:top[ _-]?p)",
    "max_tokens": r"(?:max[ _-]tokens)",
    "seed": r"(?:semilla|seed)",
    "batch_tokens": r"(?:lotes?|batch(?:es)?(?:[ _-](?:size|tokens))?|tamano de lote)",
    "rank": r"(?:rango|rank|lora r)",
    "length": r"(?:largo|longitud|length|ejemplos|examples)",
    "warmup": r"(?:entrada en calor|calentamiento|warm-?[ ]?up)",
    "vocab_size": r"(?:vocab[ _-]size|vocabulario|vocabulary)",
}
_IS = (
    r"(?: (?:de hasta|of up to|up|down))?"
    r"(?: (?:de|del|a|to|hasta|of|en|in|at|igual a|con|with|size|chico de))?\s*[=:]?\s*"
)
_WHOLE = {*COUNTED, "top_k", "seed", "vocab_size", "batch_tokens", "rank", "length"} - {"epochs"}


def _numbers(name: str, frame: str) -> float | int | None:
    patterns = []
    if name in _NAMED:
        patterns.append(rf"\b{_NAMED[name]}{_IS}{_N}")
    if name in COUNTED:
        patterns += [rf"{_N} ?{COUNTED[name]}\b", rf"\b{_N} \w+ {COUNTED[name]}\b"]
    if name == "top_k":
        patterns.append(
            rf"{_N} (?:palabras|tokens|words|opciones|options)?\s?(?:mas probables|(?:likel|most (?:prob|lik))\w+)"
        )
        patterns.append(rf"{_N} (?:most (?:probable|likely)|likeliest)")
    if name == "vocab_size":
        patterns.append(rf"{_N}[ -](?:piezas|pedazos|pieces?|palabras|tokens)")
    for pattern in patterns:
        if found := re.search(pattern, frame):
            value = number(found.group(1))
            if power := re.match(r"e-?\d+", frame[found.end(1) :]):  # 3e-4
                value = float(f"{value}{power.group()}")
            if name == "warmup" and (value > 1 or frame[found.end(1) :].lstrip().startswith("%")):
                value /= 100
            return int(value) if name in _WHOLE or (name == "epochs" and value == int(value)) else value
    if name in COUNTED and name != "questions" and re.search(rf"{_ONE}{COUNTED[name]}\b", frame):
        return 1
    return None


_SHARES = {
    "train": r"entren|train",
    "validation": r"valid|control|chequea|ajuste fino",
    "test": r"prob|prueba|test|evalu|examen|exam",
}


_EVENLY = re.compile(
    r"\b(?:rest\w*|other|remain\w*|remainder|otro|lo que (?:queda|sobra)|20|30|40)\b.{0,30}\b(?:evenly|equally|in "
    r"half|half and half"
    r"|partes iguales|mitad y mitad|a medias|en dos)\b"
)
"""«the other 20 evenly between validation and test»."""


def read_shares(frame: str) -> dict[str, float]:
    """«70/15/15», «80 % para entrenar y 20 % para probar» -> shares between 0 and 1."""
    if slashed := re.search(r"\b(\d{1,3})\s*[/-]\s*(\d{1,3})(?:\s*[/-]\s*(\d{1,3}))?\b", frame):
        parts = [int(p) for p in slashed.groups() if p]
        if sum(parts) == 100:
            return {
                n: p / 100
                for n, p in zip(("train", "validation", "test") if parts[2:] else ("train", "test"), parts, strict=True)
            }
    if re.search(r"\b(?:mitad|half)\b", frame):
        return {"train": 0.5, "test": 0.5}
    shares = {}
    if even := _EVENLY.search(frame):
        first = re.search(r"(\d+(?:[.,]\d+)?) ?%", frame)
        if first:
            train = float(number(first.group(1))) / 100
            rest = round((1 - train) / 2, 4)
            return {"train": train, "validation": rest, "test": rest} if even else {}
    percents = re.findall(r"\d+(?:[.,]\d+)? ?%", frame)
    bare = not percents and sum(map(int, re.findall(r"\b\d{1,3}\b", frame))) == 100  # «80 para entrenar, 20 para...»
    share = r"\b\d{1,3}\b" if bare else r"\d+(?:[.,]\d+)? ?%"
    cuts = [m.start() for m in re.finditer(share, frame)] + [len(frame)]
    for i, start in enumerate(cuts[:-1]):
        value = float(number(re.match(r"[\d.,]+", frame[start:]).group())) / 100  # type: ignore[union-attr]
        near = frame[start : cuts[i + 1]], frame[cuts[i - 1] if i else 0 : start]
        for piece in near:
            names = [n for n, p in _SHARES.items() if re.search(p, piece) and n not in shares]
            if names:
                shares[min(names, key=lambda n: re.search(_SHARES[n], piece).start())] = value  # type: ignore[union-attr]
                break
    return shares


BY = {
    "document": r"documentos?|documents?",
    "author": r"autor(?:a|es|as)?|authors?",
    "chapter": r"capitulos?|chapters?",
    "row": r"filas?|rows?",
}
_KEPT = (
    r"\b(?:(?:por|by|cada) (?:{0})\b|(?:partir|cortar|romper|splitting|breaking|cutting)\b[^.;]{{0,12}}\b(?:{0})\b"
    r"|(?:{0})\b (?:enter[oa]s?|complet[oa]s?|junt[oa]s?|together|whole|intact)|(?:whole|entire|enter[oa]s) (?:{0})\b)"
)
"""How people say what is to be kept together."""
FORMATS = {
    "adapter": r"adaptador|adapter", "merged": r"fusionad|merge|modelo (?:enter|complet)o|(?:whole|full) model",
    "ollama": r"ollama", "gguf": r"gguf",
    "notebook": r"cuaderno|(?<!la )(?<!mi )\bnotebook", "report": r"informe|reporte|report", "data": r"\bdatos|\bdata",
}  # fmt: skip


WORDED = {
    "preset": {"quick": r"rapid[oa]|vistazo|quick", "normal": r"normal", "thorough": r"a fondo|thorough(?:ly)?"},
    "graded": {
        "answers": r"solo (?:en )?las respuestas|(?:only|just) the answers|answers only",
        "everything": r"tambien las preguntas|the questions (?:too|as well)|(?:grade|adivin\w+) (?:todo|everything)",
    },
    "precision": {"bf16": r"bf16|16[ -]bits?", "fp32": r"fp32|32[ -]bits?"},
    "goal": {
        goal: rf"(?:objetivo|goal|para)(?: (?:de|del|is|es|an?|the|el|la|una?))*[ :=]+(?:{said})"
        for goal, said in {
            "style": "estilo|style|voz|voice", "form": "forma|formato|form|format", "task": "tarea|task",
            "facts": "datos|facts|que sepa",
        }.items()
    },
}  # fmt: skip
"""Settings that are said in words rather than numbers."""


def read_settings(text: str) -> dict[str, Any]:
    """The settings of a training run that `text` gives; empty where it asks something, or says something else too."""
    frame = digits(fold_in_place(text))
    if "?" in text or len(frame.split()) > 16:
        return {}
    return {name: value for name in SETTINGS if (value := _setting(name, frame)) is not None}


_AS_I_WRITE = re.compile(
    r"\b(?:(?:escrib\w*|suen\w*|habl\w*|diga\w*|redact\w*) como (?:yo|mi|ella|el|nosotr\w+)|(?:sound|write|writ\w+"
    r"|talk)s? (?:just )?like"
    r"|in (?:my|her|his|our) (?:own )?(?:voice|style)|(?:my|her|his|our) (?:voice|style)|(?:mi|su|nuestro) (?:voz"
    r"|estilo|manera))\b"
)
"""What is wanted of a training that is to write as somebody does."""


def _setting(name: str, frame: str) -> Any:
    if name == "goal" and _AS_I_WRITE.search(frame):
        return "style"
    if name in WORDED:
        return next((value for value, said in WORDED[name].items() if re.search(rf"\b(?:{said})\b", frame)), None)
    return _numbers(name, frame)


def _lesson(frame: str, course: Course | None) -> str | None:
    if exact := re.search(r"\b(\d{1,2}\.\d{1,2})\b", frame):
        return exact.group(1)
    if numbered := re.search(
        r"\b(?:leccion|modulo|capitulo|unidad|lesson|module|chapter|unit) (?:n\w* )?(\d{1,2})\b", frame
    ):
        return numbered.group(1)
    for lesson in course.lessons.values() if course else ():
        if any(len(t) > 8 and fold_in_place(t) in frame for t in (lesson.title.es, lesson.title.en)):
            return lesson.number
    return None


_SEEN = re.compile(
    r"\b(?:con (?:los )?nombres|nombres a la vista|sabiendo (?:cual|quien)|(?:diciendo|decime|mostra\w*|dime) "
    r"(?:cual|quien) es"
    r"|(?:show|with)(?: me)?(?: the)? names|names (?:on|showing|shown|visible|back)|(?:un)?reveal\w*|not blind"
    r"|unblind\w*)\b"
)
_UNDO = re.compile(
    r"\b(?:deshac\w+|deshaz\w*|desace\w*|undo|revert\w*|como (?:estaba|antes|al principio)|volv\w+ (?:atras|al "
    r"original|como)"
    r"|(?:put|take) (?:it|that|them) back|back (?:how|as|the way) it was|(?:the|el) original|restor\w+|restaur\w+"
    r"|te pasaste|went too far)\b"
)
_BLIND = re.compile(
    r"\b(?:a ciegas|ciegas|blind|sin (?:decirme|saber) cual|without (?:telling|knowing)|adivin[oa]\w*"
    r"|guess (?:which|who)|let me guess|sin (?:los )?nombres|names off|without (?:the )?names|(?:tap|escond|ocult"
    r"|cover|hid)\w* (?:los nombres|the names|quien|who))"
)


_BASE = re.compile(
    r"\b(?:(?:el|la|modelo|al|del|de la|con la|con el) (?:base|original|de fabrica)|sin (?:entrenar|ajustar)"
    r"|de(?:l| donde) (?:que )?"
    r"(?:salio|viene|vino|partio)|the (?:base|original|plain|stock)\b|it came from|untrained|untuned|out of the box)\b"
)
"""The model that one's own was made from."""


def _blind(found: Pieces) -> bool:
    """Whether the names are to be hidden; what is quoted is a text, whatever it says."""
    said = found.frame if found.quoted else f"{found.frame} {fold_in_place(found.material or '')}"
    return _BLIND.search(said) is not None


def _hidden(found: Pieces) -> bool | None:
    """Whether the names are to be hidden or shown; None where nothing is said of them."""
    return True if _blind(found) else False if _SEEN.search(found.frame) else None


def _prompt(found: Pieces) -> str | None:
    if found.material and (found.quoted or not _BLIND.search(fold_in_place(found.material))):
        return found.material.strip()
    match = re.search(
        r"\b(?:despues de|siguen? a|after) (?!entrenar|training|this|eso|esto)(.{3,})$", fold_in_place(found.text)
    )
    return found.text[slice(*match.span(1))].strip(" ?") if match else None


_ACCORDING = re.compile(r"^(?:seg[uú]n|de acuerdo (?:a|con)|according to|in|en) [^,:¿?]{2,40}, *", re.IGNORECASE)
"""Which text is asked, before the question."""


def _question(found: Pieces) -> str | None:
    """What is asked of a text: what is quoted or follows a colon, or the whole message."""
    if found.material and len(found.material.split()) > 1:
        return found.material.strip()
    asked = _ACCORDING.sub("", found.text.strip())
    return asked if len(asked.split()) > 2 else None


def _text(found: Pieces, intent: str) -> str | None:
    if found.material:
        return found.material.strip()
    match = re.search(r"\b(?:palabra|word) (\w+)\W*$", fold_in_place(found.text)) if intent == "tokenize_text" else None
    return found.text[slice(*match.span(1))] if match else None


def read_arguments(
    text: str, intent: str, situation: Situation, course: Course | None = None, topics: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The arguments that `text` gives for `intent`, only of names that it accepts; absent where nothing is said.

    `lesson` is a string ("1.3"; "4" for a module or a lesson without a point). `topics`: folded name -> concept id.
    """
    names = accepted(intent)
    found = pieces(text)
    request = (
        " ".join((found.frame, fold_in_place(found.after or "")))
        if intent in ("quiz", "split_dataset", "export_project")
        else found.frame
    )
    shares = read_shares(request) if intent == "split_dataset" else {}
    readers: dict[str, Any] = {
        "file": lambda: (
            read_file(QUOTED.sub(" ", text), situation.files)
            or next((q for q in found.quoted if FILE_NAME.fullmatch(q)), None)
        ),
        "topic": lambda: read_topic(text, topics or {}),
        "name": lambda: read_new_name(text),
        "question": lambda: _question(found),
        "lesson": lambda: _lesson(found.frame, course),
        "part": lambda: read_part(found.frame),
        "language": lambda: read_language(found.frame),
        "prompt": lambda: _prompt(found),
        "text": lambda: _text(found, intent),
        "blind": lambda: _hidden(found),
        "undo": lambda: _UNDO.search(found.frame) is not None or None,
        "run": lambda: next(iter(read_runs(found.frame)), None),
        "other": lambda: (
            next(iter(read_runs(found.frame)[1:]), None) or ("base" if _BASE.search(found.frame) else None)
        ),
        "runs": lambda: read_runs(found.frame) or None,
        "by": lambda: next((by for by, p in BY.items() if re.search(_KEPT.format(p), found.frame)), None),
        "formats": lambda: [f for f, p in FORMATS.items() if re.search(p, request)] or None,
        **{name: lambda name=name: _setting(name, request) for name in WORDED},
        **{share: lambda share=share: shares.get(share) for share in _SHARES},
    }
    values = {n: readers[n]() if n in readers else _numbers(n, request) for n in names}
    return {names[n]: v if names[n] == n else [v] for n, v in values.items() if v is not None}

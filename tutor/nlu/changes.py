"""What a message changes of the last call: «otra vez con cinco», «más corto», «the same but bolder»."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import skills
from skills.texts.normalize import fold_in_place
from skills.texts.quantities import number
from tutor.nlu.arguments import COUNTED
from tutor.nlu.mentions import pieces

AGAIN = re.compile(
    r"\b(?:otra vez|de nuevo|de vuelta|nuevamente|lo mismo|la misma|el mismo|igual|otr[oa]s?|ahora|mejor|again"
    r"|same|another"
    r"|once more|now|instead|likewise|as well|repet\w+|repeat|redo|proba\w*|try|y (?:con|si|para|en)|and (?:with"
    r"|in|for)"
    r"|what about|que tal)\b"
)
"""Words that say that something is to be done once more, in another way."""
SHORT = 5
"""Words up to which a message after a result is about that result, where it could be."""
LESS = (
    r"mas (?:cort|breve|chic|concis|resumid)\w*|cortit\w+|achic\w+|acort\w+|recort\w+|la mitad|menos (?:larg"
    r"|palabr|frase|text)\w*"
    r"|(?:muy|demasiado|re) larg\w+|shorter|briefer|smaller|trim\w*|half|halve|too long|less"
)
MORE = (
    r"mas (?:larg|extens|detall|complet)\w*|alarg\w+|el doble|(?:muy|demasiado|re) cort\w+|longer|twice|double"
    r"|(?:more|in) detail|too short|fuller"
)
BOLDER = (
    r"mas (?:osad|loc|arriesgad|jugad|libre|creativ|audaz|audac|rar|salvaj|atrevid|delirant|volad|suelt)\w*|animat\w*"
    r"|menos (?:prudent|previsibl|aburrid|seri)\w*|sub\w+(?:le)? la temperatura|bold\w*|wild\w*|craz\w+|risk\w+"
    r"|loose\w*"
    r"|(?:more|be) (?:daring|creative|random|adventurous|playful|free)|less (?:safe|predictable|boring|tame|cautious)"
)
TAMER = (
    r"mas (?:tranquil|prudent|cuidados|seri|clasic|conservador|segur|mans|sobri|previsibl|sensat|normal)\w*"
    r"|menos (?:loc|osad|arriesgad|rar|delirant|volad)\w*|baj\w+(?:le)? la temperatura|tame\w*|safe\w*|calm\w*|sensible"
    r"|stead\w+|less imaginat\w+|(?:more|be) (?:careful|cautious|conservative|predictable|sober)|less (?:wild"
    r"|crazy|random|daring|bold|mad)"
)
ONE = r"un[ao] sol[ao]|sol[ao] un[ao]|just one|only one|one only|one will do"
FEWER_TURNS, MORE_TURNS = (
    r"menos (?:vuelta|pasada|epoca|vez|veces)\w*|fewer|less",
    (r"mas (?:vuelta|pasada|epoca|veces|tiempo)\w*|more (?:epoch|pass|round|time|lap)\w*|longer|ponele mas|otro rato"),
)
LUCK = r"suerte|semilla|dados?|seed|luck|dice"
ANOTHER = re.compile(rf"\b(?:otra vez|de nuevo|otr[oa]s?|again|another|different|distint[oa]|{LUCK})\b")
LENGTHS = ("sentences", "paragraphs", "bullets", "words")
"""One of them says how long a summary is."""
TOGETHER: tuple[frozenset[str], ...] = (frozenset(LENGTHS), frozenset({"file", "text"}))
"""Inputs of which one stands for all: a new one takes the place of the others."""
FAMILIES: tuple[frozenset[str], ...] = (frozenset({"fine_tune", "plan_training", "rehearse_training"}),)
"""Skills that take the same settings."""
OBJECTS = frozenset({"file", "text", "prompt", "prompts", "run", "runs", "question"})
"""What a skill works on."""
BOLD = 0.3
"""By how much «bolder» changes the temperature."""
COOLEST, HOTTEST = 0.1, 1.6
_NUMBER = re.compile(r"(?<![\w.,/])\d+(?:[.,]\d+)?(?![\w/])")
_OBJECT = re.compile(
    r"\b(?:y (?:con|si (?:fuera|digo|pongo|empieza con)|para)|and with|what about|proba\w* con|try(?: it)? with"
    r"|(?:empez\w+|comienz\w+|start\w*) (?:con|with)|ahora con|now with|lo mismo con|(?:the )?same (?:with|for)) (.+)$"
)


def same_family(a: str, b: str) -> bool:
    """Whether what changes the one may change the other."""
    return a == b or any({a, b} <= family for family in FAMILIES)


def is_change(text: str, said: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a message that asks for the skill that was used last is about its last call, and not a new one.
    `said`: the arguments that were read in it; `new`: what it would change."""
    frame = pieces(text).frame
    if AGAIN.search(frame):
        return True
    return bool(new) and (not OBJECTS & said.keys() or len(frame.split()) <= SHORT)


def plainly(text: str, skill: str, inputs: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether a short message says how the last result should be otherwise, and nothing else: «más corto», «otra vez
    con cinco», «a bit bolder»."""
    frame = pieces(text).frame
    if len(frame.split()) > (SHORT if "?" in text else SHORT + 2):
        return False
    if _relative(skill, inputs, frame):
        return True
    if "part" in said or (said and skill == "summarize" and said.keys() <= set(LENGTHS)):
        return True
    return bool(AGAIN.search(frame)) and _bare_number(frame) is not None and not said


def changed(text: str, skill: str, inputs: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What the message changes: new values by the names of the skill's inputs; empty where it changes nothing.

    `skill` with `inputs` was called last; `said` are the arguments that were read in the message by themselves."""
    found = dict(said)
    frame = pieces(text).frame
    fields = skills.skill(skill).Inputs.model_fields if skill in skills.NAMES else {}
    if not found.keys() - {"run", "runs"} and (bare := _bare_number(frame)) is not None:
        name = _meant(skill, inputs, bare, frame)
        if name:
            return {name: bare}
    if not found:
        found |= _relative(skill, {name: field.default for name, field in fields.items()} | dict(inputs), frame)
    if not found and (object_ := _OBJECT.search(fold_in_place(text))):
        name = next((name for name in ("prompt", "text") if name in fields and name in inputs), None)
        if name:
            found[name] = text[slice(*object_.span(1))].strip(" .?!¿¡")
    if not found and "seed" in fields and ANOTHER.search(frame):
        found["seed"] = int(inputs.get("seed") or 0) + 1
    return found


def merged(inputs: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The last inputs with what is new in them; what the new ones stand in the place of is left out."""
    gone = {name for group in TOGETHER if group & new.keys() for name in group - new.keys()}
    return {name: value for name, value in inputs.items() if name not in gone} | dict(new)


def _bare_number(frame: str) -> float | int | None:
    """The only number of a message."""
    found = _NUMBER.findall(frame)
    return number(found[0]) if len(found) == 1 else None


def _meant(skill: str, inputs: Mapping[str, Any], value: float, frame: str) -> str | None:
    """What a number without a name is, of this skill."""
    whole = value == int(value)
    if re.search(rf"\b(?:{LUCK})\b", frame):
        return "seed"
    if skill == "summarize" and (unit := next((u for u in LENGTHS if re.search(rf"\b{COUNTED[u]}\b", frame)), None)):
        return unit
    match skill:
        case "summarize":
            return next((name for name in LENGTHS if inputs.get(name)), "sentences") if whole else None
        case "generate_text":
            return "max_tokens" if whole and value > 2 else "temperature"
        case "predict_next":
            return "top_k" if whole else None
        case "quiz":
            return "questions" if whole else None
        case "train_tokenizer":
            return "vocab_size" if whole and value >= 100 else None
        case "fine_tune" | "plan_training" | "rehearse_training":
            return "learning_rate" if value < 0.05 else "epochs"
        case "compare_models":
            return "temperature" if value <= 2 else None
    return None


def _relative(skill: str, inputs: Mapping[str, Any], frame: str) -> dict[str, Any]:
    """«más corto» of a summary in six sentences: three."""

    def says(pattern: str) -> bool:
        return re.search(rf"\b(?:{pattern})\b", frame) is not None

    if skill in ("generate_text", "compare_models"):
        if says(BOLDER) or says(TAMER):
            sign = BOLD if says(BOLDER) else -BOLD
            was = float(inputs.get("temperature") or 0.0)
            return {"temperature": round(min(HOTTEST, max(COOLEST, was + sign)), 2)}
        if says(LESS) or says(MORE):
            was = int(inputs.get("max_tokens") or 60)
            return {"max_tokens": max(10, was // 2) if says(LESS) else min(400, was * 2)}
    if skill == "summarize" and says(ONE):
        return {next((name for name in LENGTHS if name != "sentences" and inputs.get(name)), "sentences"): 1}
    if skill == "summarize" and (says(LESS) or says(MORE)):
        name = next((name for name in LENGTHS if name != "sentences" and inputs.get(name)), "sentences")
        was = int(inputs.get(name) or 3)
        return {name: (was + 1) // 2 if says(LESS) else was * 2}
    if skill in ("fine_tune", "plan_training", "rehearse_training") and (says(MORE_TURNS) or says(FEWER_TURNS)):
        was = float(inputs.get("epochs") or 0)
        return {"epochs": max(1, round(was * (2 if says(MORE_TURNS) else 0.5)))} if was else {}
    if skill == "train_tokenizer" and (says(LESS) or says(MORE)):
        was = int(inputs.get("vocab_size") or 0)
        return {"vocab_size": was // 2 if says(LESS) else was * 2} if was else {}
    return {}

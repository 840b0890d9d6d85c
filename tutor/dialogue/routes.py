"""The ways through the course: what is open before one was chosen, how long each is, and which one words mean."""

from __future__ import annotations

import re

from skills.texts.normalize import fold
from tutor.dialogue.context import Dialogue
from tutor.turn import Button

PROFILES = ("writer", "teacher", "researcher", "organisation", "student", "curious")
ROUTES = ("express", "full", "placement")
"""Placement is a way of beginning: its questions say which lessons of the route are known."""
SAID = {
    "placement": r"preguntame|preguntes|(?:hace|haz)me (?:las |unas )?preguntas|ponerme a prueba|probame|nivel\w*"
    r"|ya se (?:algo|bastante|mucho)|lo que ya se|ya manejo|se lo que (?:es|son)|(?:entrene|hice|di clases)\b.*"
    r"|saltea(?:lo|me|melo)|brincar|ahorrar|me salto|lo basico"
    r"|placement|test me|quiz me|ask (?:me|away)|what i (?:already )?know|already know|i know what|familiar"
    r"|skip (?:what|those|that|the basics)|i(?:'ve)? (?:read about|trained|do nlp)|let me off",
    "full": r"enter[oa]|complet\w+|tod[oa]s? (?:el|las?|los)|(?:dame|hacer|con|asi que) todo|la+rg\w+|grande"
    r"|diecinueve|desde cero|hasta el final|sin saltear"
    r"|w?hole|entire|full|complete|long|all (?:the|of|nineteen)|everything|nineteen|19|the lot|from scratch"
    r"|start to finish|thorough|scenic|proper|big one|no shortcuts",
    "express": r"media hora|una hora|cort(?:[oa]|it[oa]|isim[oa])s?|rapid[oa]|brev\w+|express|resumid[oa]|chic[oa]"
    r"|chiquit[oa]|livian\w+|imprescindible|esencial\w*|siete|7|55|no (?:me alcanza|tengo) .*|dos horas no.*"
    r"|hour|short(?:er|est)?|quick|brief|fast|essentials|seven|wee|little|lazy|tl;?dr|bare bones|crash|abridged"
    r"|not two hours.*|pushed for time",
}
"""How people name each, in folded words; the first that matches is meant."""


def read_route(text: str) -> str | None:
    """The way that `text` names, if it names one: the last one in «dejo el corto y paso al entero»."""
    folded = fold(text)
    places = {
        route: found[-1].start()
        for route, words in SAID.items()
        if (found := list(re.finditer(rf"\b(?:{words})\b", folded)))
    }
    return max(places, key=lambda route: places[route]) if places else None


def route_buttons(dialogue: Dialogue) -> tuple[Button, ...]:
    """The ways other than the present one."""
    present = dialogue.memory.route
    return tuple(
        dialogue.button(
            f"chat.button.{route}", "route", main=present is None and route == "express", args={"route": route}
        )
        for route in ROUTES
        if route != present
    )


def ways(dialogue: Dialogue) -> dict[str, int]:
    """How long each way is, by what its lessons say: minutes of the short one (to the nearest 5), whole hours of the
    whole, lessons of both."""
    lessons, routes = dialogue.course.lessons, dialogue.course.routes
    minutes = {route: sum(lessons[id].minutes for id in ids) for route, ids in routes.items()}
    whole, short = routes["full"], routes["express"]
    return {
        "minutes": 5 * round(minutes["express"] / 5),
        "hours": (minutes["full"] - 1) // 60,
        "short": len(short),
        "whole": len(whole),
    }


def beginning(dialogue: Dialogue) -> str:
    """The question that is open before a way was chosen."""
    if dialogue.memory.profile is None:
        return dialogue.words("chat.what_brings_you")
    return dialogue.words("chat.two_ways", **ways(dialogue))


def beginning_buttons(dialogue: Dialogue) -> tuple[Button, ...]:
    if dialogue.memory.profile is None:
        return tuple(dialogue.button(f"chat.profile.{p}", "profile", args={"profile": p}) for p in PROFILES)
    return route_buttons(dialogue)

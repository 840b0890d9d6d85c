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
    "placement": r"preguntame|preguntes|ponerme a prueba|probame|nivel\w*|ya se (?:algo|bastante|mucho)|lo que ya se|"
    r"placement|test me|what i (?:already )?know|already know",
    "full": r"enter[oa]|complet[oa]|tod[oa]s? (?:el|las?|los)|larg[oa]|whole|entire|full|complete|long|all (?:the|of)",
    "express": r"media hora|una hora|cort[oa]|rapid[oa]|breve|express|resumid[oa]|hour|short|quick|brief|fast",
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

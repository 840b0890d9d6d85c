"""How well questions find their answer (tests/eval/*/questions.jsonl): `python -m benchmarks.questions [HOME]`.

HOME: a home with the encoder; without one, by words alone. `--errors` lists the misses of the dev part. Of each part
and language: the first answer is of the right topic; it is among the first three; what the decision of
`tutor.nlu.bank.read` makes of it (right at once, wrong at once, right or asked about with it among the choices, good
questions refused); whether the router hears that it is a question, and what is right then at once in the chat; of
questions that nothing answers and of messages that are none of its business, those that are answered.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from skills.contract import Language
from tutor.authoring.eval import heard
from tutor.course.files import load_course
from tutor.nlu.arguments import Situation
from tutor.nlu.bank import PLAIN, PLAIN_BY_WORDS, Bank, Meanings, bank_of, confidence, read
from tutor.nlu.router import Router
from tutor.settings import CURRICULUM
from tutor.words import LANGUAGES

SETS = Path(__file__).parent.parent / "tests" / "eval"


def fits(topic: str, question: dict[str, Any]) -> bool:
    """Whether an answer of this topic is one to the question."""
    return heard.fits(topic, (question["concept"], *question["also"]))


def measure(bank: Bank, encoder: Any, router: Router, part: str, language: Language, errors: bool) -> str:
    meanings = Meanings(encoder.embed(bank.asks, "query"), encoder.embed(bank.texts, "passage")) if encoder else None
    counts: Counter[str] = Counter()
    began = time.perf_counter()
    for kind in ("questions", "out-of-scope"):
        for line in (SETS / part / f"{kind}.jsonl").read_text("utf-8").splitlines():
            question = {"concept": "", "also": []} | json.loads(line)
            if question["lang"] != language:
                continue
            meaning = encoder.embed([question["text"]], "query")[0] if encoder else None
            near = bank.near(question["text"], meaning, meanings)
            reading = read(near, by_meaning=encoder is not None)
            intent = router.route(question["text"], language, Situation())
            plain = confidence(near, encoder is not None) >= (PLAIN if encoder else PLAIN_BY_WORDS)
            asked = intent.name == "question" or (intent.name == "unsure" and plain)
            counts[f"{kind} heard"] += asked and reading.kind == "answer"
            counts[f"{kind} refused"] += intent.name in ("off_topic", "small_talk") or (
                asked and reading.kind == "unknown"
            )
            if not question["concept"]:
                counts[f"{kind} empty"] += 1
                counts[f"{kind} answered"] += reading.kind == "answer"
                continue
            right = [fits(one.answer.topic, question) for one in near[:3]]
            chosen = [fits(answer.topic, question) for answer in reading.answers]
            counts["asked"] += 1
            counts["heard"] += asked or intent.name == "privacy"
            counts["in the chat"] += asked and reading.kind == "answer" and chosen[0]
            counts["sent away"] += intent.name in ("off_topic", "small_talk")
            counts["first"] += right[0]
            counts["three"] += any(right)
            counts["at once"] += reading.kind == "answer" and chosen[0]
            counts["wrong"] += reading.kind == "answer" and not chosen[0]
            counts["or among"] += any(chosen)
            counts["refused"] += reading.kind == "unknown"
            if errors and not right[0]:
                print(f"  {question['text']!r}: {question['concept']}, not {[one.answer.key for one in near[:3]]}")
    counts["ms"] = round(1000 * (time.perf_counter() - began) / (counts["asked"] + counts["out-of-scope empty"]))
    shares = ("first", "three", "at once", "wrong", "or among", "refused", "heard", "in the chat", "sent away")
    told = ", ".join(f"{name} {counts[name] / counts['asked']:.1%}" for name in shares)
    outside = ", ".join(
        f"{kind}: the bank answers {counts[f'{kind} answered']} of {counts[f'{kind} empty']}"
        for kind in ("questions", "out-of-scope")
    )
    outside += f"; in the chat {counts['out-of-scope heard']} answered, {counts['out-of-scope refused']} refused"
    return f"{counts['asked']} questions: {told}; without an answer: {outside}; {counts['ms']} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    encoder = None
    if options.home:
        from tutor.lm.encoder import open_encoder

        encoder = open_encoder(options.home)
    course = load_course(CURRICULUM)
    router = Router(course=course)
    for language in LANGUAGES:
        bank = bank_of(course, language)
        for part in ("dev", "heldout"):
            print(
                part,
                language,
                measure(bank, encoder, router, part, language, options.errors and part == "dev"),
                flush=True,
            )


if __name__ == "__main__":
    main()

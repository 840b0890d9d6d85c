"""The loader and every lint of `tutor course check`, on a small course that is right but for one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course_fixture import write_course
from tutor.authoring.check import check
from tutor.course.files import load_course
from tutor.course.model import Choice, Number, Open, Order, Predict, Run, Try
from tutor.course.sources import CourseError
from tutor.words import Words


def test_a_right_course_has_no_mistakes(tmp_path: Path) -> None:
    assert check(write_course(tmp_path)) == []


def test_words_and_structure_are_put_together(tmp_path: Path) -> None:
    course = load_course(write_course(tmp_path))
    first, second = course.lessons["first"], course.lessons["second"]
    assert course.routes == {"express": ("first",), "full": ("first", "second")}
    see = first.step("see")
    assert isinstance(see, Run)
    assert see.match
    assert see.match["en"] == "You said {bet}, and so did the model: {see.file}."
    assert see.inputs["topic"] == {"es": "modelos", "en": "models"}
    guess, knob = second.step("guess"), second.step("knob")
    assert isinstance(guess, Predict)
    assert guess.labels["many"].en == "Many"
    assert isinstance(knob, Try)
    assert knob.labels["a"]["es"] == "El mar"
    items = course.items
    single, true_false, number, order, open_item = (items[i] for i in ("lm.1", "lm.2", "tk.1", "tk.2", "lm.3"))
    assert isinstance(single, Choice)
    assert single.right == {"b"}
    assert single.options[0].misconception == "looks-up"
    assert single.options[0].why.es.startswith("Parece que buscara")
    assert isinstance(true_false, Choice)
    assert true_false.right == {"true"}
    assert isinstance(number, Number)
    assert (number.answer, number.if_low.es) == (4, "Son más.")
    assert isinstance(order, Order)
    assert order.order == ("a", "b", "c")
    assert isinstance(open_item, Open)
    assert len(open_item.expectations[0].accept["en"]) == 3
    assert open_item.misconceptions[0].repair.en.startswith("It looks nothing up")
    assert course.concepts["tokens"].bkt.p0 == 0.3
    assert course.concepts["tokens"].asks["es"][0] == "qué es un token"


def test_the_version_follows_the_files(tmp_path: Path) -> None:
    one = load_course(write_course(tmp_path / "a")).version
    assert load_course(write_course(tmp_path / "b")).version == one
    changed = load_course(write_course(tmp_path / "c", first_es_md=("Veamos.", "A ver.")))
    assert changed.version != one


def test_all_mistakes_are_told_at_once_by_file_and_line(tmp_path: Path) -> None:
    root = write_course(
        tmp_path,
        first_lesson_yaml=("{id: hook, kind: say}", "{id: hook, kind: say, colour: red}"),
        second_lesson_yaml=("minutes: 4", "minutes: soon"),
        first_en_md=("## hook\nA **language model** guesses.\n", ""),
    )
    (root / "concepts.yaml").write_text("- {id: language-model\n", "utf-8")
    with pytest.raises(CourseError) as caught:
        load_course(root, "en")
    told = [(m.file, m.line) for m in caught.value.mistakes]
    assert told == sorted(told)
    assert ("lessons/first/lesson.yaml", 7) in told
    assert ("lessons/second/lesson.yaml", 4) in told
    assert ("lessons/first/en.md", 1) in told
    assert any(file == "concepts.yaml" for file, _ in told)
    assert "lessons/second/lesson.yaml:4: " in str(caught.value)


COUNT_ES = "Una etiqueta de\ndos líneas"
LONG = "palabra " * 91
MISTAKES = [
    ("id_twice", {"first_lesson_yaml": ("{id: check2,", "{id: check,")}, 15),
    ("id_twice", {"second_lesson_yaml": ("{id: tk.4,", "{id: tk.3,")}, None),
    ("key_twice", {"first_lesson_yaml": ("minutes: 3", "minutes: 3\nminutes: 4")}, 5),
    ("folder", {"first_lesson_yaml": ("id: first", "id: other")}, 1),
    ("unknown.lesson", {"course_yaml": ("express: [first]", "express: [first, third]")}, 5),
    ("not_listed", {"course_yaml": ("lessons: [first, second]", "lessons: [first]")}, 3),
    ("unknown.route", {"course_yaml": ("express: [first]", "short: [first]")}, 4),
    ("unknown.concept", {"concepts_yaml": ("prerequisites: [language-model]", "prerequisites: [verse]")}, 2),
    ("cycle", {"concepts_yaml": ("core: true}", "core: true, prerequisites: [tokens]}")}, None),
    ("unknown.module", {"first_lesson_yaml": ("module: 1", "module: 9")}, 2),
    ("unknown.item", {"first_lesson_yaml": ("item: lm.1}", "item: lm.9}")}, 14),
    ("no_item_step", {"first_lesson_yaml": (", in_lesson: false", "")}, None),
    ("unknown.skill", {"first_lesson_yaml": ("skill: quiz", "skill: juggle")}, 11),
    ("unknown.input", {"first_lesson_yaml": ("file: $mine", "fiel: $mine")}, 12),
    ("skill.input", {"second_lesson_yaml": ("questions: 3", "questions: many")}, None),
    ("unknown.result", {"first_lesson_yaml": ("field: file", "field: weather")}, 13),
    ("unknown.step", {"first_lesson_yaml": ("step: bet", "step: hook")}, 13),
    ("unknown.step", {"second_lesson_yaml": ("$guess", "$wager")}, None),
    ("wait", {"second_lesson_yaml": ("run: train}", "run: race}")}, None),
    ("few_items", {"second_lesson_yaml": ("concept: tokens, format: number", "concept: language-model, format: number"),
                   "second_lesson_yaml2": ("concept: tokens, format: order", "concept: language-model, format: order")}, 5),  # noqa: E501
    ("no_transfer", {"first_lesson_yaml": (", transfer: true", "")}, 5),
    ("placeholder.parity", {"first_es_md": ("Vos dijiste {bet}, y", "Vos dijiste eso, y")}, None),
    ("placeholder.unknown", {"first_es_md": ("Veamos.", "Veamos {see.file}."), "first_en_md": ("Let's see.", "{see.file}")}, 9),  # noqa: E501
    ("placeholder.unknown", {"first_es_md": ("{see.file}.", "{see.rain}."), "first_en_md": ("{see.file}.", "{see.rain}.")}, None),  # noqa: E501
    ("placeholder.stray", {"first_es_md": ("Veamos.", "Veamos {.")}, 9),
    ("item.no_right", {"first_lesson_yaml": ("b: right", "b: guesses")}, None),
    ("item.many_right", {"first_lesson_yaml": ("a: looks-up, b: right", "a: right, b: right")}, None),
    ("item.few_options", {"first_lesson_yaml": (", c: thinks}", "}")}, None),
    ("item.no_misconception", {"first_lesson_yaml": (", misconception: thinks", "")}, None),
    ("item.hint", {"first_es_md": ("Pensá en una quiniela.", "Fijate que reparte probabilidades.")}, 36),
    ("item.accept", {"first_es_md": ("- cue: busca*", "- cue: adivin*")}, 54),
    ("item.reject", {"first_es_md": ("- reject: busca el tango en internet", "- reject: adivina la palabra que viene")}, 56),  # noqa: E501
    ("longest", {"first_es_md": ("Reparte probabilidades\n", f"Reparte probabilidades{' de más' * 9}\n")}, 1),
    ("too_long", {"first_es_md": ("Veamos.", LONG)}, 9),
    ("label_lines", {"second_es_md": ("Pocos", COUNT_ES)}, 5),
    ("words.missing", {"first_es_md": ("> Va de a una palabra.\n", "")}, 32),
    ("words.missing", {"second_en_md": ("> There are more.\n", "")}, None),
    ("words.unused", {"first_es_md": ("## end", "## ending\nFin.\n\n## end")}, 18),
    ("words.twice", {"first_es_md": ("## end", "## bet\nOtra.\n\n## end")}, 18),
    ("words.few", {"first_es_md": ("- accept: adivina la palabra que viene\n", "")}, None),
    ("words.in_yaml", {"first_lesson_yaml": ("{id: hook, kind: say}", "{id: hook, kind: say, text: Hola}")}, 7),
    ("words.no_title", {"concepts_es_md": ("# Token\n", "")}, 16),
    ("field.unknown", {"first_lesson_yaml": ("in_lesson: false", "in_lessons: false")}, 19),
    ("field.missing", {"first_lesson_yaml": ("minutes: 3\n", "")}, 1),
    ("not_yaml", {"course_yaml": ("lessons: [first, second]", "lessons: [first, second")}, None),
]  # fmt: skip


@pytest.mark.parametrize(("message", "changes", "line"), MISTAKES, ids=lambda v: v if isinstance(v, str) else "")
def test_each_lint_fires(tmp_path: Path, message: str, changes: dict[str, tuple[str, str]], line: int | None) -> None:
    root = write_course(tmp_path, **changes)
    found = [mistake for mistake in check(root, "en") if _is(mistake.text, message)]
    assert found, [str(mistake) for mistake in check(root, "en")]
    assert line is None or line in {mistake.line for mistake in found}, found


def _is(text: str, message: str) -> bool:
    """Whether `text` is the message, its fields filled with anything."""
    import re

    words = Words("en")
    pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(words._texts[f"course.{message}"]).replace(r"\ ", " "))  # type: ignore[arg-type]
    return re.fullmatch(pattern.replace(r"\{\{", r"\{").replace(r"\}\}", r"\}"), text, re.S) is not None


def test_a_skill_that_cannot_be_imported_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import skills

    monkeypatch.setattr(skills, "import_module", lambda name: (_ for _ in ()).throw(ImportError("not there yet")))
    found = check(write_course(tmp_path), "en")
    assert {(m.file, m.line) for m in found} >= {("lessons/first/lesson.yaml", 11)}
    assert all("not there yet" in mistake.text for mistake in found)


def test_a_recorded_result_needs_its_step(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (root / "lessons/first/recorded").mkdir()
    (root / "lessons/first/recorded/see.es.json").write_text("{}", "utf-8")
    assert check(root) == []
    (root / "lessons/first/recorded/gone.es.json").write_text("{}", "utf-8")
    assert [m.file for m in check(root)] == ["lessons/first/recorded/gone.es.json"]


def test_a_missing_file_and_a_wrong_encoding_are_told(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (root / "lessons/first/en.md").unlink()
    (root / "lessons/second/es.md").write_bytes("canción".encode("latin-1"))
    files = {mistake.file for mistake in check(root)}
    assert {"lessons/first/en.md", "lessons/second/es.md"} <= files


def test_forty_lessons_load_within_half_a_second(tmp_path: Path) -> None:
    import shutil
    import time

    root = write_course(tmp_path)
    names = [f"copy{n}" for n in range(38)]
    for name in names:
        shutil.copytree(root / "lessons/first", root / f"lessons/{name}")
        path = root / f"lessons/{name}/lesson.yaml"
        path.write_text(path.read_text("utf-8").replace("id: first", f"id: {name}", 1), "utf-8")
    path = root / "course.yaml"
    listed = ", ".join(["first", "second", *names])
    path.write_text(path.read_text("utf-8").replace("[first, second]", f"[{listed}]", 1), "utf-8")
    began = time.process_time()
    course = load_course(root)
    assert len(course.lessons) == 40
    assert time.process_time() - began < 0.5

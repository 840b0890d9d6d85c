"""One's own posts, marked passages, annotated texts: the words, and not what programs keep around them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Context
from skills.errors import FileUnreadable
from skills.load_dataset import LoadInputs, run
from skills.reading.left_out import read_left_out
from skills.workspace import Row

SAID = [
    "La feria abrió con lluvia y nadie se fue antes de las diez.",
    "Pan & circo: quedó el circo, y el pan se hace en casa.",
    "Mañana leemos en la plaza; traigan abrigo y un poema ajeno.",
]


def rows_of(ctx: Context, path: Path, content: Any) -> list[Row]:
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8")
    return list(ctx.workspace.rows(run(LoadInputs(path=path), ctx).dataset))


def broken(text: str) -> str:
    """As Instagram and Facebook write it."""
    return text.encode().decode("latin-1")


def tweet(text: str) -> dict[str, Any]:
    about = {"initial": {"editTweetIds": ["1"]}}
    return {"tweet": {"edit_info": about, "id_str": "1", "full_text": text.replace("&", "&amp;"), "lang": "es"}}


def media(text: str, **more: Any) -> dict[str, Any]:
    return {"uri": "media/1.jpg", "creation_timestamp": 16, "title": broken(text), "media_metadata": {"a": {}}} | more


EXPORTS = {
    "tweets.js": "window.YTD.tweets.part0 = "
    + json.dumps([*map(tweet, SAID[:2]), tweet(SAID[2] + " https://t.co/Ab1"), tweet("RT @otra: Lo dijo otra")]),
    "posts_1.json": [*({"media": [media(said)]} for said in SAID), {"media": [media("")]}],
    "threads.json": {
        "text_post_app_text_posts": [
            {"media": [media(""), media("")], "title": broken(said), "creation_timestamp": 1} for said in SAID
        ]
    },
    "your_posts_1.json": [
        *({"timestamp": 1, "title": "Ana actualizó su estado.", "data": [{"post": broken(said)}]} for said in SAID),
        {"timestamp": 2, "attachments": [{"data": []}], "data": [{"update_timestamp": 1}]},
    ],
    "outbox.json": {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "outbox.json",
        "type": "OrderedCollection",
        "orderedItems": [
            *(
                {"type": "Create", "actor": "x", "object": {"type": "Note", "content": f"<p>{said}</p>", "tag": []}}
                for said in SAID
            ),
            {"type": "Announce", "actor": "x", "object": "https://example.org/1"},
        ],
    },
}


@pytest.mark.parametrize("name", EXPORTS)
def test_of_a_network_come_ones_own_words(ctx: Context, tmp_path: Path, name: str) -> None:
    rows = rows_of(ctx, tmp_path / name, EXPORTS[name])
    assert [row.text for row in rows] == SAID


def test_what_others_wrote_is_shown_as_left_out(ctx: Context, tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_text(str(EXPORTS["tweets.js"]), "utf-8")
    result = run(LoadInputs(path=tmp_path / "tweets.js"), ctx)
    assert ("posts_of_others", "RT @otra: Lo dijo otra") in read_left_out(ctx.workspace.datasets / result.dataset)


MARKED = {
    "en": "- Your Highlight on page 12 | Location 171-172 | Added on Monday, 6 June 2022 21:14:05",
    "es": "- La subrayado en la página 31 | Pos. 466-68 | Añadido el lunes 6 de junio de 2022, 21:58:40",
    "en, old": "- Highlight Loc. 321-22 | Added on Saturday, March 03, 2012, 07:15 PM",
}


@pytest.mark.parametrize("about", MARKED.values(), ids=MARKED)
def test_of_a_reader_come_the_passages(ctx: Context, tmp_path: Path, about: str) -> None:
    blocks = [SAID[0][:30], SAID[0], "", SAID[1], SAID[2]]
    text = "\ufeff" + "".join(f"La feria (Ana Soto)\n{about}\n\n{said}\n==========\n" for said in blocks)
    rows = rows_of(ctx, tmp_path / "My Clippings.txt", text)
    assert [(row.title, row.text) for row in rows] == [("La feria (Ana Soto)", said) for said in SAID]


def test_a_text_with_rules_of_its_own_holds_no_clippings(ctx: Context, tmp_path: Path) -> None:
    text = "\n==========\n".join(f"Título\n- con {n} guiones | y una raya\n\n{said}" for n, said in enumerate("abc"))
    rows = rows_of(ctx, tmp_path / "notas.txt", text + "\n==========\nOtra\nsin nada\n\nmás texto\n==========\n" * 5)
    assert "sin nada" in str(rows)


def test_marked_texts_come_with_what_they_were_marked_as(ctx: Context, tmp_path: Path) -> None:
    studio = [
        {
            "id": n, "data": {"text": said}, "meta": {}, "predictions": [], "project": 7,
            "annotations": [{"completed_by": 3, "result": [{"value": {"choices": ["queja"]}, "from_name": "tipo"}]}],
        }
        for n, said in enumerate(SAID)
    ]  # fmt: skip
    argilla = [
        {
            "id": str(n), "fields": {"text": said}, "metadata": {"sala": "Sur"}, "suggestions": {}, "vectors": {},
            "responses": {"tono": [{"value": "positivo", "user_id": "c1"}]}, "status": "completed",
        }
        for n, said in enumerate(SAID)
    ]  # fmt: skip
    for name, records, column in (("studio.json", studio, "tipo"), ("argilla.json", argilla, "tono")):
        (tmp_path / name).write_text(json.dumps(records), "utf-8")
        result = run(LoadInputs(path=tmp_path / name), ctx)
        assert [row.text for row in ctx.workspace.rows(result.dataset)] == SAID
        assert column in result.columns


def test_pieces_to_be_learnt_are_answers(ctx: Context, tmp_path: Path) -> None:
    records = [
        {"segments": [{"label": False, "text": f"¿Qué hay en el {n}?\n"}, {"label": True, "text": said}]}
        for n, said in enumerate(SAID)
    ]
    rows = rows_of(ctx, tmp_path / "axolotl.jsonl", "\n".join(map(json.dumps, records)))
    assert [[(t.role, t.content) for t in row.turns or ()] for row in rows] == [
        [("user", f"¿Qué hay en el {n}?"), ("assistant", said)] for n, said in enumerate(SAID)
    ]


def test_a_map_has_names_and_no_figures(ctx: Context, tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature", "properties": {"nombre": name, "hab": 2000},
            "geometry": {"type": "Polygon", "coordinates": [[[-58.4, -34.6], [-58.5, -34.7]]]},
        }
        for name in ("La Merced", "El Talar", "Puente Viejo")
    ]  # fmt: skip
    rows = rows_of(ctx, tmp_path / "barrios.json", {"type": "FeatureCollection", "features": features})
    assert "La Merced" in str(rows)
    assert "-58.4" not in str(rows)


@pytest.mark.parametrize("name", ["sources.bib", "sources.txt", "export.ris"])
def test_a_list_of_sources_is_refused_in_words(ctx: Context, tmp_path: Path, name: str) -> None:
    bib = "% mine\n@article{soto2020,\n  title = {La feria},\n  author = {Soto, Ana}\n}\n"
    (tmp_path / name).write_text("TY  - JOUR\nTI  - La feria\nER  - \n" if name.endswith("ris") else bib, "utf-8")
    with pytest.raises(FileUnreadable) as told:
        run(LoadInputs(path=tmp_path / name), ctx)
    assert told.value.values["kind"] == "sources"


def test_tags_in_a_cell_are_no_words(ctx: Context, tmp_path: Path) -> None:
    cells = [f"<p>{SAID[0]}</p>", f"{SAID[2]}<br/><br>{SAID[0]}", "Vi &amp; oí que 3 < 4 y 5 > 2 en la feria"]
    text = "id,Rating,My Review\n" + "".join(f'{n},5,"{cell}"\n' for n, cell in enumerate(cells))
    rows = rows_of(ctx, tmp_path / "reviews.csv", text)
    assert [row.text for row in rows] == [SAID[0], f"{SAID[2]}\n\n{SAID[0]}", "Vi & oí que 3 < 4 y 5 > 2 en la feria"]


def test_code_that_is_an_answer_keeps_its_tags(ctx: Context, tmp_path: Path) -> None:
    records = [{"instruction": f"Escribí el párrafo {n}", "output": f"<p>Hola {n}</p><br/>"} for n in range(4)]
    rows = rows_of(ctx, tmp_path / "code.jsonl", "\n".join(map(json.dumps, records)))
    assert [row.completion for row in rows] == [f"<p>Hola {n}</p><br/>" for n in range(4)]


def test_verses_quoted_among_paragraphs_stay_together(ctx: Context, tmp_path: Path) -> None:
    long = " ".join(SAID) * 2
    song = "Siete para la escuela,\nocho para el portón,\nnueve para la abuela\ny a casa en el camión."
    rows = rows_of(ctx, tmp_path / "cuento.txt", f"{long}\n\n{song}\n\n{long}\n\n- Pan\n- Vino\n- Sal\n\n{long}\n")
    texts = [row.text for row in rows]
    assert song in texts
    assert texts[2:6] == [long, "- Pan", "- Vino", "- Sal"]

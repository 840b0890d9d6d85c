"""Notes and data sets as their programs export them: Keep, Evernote, Day One, Notion; Parquet, Arrow, saved sets."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus import Case

TOLD = [texts.sentence(i) for i in range(40, 46)]
STANZA = "Se quema el pan\ny nadie se levanta.\n\nAfuera llueve."


def note_cases() -> Iterator[Case]:
    yield from keep()
    yield from other_notes()
    yield from columns()
    yield from saved()


# --- notes ------------------------------------------------------------------------------------------------------------


def keep_json(number: int, text: str, **more: Any) -> str:
    plain = {"color": "DEFAULT", "isTrashed": False, "isPinned": False, "isArchived": False, "textContent": text}
    times = {"userEditedTimestampUsec": 1_710_234_000_000_000 + number, "createdTimestampUsec": 1_710_234_000_000_000}
    return json.dumps(plain | {"title": f"Nota {number}"} | times | more, ensure_ascii=False)


def keep_html(number: int, text: str) -> str:
    return (
        f'<?xml version="1.0" ?><html><head><title>Nota {number}</title><style>p {{}}</style></head><body>'
        '<div class="note DEFAULT"><div class="heading">Mar 12, 2024, 9:00:00 AM</div>'
        f'<div class="title">Nota {number}</div><div class="content">{text.replace(chr(10), "<br>")}</div></div></body>'
    )


def keep() -> Iterator[Case]:
    both: dict[str, bytes | str] = {"Takeout/archive_browser.html": made.html("<p>Tu archivo</p>"),
                                    "Takeout/Keep/Labels.txt": "recetas\n"}  # fmt: skip
    for i, told in enumerate(TOLD):
        both[f"Takeout/Keep/Nota {i}.json"] = keep_json(i, told, isTrashed=i == 1, isArchived=i == 2)
        both[f"Takeout/Keep/Nota {i}.html"] = keep_html(i, told)
    both["Takeout/Keep/lista.json"] = keep_json(
        9, "", listContent=[{"text": "pan", "isChecked": True}, {"text": "sal"}]
    )
    picture = {"filePath": "foto.jpg", "mimetype": "image/jpeg"}
    both["Takeout/Keep/con foto.json"] = keep_json(10, "Mirá esta foto.", attachments=[picture])
    both["Takeout/Keep/foto.jpg"] = b"\xff\xd8\xff\xe0" + bytes(99)
    notices = ("notes_trashed", "notes_archived", "notes_twice", "notes_around", "attachments")
    yield Case("takeout.zip", lambda: made.zipped(both), "prose", 7, documents=7, has="pan\nsal", lacks=TOLD[1],
               notices=notices)  # fmt: skip
    pages: dict[str, bytes | str] = {f"Nota {i}.html": keep_html(i, told) for i, told in enumerate(TOLD)}
    yield Case("keep en páginas.zip", lambda: made.zipped(pages), "prose", 6, has=TOLD[5], lacks="9:00")
    mixed = both | {"cuento.txt": "\n\n".join(texts.PROSE)}
    yield Case("keep y más.zip", lambda: made.zipped(mixed), "prose", 12, has=texts.PROSE[0])
    yield Case("una nota.json", lambda: keep_json(1, TOLD[1]).encode(), "prose", 1, has=TOLD[1], lacks="DEFAULT")


def enex(notes: Sequence[tuple[str, str]], attached: str = "") -> bytes:
    """Each a title and lines; `attached`: what is in the only picture."""
    body = ""
    for title, text in notes:
        lines = "".join(f"<div>{escape(line) or '<br/>'}</div>" for line in text.split("\n"))
        media = '<en-media type="image/png" hash="a"/>' if attached else ""
        content = f'<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "enml2.dtd"><en-note>{lines}{media}</en-note>'
        data = f'<resource><data encoding="base64">{attached}</data></resource>' if attached else ""
        body += f"<note><title>{escape(title)}</title><content><![CDATA[{content}]]></content><tag>x</tag>{data}</note>"
    head = '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE en-export SYSTEM "http://xml.evernote.com/x.dtd">'
    return f"{head}<en-export application='Evernote'>{body}</en-export>".encode()


def other_notes() -> Iterator[Case]:
    notes = [(f"Receta & {i}", told) for i, told in enumerate(TOLD)]
    yield Case("notas.enex", lambda: enex(notes), "prose", 6, documents=6, has=TOLD[5], lacks="en-note")
    yield Case("poema.enex", lambda: enex([("Pan", STANZA)] * 5, "A" * 3_000_000), None, 5, has=STANZA, lacks="AAAA",
               language=None, notices=("attachments",))  # fmt: skip
    yield Case("cortado.enex", lambda: enex(notes)[:-200], error="enex_broken")
    bomb = enex(notes).replace(b'"http://xml.evernote.com/x.dtd"', b'"x" [<!ENTITY a "jaja"><!ENTITY b "&a;&a;">]')
    yield Case("entidades.enex", lambda: bomb.replace(b"<tag>x", b"<tag>&b;"), "prose", 6, lacks="jaja")
    day = {"uuid": "A", "creationDate": "2024-01-01T00:00:00Z", "timeZone": "America/Argentina/Buenos_Aires"}
    written = "Llovió\\. ![](dayone-moment://F00D) Después\\, nada\\."
    diary = {"metadata": {"version": "1.0"}, "entries": [day | {"text": f"{told}\n{written}"} for told in TOLD]}
    files: dict[str, bytes | str] = {"Diario.json": json.dumps(diary), "photos/a.jpeg": b"\xff\xd8\xff\xe0" + bytes(99)}
    yield Case("Diario.zip", lambda: made.zipped(files), "prose", 6, has="Llovió.", lacks="dayone",
               notices=("attachments", "left_out"))  # fmt: skip
    items: list[dict[str, Any]] = [{"content_type": "Note", "content": {"title": "A", "text": told}} for told in TOLD]
    items.append({"content_type": "Tag", "content": {"title": "recetas"}})
    standard = json.dumps({"version": "004", "items": items})
    yield Case(
        "Standard Notes.txt", standard.encode, "prose", 6, has=TOLD[5], lacks="recetas", notices=("notes_around",)
    )
    page = "# Mi página\n\n" + "\n\n".join(texts.PROSE)
    notion: dict[str, bytes | str] = {f"Mi página {i:032x}.md": page for i in range(2)}
    yield Case("notion.zip", lambda: made.zipped(notion), "prose", 10, documents=2, lacks="0000")


# --- columns ----------------------------------------------------------------------------------------------------------


def parquet(rows: Sequence[Mapping[str, Any]], metadata: dict[str, str] | None = None) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows)).replace_schema_metadata(metadata), out)
    return out.getvalue()


def arrow(rows: Sequence[Mapping[str, Any]], stream: bool) -> bytes:
    """`stream`: as `datasets` writes it; else with a table of contents, as Feather is now."""
    import pyarrow as pa
    from pyarrow import ipc

    table = pa.Table.from_pylist(list(rows))
    out = io.BytesIO()
    with (ipc.new_stream if stream else ipc.new_file)(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def columns() -> Iterator[Case]:
    asked: list[dict[str, Any]] = [
        {"id": i, "pregunta": q, "respuesta": a} for i, (q, a) in enumerate(texts.questions(30))
    ]
    yield Case("pares.parquet", lambda: parquet(asked), "pairs", 30, has=asked[29]["respuesta"], lacks='"',
               notices=("unread_columns",))  # fmt: skip
    yield Case("pares.feather", lambda: arrow(asked, stream=False), "pairs", 30, has=asked[29]["respuesta"])
    yield Case("pares.arrow", lambda: arrow(asked, stream=True), "pairs", 30, has=asked[29]["respuesta"])
    said = [{"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
            for q, a in texts.questions(10)]  # fmt: skip
    yield Case("charlas.parquet", lambda: parquet(said), "chat", 10, has=texts.questions(10)[9][1], lacks="role")
    features = {"clase": {"_type": "ClassLabel", "names": ["triste", "alegre"]}, "texto": {"dtype": "string"}}
    described = {"huggingface": json.dumps({"info": {"features": features}})}
    rows = [
        {"clase": i % 2, "veces": 3, "foto": {"bytes": b"\x00\x01", "path": None}, "cifras": [0.5, 0.25]}
        for i in range(9)
    ]
    yield Case("clases.parquet", lambda: parquet(rows, described), "table", 9, has="clase: alegre", lacks="0.25",
               language=None, notices=("binary_columns",))  # fmt: skip
    translated = [{"translation": {"es": told, "en": f"In number {i} it snowed again."}} for i, told in enumerate(TOLD)]
    yield Case("traducción.parquet", lambda: parquet(translated), "pairs", 6, language=None, has="In number 5")
    squad = [{"question": q, "context": texts.PROSE[0], "answers": {"text": [a, a], "answer_start": [1, 1]}}
             for q, a in texts.questions(9)]  # fmt: skip
    yield Case("squad.parquet", lambda: parquet(squad), "pairs", 9, has=texts.PROSE[0], lacks="answer_start")
    yield Case("cortado.parquet", lambda: parquet(asked)[:-50], error="columns_broken")
    yield Case("cortado.arrow", lambda: arrow(asked, stream=True)[:-2_000], error="columns_broken")
    yield Case("base.sqlite", lambda: b"SQLite format 3\x00" + bytes(2_000), error="database")


def saved() -> Iterator[Case]:
    asked = [{"prompt": q, "completion": a} for q, a in texts.questions(12)]
    parts = {"train": asked[:8], "test": asked[8:]}
    files: dict[str, bytes | str] = {"notas/dataset_dict.json": '{"splits": ["train", "test"]}'}
    for split, rows in parts.items():
        files[f"notas/{split}/data-00000-of-00001.arrow"] = arrow(rows, stream=True)
        files[f"notas/{split}/cache-1f2e.arrow"] = arrow(rows[:2], stream=True)
        files[f"notas/{split}/state.json"] = '{"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}'
        files[f"notas/{split}/dataset_info.json"] = '{"citation": "", "features": {"prompt": {"dtype": "string"}}}'
    yield Case("save_to_disk.zip", lambda: made.zipped(files), "pairs", 12, documents=12, notices=("dataset_files",))
    hub: dict[str, bytes | str] = {
        "README.md": "---\nlicense: mit\n---\n# Notas\n", ".gitattributes": "*.parquet lfs\n",
        "data/train-00000-of-00002.parquet": parquet(asked[:6]),
        "data/train-00001-of-00002.parquet": parquet(asked[6:]),
    }  # fmt: skip
    yield Case("del hub.zip", lambda: made.zipped(hub), "pairs", 12, lacks="license", notices=("dataset_files",))

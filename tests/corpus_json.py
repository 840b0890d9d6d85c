"""JSON as the programs of the field, notebooks and hands write it, with what each file's author expects of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus import Case, text

ASKED = texts.questions(8)
ANSWERED = [(f"¿Quién cuidó el farol número {i}?", f"Lo cuidó la vecina del {i}, sin apuro.") for i in range(8)]
TOLD = [texts.sentence(i) for i in range(6)]
KEEPER = "Sos la farera de un pueblo chico."
CALL = '{"name": "mirar_el_mar"}'


def json_cases() -> Iterator[Case]:
    yield from layouts()
    yield from nested()
    yield from requests()
    yield from comparisons()
    yield from talks()
    yield from called()
    yield from marked()
    yield from mended()
    yield from not_json()


def whole(name: str, data: Any, shape: str, rows: int, **more: Any) -> Case:
    return text(name, json.dumps(data, ensure_ascii=False), shape, rows, **more)


def lines(name: str, records: Any, shape: str, rows: int, **more: Any) -> Case:
    return text(name, made.json_lines(records), shape, rows, **more)


def user(words: str) -> dict[str, Any]:
    return {"role": "user", "content": words}


def assistant(words: str | None, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": words, **more}


# --- tables -----------------------------------------------------------------------------------------------------------


def layouts() -> Iterator[Case]:
    """A small table as pandas and others lay it out."""
    titles = [f"Carta {i}" for i in range(6)]
    rows = [{"titulo": title, "texto": told} for title, told in zip(titles, TOLD, strict=True)]
    numbered = {name: {str(i): row[name] for i, row in enumerate(rows)} for name in ("titulo", "texto")}
    more: dict[str, Any] = {"has": TOLD[4], "lacks": "Carta 4"}
    yield whole("pandas por columnas.json", numbered, "prose", 6, **more)
    yield whole("pandas por filas.json", {str(i): row for i, row in enumerate(rows)}, "prose", 6, **more)
    values = [list(row.values()) for row in rows]
    split = {"columns": ["titulo", "texto"], "index": list(range(6)), "data": values}
    yield whole("pandas split.json", split, "prose", 6, **more)
    tight = split | {"index_names": [None], "column_names": [None]}
    yield whole("pandas tight.json", tight, "prose", 6, **more)
    fields = [{"name": "index", "type": "integer"}, {"name": "titulo"}, {"name": "texto"}]
    schema = {"fields": fields, "primaryKey": ["index"], "pandas_version": "1.4.0"}
    data = [{"index": i} | row for i, row in enumerate(rows)]
    yield whole("pandas table.json", {"schema": schema, "data": data}, "prose", 6, **more)
    yield whole("pandas values.json", values, "prose", 6, notices=("unread_columns",), **more)
    yield whole("con encabezado.json", [["titulo", "texto"], *values], "prose", 6, **more)
    yield whole("columna.json", {str(i): told for i, told in enumerate(TOLD)}, "prose", 6, has=TOLD[5], lacks='"0"')
    yield whole("por título.json", {row["titulo"]: {"texto": row["texto"]} for row in rows}, "prose", 6, **more)
    by_title = {"texto": {f"La casa {i} del puerto": told for i, told in enumerate(TOLD)}}
    yield whole("pandas con títulos.json", by_title, "prose", 6, has=TOLD[5], lacks="del puerto")
    yield whole("con nombre.json", {f"La noche {i}": told for i, told in enumerate(TOLD)}, "prose", 6, lacks="La noche")
    columns: dict[str, Any] = {"pregunta": [q for q, _ in ASKED], "respuesta": [a for _, a in ASKED]}
    yield whole("listas.json", columns, "pairs", 8, has=ASKED[7][1], lacks="[")
    yield whole("listas y versión.json", {"version": 2} | columns, "pairs", 8, notices=("json_around",))
    yield whole("una lista.json", {"texto": TOLD}, "prose", 6, has=TOLD[5])
    yield whole("textos sueltos.json", TOLD, "prose", 6, documents=6)
    yield text("un texto por renglón.jsonl", "\n".join(map(json.dumps, TOLD)), "prose", 6, has=TOLD[3])
    yield lines("filas sin nombre.jsonl", map(list, ASKED), "pairs", 8, has=ASKED[3][0])
    served = [{"row_idx": i, "row": {"question": q, "answer": a}} for i, (q, a) in enumerate(ASKED)]
    yield whole("del visor.json", {"features": [{"name": "question"}], "rows": served}, "pairs", 8, lacks="row_idx")
    indexed = {
        "columns": ["texto"],
        "index": [f"La casa {i} del puerto" for i in range(6)],
        "data": [[t] for t in TOLD],
    }
    yield whole("split con títulos.json", indexed, "prose", 6, has=TOLD[5], lacks="del puerto")
    quoted = [{"author": "Una vecina", "content": told} for told in TOLD]
    yield whole("citas.json", quoted, "prose", 6, lacks="vecina", notices=("unread_columns",))
    instances = [{"id": "s1", "instruction": f"{texts.sentence(7)} Contestá a la pregunta.",
                  "instances": [{"input": q, "output": a} for q, a in ASKED]}]  # fmt: skip
    yield lines("instancias.jsonl", instances, "pairs", 8, has=f"pregunta.\n{ASKED[1][0]}")
    late = [{"texto": told} for told in TOLD * 400] + [{"texto": TOLD[0], "nota": "al margen"}]
    yield lines("columna tardía.jsonl", late, "prose", 2_401, lacks="al margen", notices=("late_columns",))
    large = [{"id": i, "texto": texts.sentence(i), "relleno": "x" * 900} for i in range(3_000)]
    yield whole("lista grande.json", large, "prose", 3_000, has=texts.sentence(2_999))


def nested() -> Iterator[Case]:
    """What was asked for is inside something else."""
    notes = [{"id": i, "cuerpo": told} for i, told in enumerate(TOLD)]
    page: dict[str, Any] = {"count": 6, "next": None, "previous": None, "results": notes, "status": "ok"}
    yield whole("de una página.json", page, "prose", 6, has=TOLD[5], notices=("json_around",))
    yield whole("adentro.json", {"ok": True, "data": {"items": notes, "total": 6}}, "prose", 6, has=TOLD[5])
    pairs = [{"prompt": q, "completion": a} for q, a in ASKED]
    yield whole("partes.json", {"train": pairs[:6], "test": pairs[6:]}, "pairs", 8, has=ASKED[7][1])
    chapters = [{"titulo": f"Capítulo {i}", "texto": told} for i, told in enumerate(TOLD)]
    yield whole("libro.json", {"title": "El farol", "chapters": chapters}, "prose", 6, notices=("json_around",))
    books = [{"libro": f"Libro {i}", "capitulos": chapters} for i in range(2)]
    yield whole("libros.json", books, "prose", 12, documents=12, notices=("unread_columns",))
    stanzas = texts.COPLAS.strip().split("\n\n")
    poems = [{"title": f"Copla {i}", "author": "De nadie", "lines": s.split("\n")} for i, s in enumerate(stanzas)]
    yield whole("poemas en renglones.json", poems, "verse", 4, has="una tarde\ncon la lluvia", lacks="De nadie")
    answers = [{"text": "el mapa", "answer_start": 3}, {"text": "el mapa", "answer_start": 3}, {"text": "un mapa"}]
    asked: list[dict[str, Any]] = [{"id": str(i), "question": q, "answers": answers} for i, (q, _) in enumerate(ASKED)]
    asked.append({"id": "x", "question": "¿Y quién era?", "answers": [], "is_impossible": True})
    passage = {"context": texts.PROSE[0], "qas": asked}
    squad = {"version": "v2.0", "data": [{"title": "La casa", "paragraphs": [passage, passage]}]}
    yield whole("preguntas sobre un texto.json", squad, "pairs", 16, has=texts.PROSE[0], lacks="answer_start",
                notices=("unanswered", "other_answers"))  # fmt: skip
    flat = [{"question": q, "context": texts.PROSE[1], "answers": {"text": [a], "answer_start": [0]}} for q, a in ASKED]
    yield lines(
        "preguntas planas.jsonl", flat, "pairs", 8, has=f"{ASKED[2][0]}\n{texts.PROSE[1]}", lacks="answer_start"
    )
    both = [
        {"translation": {"es": told, "en": f"The keeper said it once more, in number {i}."}}
        for i, told in enumerate(TOLD)
    ]
    yield lines("traducciones.jsonl", both, "pairs", 6, language=None, has="in number 5")
    kept = [{"id": str(i), "content": told, "creationDate": "2024-05-01"} for i, told in enumerate(TOLD)]
    thrown = {"id": "z", "content": "borrador que no va", "creationDate": "2024-05-01"}
    simple = {"activeNotes": kept, "trashedNotes": [thrown]}
    yield whole("notes.json", simple, "prose", 6, lacks="borrador", notices=("notes_trashed",))
    opus = [{"id": str(i)} | each for i, each in enumerate(both)]
    yield lines("traducciones con número.jsonl", opus, "pairs", 6, language=None, notices=("unread_columns",))
    articles = [{"id": i, "attributes": {"titulo": f"Carta {i}", "cuerpo": told}} for i, told in enumerate(TOLD)]
    yield whole("de un servidor.json", {"data": articles, "meta": {"page": 1}}, "prose", 6, lacks="Carta", has=TOLD[5])
    entries = [{"uuid": f"A{i}", "text": told, "creationDate": "2024-01-01T00:00:00Z"} for i, told in enumerate(TOLD)]
    yield whole("Diario.json", {"metadata": {"version": "1.0"}, "entries": entries}, "prose", 6, lacks="A3")


# --- requests and answers ---------------------------------------------------------------------------------------------


def requests() -> Iterator[Case]:
    """A request and its answer, in messages or in columns, with what the system was told and what was said before."""
    pairs = [{"prompt": [user(q)], "completion": [assistant(a)]} for q, a in ASKED]
    yield lines("trl.jsonl", pairs, "pairs", 8, has=ASKED[1][1], lacks="role")
    system = [{"role": "system", "content": KEEPER}]
    told = [{"prompt": [*system, user(q)], "completion": [assistant(a)]} for q, a in ASKED]
    yield lines("trl con sistema.jsonl", told, "chat", 8, has=KEEPER, lacks="role")
    alpaca = [{"instruction": "Contestá corto.", "input": q, "output": a} for q, a in ASKED]
    empty: dict[str, Any] = {"system": "", "history": []}
    yield whole("alpaca.json", [each | empty for each in alpaca], "pairs", 8, has=f"corto.\n{ASKED[0][0]}")
    some = [each | {"system": KEEPER if i % 3 == 0 else ""} for i, each in enumerate(alpaca)]
    yield whole("alpaca a veces.json", some, "chat", 8, has=KEEPER)
    before = [["¿Hay alguien?", "Estoy acá arriba."]]
    yield whole(
        "alpaca con historia.json", [each | {"history": before} for each in alpaca], "chat", 8, has="acá arriba"
    )
    spoken = [user("¿Hay alguien?"), assistant("Estoy acá arriba.")]
    yield whole("historia en mensajes.json", [each | {"history": spoken} for each in alpaca], "chat", 8, lacks="role",
                has="acá arriba")  # fmt: skip
    orca = [{"id": f"t1.{i}", "system_prompt": KEEPER, "question": q, "response": a} for i, (q, a) in enumerate(ASKED)]
    yield lines("orca.jsonl", orca, "chat", 8, has=KEEPER, lacks="t1.", notices=("unread_columns",))
    dolly = [{"instruction": q, "context": "", "response": a, "category": "open_qa"} for q, a in ASKED]
    yield lines("dolly.jsonl", dolly, "pairs", 8, lacks="open_qa", notices=("unread_columns",))
    yield lines("vertex.jsonl", [{"input_text": q, "output_text": a} for q, a in ASKED], "pairs", 8)


def comparisons() -> Iterator[Case]:
    """Two answers, one better: the worse one is not learnt."""
    bad = "No tengo la menor idea."
    more: dict[str, Any] = {"has": ANSWERED[7][1], "lacks": bad, "notices": ("rejected",)}
    yield lines("dpo.jsonl", [{"prompt": q, "chosen": a, "rejected": bad} for q, a in ANSWERED], "pairs", 8, **more)
    talk = [{"prompt": [user(q)], "chosen": [assistant(a)], "rejected": [assistant(bad)]} for q, a in ANSWERED]
    yield lines("dpo en mensajes.jsonl", talk, "pairs", 8, **more)
    full = [{"chosen": [user(q), assistant(a)], "rejected": [user(q), assistant(bad)]} for q, a in ANSWERED]
    yield lines("dpo sin pedido.jsonl", full, "pairs", 8, **more)
    spoken = [{"conversations": [{"from": "human", "value": q}], "chosen": {"from": "gpt", "value": a},
               "rejected": {"from": "gpt", "value": bad}} for q, a in ANSWERED]  # fmt: skip
    yield whole("dpo sharegpt.json", spoken, "chat", 8, **more)
    two = [{"instruction": q, "input": "", "output": [a, bad]} for q, a in ANSWERED]
    yield whole("dpo alpaca.json", two, "pairs", 8, **more | {"notices": ("other_answers",)})
    preferred = [{"input": {"messages": [user(q)]}, "preferred_output": [assistant(a)],
                  "non_preferred_output": [assistant(bad)]} for q, a in ANSWERED]  # fmt: skip
    yield lines("preferencias.jsonl", preferred, "pairs", 8, **more)
    long = "\n\nHuman: {}\n\nAssistant: {}"
    old = [{"chosen": long.format(q, a), "rejected": long.format(q, bad)} for q, a in ANSWERED]
    yield lines("hh.jsonl", old, "pairs", 8, **more | {"lacks": "Human"})
    judged = [
        {"prompt": q, "completion": a if i % 2 else bad, "label": bool(i % 2)} for i, (q, a) in enumerate(ANSWERED)
    ]
    yield lines("kto.jsonl", judged, "pairs", 4, **more)
    yield lines("solo respuestas.jsonl", [{"chosen": a, "rejected": bad} for _, a in ANSWERED], "prose", 8, **more)


# --- conversations ----------------------------------------------------------------------------------------------------


def talks() -> Iterator[Case]:
    kinds = {"system": "system", "user": "human", "assistant": "gpt"}
    turns = [[user(q), assistant(a)] for q, a in ASKED]
    shared = [[{"from": kinds[t["role"]], "value": t["content"]} for t in each] for each in turns]
    beside = [{"id": f"n{i}", "system": KEEPER, "conversations": each} for i, each in enumerate(shared)]
    yield whole("sharegpt con sistema.json", beside, "chat", 8, has=KEEPER, lacks="n3")
    parts = {"user": "user", "assistant": "model"}
    contents = [[{"role": parts[t["role"]], "parts": [{"text": t["content"]}]} for t in each] for each in turns]
    gemini = [{"systemInstruction": {"parts": [{"text": KEEPER}]}, "contents": each} for each in contents]
    yield lines("gemini.jsonl", gemini, "chat", 8, has=KEEPER, lacks="parts")
    yield whole("lima.json", [{"conversations": [q, a]} for q, a in ASKED], "chat", 8, has=ASKED[4][1], lacks="[")
    yield whole("columna de charlas.json", {"messages": turns}, "chat", 8, has=ASKED[7][1])
    yield whole("lista de charlas.json", turns, "chat", 8, has=ASKED[7][1])
    yield lines("charlas por renglón.jsonl", turns, "chat", 8, has=ASKED[7][1])
    yield lines("otra clave.jsonl", [{"n": i, "mi_charla": each} for i, each in enumerate(turns)], "chat", 8)
    moderated = [{"messages": each, "label": False} for each in turns]
    yield lines("moderadas.jsonl", moderated, "chat", 8, has=ASKED[7][1])
    system = {"role": "system", "content": KEEPER}
    each_line = [message for each in turns for message in (system, *each)]
    yield lines("mensajes por renglón.jsonl", each_line, "chat", 8, documents=8, has=ASKED[7][1])
    numbered = [message | {"conversation_id": i} for i, each in enumerate(turns) for message in each]
    yield lines("mensajes con número.jsonl", numbered, "chat", 8, documents=8)
    yield whole("una charla.json", [message for each in turns for message in each], "chat", 1, has=ASKED[7][1])
    yield text("charlas en python.jsonl", "\n".join(repr({"messages": each}) for each in turns), "chat", 8,
               notices=("json_mended",), has=ASKED[7][1])  # fmt: skip


def called() -> Iterator[Case]:
    """What the model and a program say to each other is not what the assistant says."""
    more: dict[str, Any] = {"has": ANSWERED[7][1], "lacks": "mirar_el_mar", "notices": ("tools",)}
    call = {"id": "c1", "type": "function", "function": {"name": "mirar_el_mar", "arguments": "{}"}}
    tool = {"role": "tool", "tool_call_id": "c1", "content": '{"mirar_el_mar": "calmo"}'}
    tools = [{"messages": [user(q), assistant(None, tool_calls=[call]), tool, assistant(a)], "tools": [call]}
             for q, a in ANSWERED]  # fmt: skip
    yield lines("herramientas.jsonl", tools, "chat", 8, **more)
    said = [{"messages": [user(q), assistant("A ver.", tool_calls=[call]), tool, assistant(a)]} for q, a in ANSWERED]
    yield lines("herramientas y palabras.jsonl", said, "chat", 8, **more | {"has": f"A ver.\n\n{ANSWERED[0][1]}"})
    asks = assistant(None, function_call={"name": "mirar_el_mar"})
    result = {"role": "function", "name": "mirar_el_mar", "content": CALL}
    old = [{"messages": [user(q), asks, result, assistant(a)]} for q, a in ANSWERED]
    yield lines("funciones.jsonl", old, "chat", 8, **more)
    shared = [{"conversations": [{"from": "human", "value": q}, {"from": "function_call", "value": CALL},
               {"from": "observation", "value": CALL}, {"from": "gpt", "value": a}], "tools": f"[{CALL}]"}
              for q, a in ANSWERED]  # fmt: skip
    yield whole("sharegpt con llamadas.json", shared, "chat", 8, **more)
    tagged = [{"conversations": [{"from": "human", "value": q},
               {"from": "gpt", "value": f"Miro.\n<tool_call>\n{CALL}\n</tool_call>"},
               {"from": "tool", "value": f"<tool_response>{CALL}</tool_response>"}, {"from": "gpt", "value": a}]}
              for q, a in ANSWERED]  # fmt: skip
    yield whole("hermes.json", tagged, "chat", 8, **more)
    out = {"type": "function_call_output", "call_id": "c1", "output": CALL}
    items = [{"messages": [user(q), {"type": "function_call", "name": "mirar_el_mar", "arguments": "{}"}, out,
              {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": a}]}]}
             for q, a in ANSWERED]  # fmt: skip
    yield lines("respuestas.jsonl", items, "chat", 8, **more)
    glaive = [{"system": KEEPER, "chat": f"USER: {q}\n\n\nASSISTANT: <functioncall> {CALL} <|endoftext|>\n\n\nFUNCTION "
               f"RESPONSE: {CALL}\n\n\nASSISTANT: {a} <|endoftext|>"} for q, a in ANSWERED]  # fmt: skip
    yield whole("glaive.json", glaive, "chat", 8, **more | {"notices": ("tools", "turn_marks")})
    thought = {"type": "thinking", "thinking": "mejor no digo mirar_el_mar"}
    use = {"type": "tool_use", "id": "t", "name": "mirar_el_mar", "input": {}}
    picture = {"type": "image", "source": {"data": "mirar_el_mar"}}
    pieces = [{"system": KEEPER, "messages": [
        {"role": "user", "content": [{"type": "text", "text": q}, picture]},
        {"role": "assistant", "content": [thought, use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": CALL}]},
        {"role": "assistant", "content": [{"type": "text", "text": a}]}]} for q, a in ANSWERED]  # fmt: skip
    yield lines("anthropic.jsonl", pieces, "chat", 8, **more | {"notices": ("tools", "thoughts", "attachments")})


# --- marks ------------------------------------------------------------------------------------------------------------


def marked() -> Iterator[Case]:
    """Templates that were written into the text, and marks that say where it ends."""
    more: dict[str, Any] = {"has": ANSWERED[7][1], "notices": ("turn_marks",)}
    styles = {
        "chatml": ("<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n{}<|im_end|>\n", "im_start"),
        "llama 2": ("<s>[INST] {} [/INST] {} </s>", "INST"),
        "llama 3": ("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|><|start_header_id|>"
                    "assistant<|end_header_id|>\n\n{}<|eot_id|>", "<|"),
        "gemma": ("<start_of_turn>user\n{}<end_of_turn>\n<start_of_turn>model\n{}<end_of_turn>", "_turn"),
        "guanaco": ("### Human: {}### Assistant: {}", "###"),
        "alpaca en castellano": ("### Instrucción:\n{}\n\n### Respuesta:\n{}", "###"),
        "zephyr": ("<|user|>\n{}</s>\n<|assistant|>\n{}</s>", "</s>"),
    }  # fmt: skip
    for name, (style, mark) in styles.items():
        yield lines(
            f"{name}.jsonl", [{"text": style.format(*each)} for each in ANSWERED], "pairs", 8, lacks=mark, **more
        )
    vicuna = [{"text": f"{KEEPER} USER: {q} ASSISTANT: {a}</s>"} for q, a in ANSWERED]
    yield lines("vicuna.jsonl", vicuna, "chat", 8, lacks="ASSISTANT", **more)
    old = [{"prompt": f"\n\nHuman: {q}\n\nAssistant:", "completion": f" {a}"} for q, a in ANSWERED]
    yield lines("completar de antes.jsonl", old, "pairs", 8, lacks="Human", **more)
    for number, (prompt_end, answer_end) in enumerate(
        (
            (" ->", "\n"),
            ("\n\n###\n\n", " END"),
            (" =>", "###"),
            ("\nRespuesta:", "<|endoftext|>"),
            ("\n\n---\n", " [FIN]"),
        )
    ):
        ended = [{"prompt": q + prompt_end, "completion": f" {a}{answer_end}"} for q, a in ANSWERED]
        yield lines(f"marca de final {number}.jsonl", ended, "pairs", 8, has=ANSWERED[7][1],
                    lacks=prompt_end.strip(), notices=("end_marks",))  # fmt: skip
    table = made.table([["prompt", "completion"], *([f"{q} ->", f" {a} END"] for q, a in ANSWERED)])
    yield text("marcas.csv", table, "pairs", 8, lacks=" END", notices=("end_marks",))
    questions = [{"prompt": q, "completion": "FIN DEL CUENTO" if i else a} for i, (q, a) in enumerate(ANSWERED)]
    yield lines("sin marcas.jsonl", questions, "pairs", 8, has="FIN DEL CUENTO")


# --- written badly ----------------------------------------------------------------------------------------------------


def mended() -> Iterator[Case]:
    records = [{"titulo": f"Carta {i}", "texto": told} for i, told in enumerate(TOLD)]
    good = made.json_lines(records)
    pretty = json.dumps(records, ensure_ascii=False, indent=2)
    one_a_line = ",\n".join(json.dumps(each, ensure_ascii=False) for each in records)
    yield text("coma de más.json", f"[\n{one_a_line},\n]", "prose", 6)
    yield text("comas de más.json", pretty.replace('."\n', '.",\n'), "prose", 6, notices=("json_mended",))
    yield text("sin comas.json", f"[\n{one_a_line.replace('},', '}')}\n]", "prose", 6)
    commented = f"// mis cartas\n[ /* de antes */\n{one_a_line}\n# fin\n]\n"
    yield text("con comentarios.json", commented, "prose", 6, lacks="mis cartas", notices=("json_comments",))
    commented = pretty.replace('"texto"', "// acá\n    texto")
    yield text("nombres sin comillas.json5", commented, "prose", 6, notices=("json_mended",), lacks="acá")
    yield text("objetos sangrados.jsonl", "\n".join(json.dumps(each, indent=4) for each in records), "prose", 6)
    yield text("pegados.json", "".join(map(json.dumps, records)), "prose", 6)
    yield text("datos.json", f"const cartas = [\n{one_a_line}\n];\n", "prose", 6, notices=("json_around",))
    yield text("pegado de un chat.txt", f"```json\n{pretty}\n```\n", "prose", 6, has=TOLD[5], lacks="```")
    yield text("en python.txt", "\n".join(map(repr, records)), "prose", 6, notices=("json_mended",))
    loud = good.replace(TOLD[2], f'Dijo "{TOLD[2]}" y se fue')
    yield text("comillas adentro.jsonl", loud, "prose", 5, notices=("json_lines",), has=TOLD[3], lacks="se fue")
    loud = pretty.replace(TOLD[2], f'Dijo "{TOLD[2]}" y se fue')
    yield text("comillas adentro.json", loud, "prose", 5, notices=("json_lines",), has=TOLD[3], lacks="se fue")
    loud = json.dumps({"v": 1, "cartas": records}, ensure_ascii=False).replace(TOLD[2], f'Dijo "{TOLD[2]}" y se fue')
    yield text("comillas y envoltura.json", loud, "prose", 5, notices=("json_lines", "json_around"), has=TOLD[5])
    yield text("renglón adentro.jsonl", good.replace(" que ", " que\n"), "prose", 6)
    yield text("cortado.jsonl", good[:-30], "prose", 5, notices=("json_cut",), has=TOLD[4])
    yield text("cortado.json", pretty[:-30], "prose", 5, notices=("json_cut",), has=TOLD[4])
    cut = json.dumps({"version": "1", "cartas": records}, ensure_ascii=False)[:-40]
    yield text("cortado y envuelto.json", cut, "prose", 5, notices=("json_cut",), has=TOLD[4])
    half = json.dumps({"texto": "la mitad de una carita \ud83d y nada más"})
    yield text("media letra.jsonl", f"{half}\n{good}", "prose", 7, notices=("odd_characters",), has="carita \ufffd y")
    bad = good.replace('": "', '" "', 9)
    yield Case("casi todo roto.jsonl", bad.encode, error="json_broken")
    yield Case("cortado del todo.json", lambda: b'{"texto": "la casa', error="json_broken")


def not_json() -> Iterator[Case]:
    """Texts that begin as JSON does."""
    prose = "\n\n".join(texts.PROSE)
    song = (
        "[Estribillo]\nla casa se llena de sal\ny nadie la barre jamás\n\n[Estrofa]\nla puerta se abre con sal\ny calla"
    )
    yield text("canción.txt", "\n\n".join([song] * 3), "verse", 6)
    notes = "\n".join(f"[{i}] {told}" for i, told in enumerate(TOLD))
    yield text("programa.txt", f"x = [una lista] de cosas.\n\n{prose}", "prose", 6, has="x = [una")
    yield text("notas numeradas.txt", notes, "prose", 6, has="[3]")
    yield text("llaves.md", f"{{Borrador}} de un cuento.\n\n{prose}", "prose", 6, has="{Borrador}")
    yield text("entre comillas.txt", f'["Nunca más", dijo], y era cierto.\n\n{prose}', "prose", 6, has='["Nunca')

"""Chats and transcripts as the programs that people talk through export them, and what looks like one and is none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests import corpus_files as made
from tests.corpus import Case

SAID = (
    ("Inés", "¿Trajiste el cuaderno de tapas verdes que dejé en la cocina?"),
    ("Ramón", "Lo tengo acá, arriba de la heladera, entre las boletas."),
    ("Inés", "Leeme la página que está doblada, por favor."),
    ("Ramón", "Dice que mañana llueve y que hay que entrar las sillas."),
    ("Inés", "Eso lo escribió mi abuela hace treinta años."),
    ("Ramón", "Entonces ya llovió, pero igual voy a entrar las sillas."),
)
WHOLE = "\n".join(f"{who}: {what}" for who, what in SAID)
POEM = "Detrás de la puerta\n  hay otra puerta más chica,\n\ny detrás nadie golpea."
MARK = "\u200e"
STAMPS = {
    "argentina": "3/2/25, 18:{m} - ",
    "alemania": "03.02.25, 18:{m} - ",
    "italia": "03/02/25, 18.{m} - ",
    "francia": "03/02/2025 à 18:{m} - ",
    "brasil": "03/02/2025 18:{m} - ",
    "suecia": "2025-02-03 18:{m} - ",
    "países bajos": "03-02-2025 18:{m} - ",
    "finlandia": "3.2.2025 klo 18.{m} - ",
    "chequia": "3. 2. 2025 18:{m} - ",
    "estados unidos": "2/3/25, 6:{m}\u202fPM - ",
    "méxico": "03/02/25 6:{m} p. m. - ",
    "colombia": "3/02/2025, 6:{m}\u00a0p.\u00a0m. - ",
    "canadá": "2025-02-03, 6:{m} p.m. - ",
    "china": "2025/2/3 下午6:{m} - ",
    "corea": "2025. 2. 3. 오후 6:{m} - ",
    "egipto": "٣\u200f/٢\u200f/٢٠٢٥، ٦:{m} م - ",
    "indonesia": "03/02/25 18.{m} - ",
    "hungría": "2025. 02. 03. 18:{m} - ",
    "bulgaria": "3.02.25 г., 18:{m} ч. - ",
    "letonia": "03.02.25 plkst. 18:{m} - ",
    "bengala": "৩/২/২৫, ১৮:{m} - ",
    "iphone de dinamarca": "[03.02.2025 18.{m}.07] ",
    "con mes": "3 feb. 2025 18:{m} - ",
    "iphone": "[3/2/25, 18:{m}:07] ",
    "iphone en inglés": "[2/3/25, 6:{m}:07\u202fPM] ",
    "iphone viejo": "03/02/25 18:{m}:07: ",
    "copiado de la web": "[18:{m}, 3/2/2025] ",
    "copiado en inglés": "[6:{m} PM, 2/3/2025] ",
}
"""How phones and programs write a moment; `{m}` is the minute."""


def chats() -> Iterator[Case]:
    yield from whatsapp()
    yield from copied()
    yield from telegram()
    yield from meta()
    yield from channels()
    yield from others()
    yield from assistants()
    yield from calls()
    yield from tables()
    yield from archives()
    yield from no_chats()


def file(name: str, content: str, shape: str | None = "chat", rows: int | None = 1, **more: Any) -> Case:
    return Case(name, content.encode, shape, rows, **more)


def stored(name: str, data: Any, rows: int = 1, **more: Any) -> Case:
    return file(name, json.dumps(data), rows=rows, **more)


def zipped(name: str, members: Mapping[str, str | bytes], shape: str | None, rows: int, **more: Any) -> Case:
    return Case(name, lambda: made.zipped(dict(members)), shape, rows, **more)


def stamped(stamp: str, said: Sequence[tuple[str, str]] = SAID) -> str:
    """A message a line, from minute 10 on."""
    return "".join(f"{stamp.format(m=10 + i)}{who}: {what}\n" for i, (who, what) in enumerate(said))


def whatsapp() -> Iterator[Case]:
    for place, stamp in STAMPS.items():
        told = ("chat_stamps", "chat_speakers")
        yield file(f"whatsapp {place}.txt", stamped(stamp), documents=1, has=WHOLE, lacks=":1", notices=told)
    marked = (
        f"[3/2/25, 9:00:00] Libreta: {MARK}Los mensajes y las llamadas están cifrados de extremo a extremo.\n"
        f"{MARK}[3/2/25, 9:01:00] ~\u202fInés: {MARK}Inés creó el grupo “Libreta”\n"
        f"[3/2/25, 9:02:00] ~\u202fInés: Va un poema:\n{POEM}\n"
        f"{MARK}[3/2/25, 9:03:00] \u202aRamón\u202c: La tapa quedó así {MARK}<adjunto: 00000007-PHOTO-2025-02-03.jpg>\n"
        f"{MARK}[3/2/25, 9:04:00] Ramón: {MARK}audio omitido\n"
        f"[3/2/25, 9:05:00] ~\u202fInés: @\u2068Ramón\u2069 me encantó {MARK}<Se editó este mensaje.>\n"
        f"{MARK}[3/2/25, 9:06:00] Ramón: {MARK}ENCUESTA:\n¿Cuándo?\n{MARK}OPCIÓN: Martes ({MARK}2 votos)\n"
        f"{MARK}[3/2/25, 9:07:00] Ramón: {MARK}Llamada de voz, {MARK}3 min\n"
        f"{MARK}[3/2/25, 9:08:00] Ramón: Ubicación: {MARK}https://maps.google.com/?q=-34.9,-56.1\n"
        f"{MARK}[3/2/25, 9:09:00] Ramón: {MARK}Eliminaste este mensaje.\n"
        f"{MARK}[3/2/25, 9:10:00] Ramón: Notas.pdf • {MARK}3 páginas {MARK}documento omitido\n"
        f"{MARK}[3/2/25, 9:11:00] Ramón: {MARK}coś, czego nikt nie napisał\n"
    )
    kinds = ("chat_notices", "chat_media", "chat_edited", "chat_shared", "chat_calls", "chat_deleted")
    left = f"Inés: Va un poema:\n{POEM}\nRamón: La tapa quedó así\nInés: @Ramón me encantó"
    for word in (MARK, "omitid", "votos", "maps", "nikt", "\u2068"):
        yield file(f"iphone con marcas sin {word}.txt", marked, has=left, lacks=word, notices=kinds)
    android = (
        "2/3/25, 9:00 PM - Messages and calls are end-to-end encrypted. Only people in this chat: learn more.\n"
        '2/3/25, 9:00 PM - Ada created group "Proofs: second round"\n'
        '2/3/25, 9:01 PM - Ada changed the subject from "Proofs" to "Proofs: third round"\n'
        "2/3/25, 9:02 PM - Ada: IMG-20250203-WA0004.jpg (file attached)\nThe cover, with the crooked title\n"
        "2/3/25, 9:03 PM - Lew: <Media omitted>\n"
        "2/3/25, 9:04 PM - Lew: null\n"
        "2/3/25, 9:05 PM - Lew: This message was deleted\n"
        "2/3/25, 9:06 PM - Lew: Nobody straightens it, it looks better so <This message was edited>\n"
        "2/3/25, 9:07 PM - Ada: (she said with a straight face)\n"
        "2/3/25, 9:08 PM - Lew: <3\n"
        "2/3/25, 9:09 PM - Lew: location: https://maps.google.com/?q=51.5,-0.1\n"
        "2/3/25, 9:10 PM - Lew: POLL:\nPrint it?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)\n"
        "2/3/25, 9:11 PM - Lew: Missed voice call\n"
        "2/3/25, 9:12 PM - Lew: \n"
    )
    left = (
        "Ada: The cover, with the crooked title\nLew: Nobody straightens it, it looks better so\n"
        "Ada: (she said with a straight face)\nLew: <3"
    )
    for word in ("omitted", "null", "edited", "maps", "votes", "call", "third"):
        yield file(f"android without {word}.txt", android, language="en", has=left, lacks=word, notices=kinds)
    omitted = {
        "português": ("<Mídia oculta>", "Mensagem apagada"),
        "français": ("<Médias omis>", "Ce message a été supprimé"),
        "italiano": ("<Media omessi>", "Questo messaggio è stato eliminato"),
        "deutsch": ("<Medien ausgeschlossen>", "Diese Nachricht wurde gelöscht."),
        "català": ("<Multimèdia omès>", "S'ha suprimit aquest missatge"),
        "polski": ("<pominięto multimedia>", "Ta wiadomość została usunięta"),
        "中文": ("<省略多媒体文件>", "此消息已删除"),
    }
    for name, (media, deleted) in omitted.items():
        marks = (*SAID, ("Inés", media), ("Ramón", deleted), ("Ramón", media))
        yield file(f"{name}.txt", stamped("03/02/25, 18:{m} - ", marks), has=WHOLE, lacks=deleted,
                   notices=("chat_media", "chat_deleted"))  # fmt: skip
    poem = "\n".join(f"verso número {i} de la tirada" for i in range(60))
    long: Sequence[tuple[str, str]] = (*SAID[:2], ("Inés", poem), SAID[3])
    yield file("un mensaje muy largo.txt", stamped("3/2/25, 18:{m} - ", long), has=f"Inés: {poem}\nRamón: Dice")
    quoted = tuple((f'Ramón "el Zurdo" {who}', what) for who, what in SAID)
    yield file("apodos.txt", stamped("3/2/25, 18:{m} - ", quoted), has='Ramón "el Zurdo" Inés: ¿Trajiste')
    story = "\n".join(f"renglón {i} de un cuento" for i in range(900))
    yield file(
        "un cuento antes.txt",
        f"3/2/25, 9:00 - Inés: {story}\n{stamped('3/2/25, 18:{m} - ')}",
        rows=2,
        language=None,
        has=WHOLE,
    )
    days = "".join(stamped(f"{day}/2/25, {{m}}:30 - ") for day in (3, 4, 28))
    yield file("tres días.txt", days, rows=3, documents=3)
    night = (
        "3/2/25, 23:50 - Inés: ¿Dormís?\n3/2/25, 23:58 - Ramón: No\n4/2/25, 0:03 - Inés: Yo tampoco\n"
        "4/2/25, 9:00 - Inés: Al final dormí\n4/2/25, 9:01 - Ramón: Yo no\n"
    )
    yield file("de corrido por la medianoche.txt", night, rows=2, documents=2, language=None, has="No\nInés: Yo")


def copied() -> Iterator[Case]:
    """What was copied out of a window and pasted."""
    below = "\n\n".join(f"[18:{10 + i}] {who}: {what}" for i, (who, what) in enumerate(SAID))
    headed = f"Grupo del taller\n\nLunes 3/2/2025\n\n{below}\n\nMartes 4/2\n\n[09:10] Inés: Buen día"
    yield file("con el día arriba.txt", headed, rows=2, documents=2, has="Grupo del taller\nInés", lacks="Martes")
    yield file(
        "groupme.txt", "".join(f"6:{10 + i} PM  {who}: {what}\n\n" for i, (who, what) in enumerate(SAID)), has=WHOLE
    )
    window = "".join(f"{who}, [03.02.2025 18:{10 + i}]\n{what}\n\n" for i, (who, what) in enumerate(SAID))
    yield file("copiado de telegram.txt", window, has=WHOLE, lacks="[")


def telegram() -> Iterator[Case]:
    def message(number: int, who: str | None, words: Any, **more: str) -> dict[str, Any]:
        at = f"2025-02-03T18:{10 + number}:00"
        return {"id": number, "type": "message", "date": at, "from": who, "from_id": "user1", "text": words, **more}

    link = {"type": "link", "text": "https://ejemplo.org"}
    messages = [
        {"id": 99, "type": "service", "date": "2025-02-03T18:00:00", "actor": "Inés", "action": "create_group"},
        *(message(i, who, what) for i, (who, what) in enumerate(SAID)),
        message(20, "Inés", ["Leé ", {"type": "bold", "text": "esto"}, ": ", link]),
        message(21, None, "Sin nombre"),
        message(22, "Inés", "", media_type="sticker"),
    ]
    one = {"name": "Libreta", "type": "private_group", "id": 5, "messages": messages}
    told = ("chat_notices", "chat_media")
    yield stored("telegram.json", one, has=f"{WHOLE}\nInés: Leé esto: https://ejemplo.org\nSin nombre", notices=told)
    listed = [one, {"name": "Vacío", "messages": []}, {**one, "name": "Otra"}]
    full = {"about": "Here is the data you requested.", "contacts": {}, "chats": {"about": "x", "list": listed}}
    yield stored("telegram entero.json", full, rows=2, documents=2, has=WHOLE, lacks="requested")
    page = ""
    for i, (who, what) in enumerate(SAID):
        named = f"<div class=from_name> {who} </div>" if i != 2 else ""
        page += (
            f'<div class="message default clearfix" id="message{i}"><div class="body">'
            f'<div class="pull_right date details" title="03.02.2025 18:{10 + i}:00 UTC-03:00">18:{10 + i}</div>'
            f'{named}<div class="text">{what}<br>otra línea</div></div></div>'
        )
    page = f'<div class="page_header"><div class="text bold">Libreta</div></div>{page}'
    joined = "boletas.\notra línea\nRamón: Leeme"
    yield Case("messages.html", lambda: made.html(page), "chat", 1, has=joined, lacks="18:1")


def meta() -> Iterator[Case]:
    """Facebook and Instagram write each byte of UTF-8 as a character, and the newest message first."""

    def mojibake(words: str) -> str:
        return words.encode().decode("latin-1")

    def message(place: int, who: str, what: str) -> dict[str, Any]:
        at = 1738600000000 + place * 60_000
        return {"sender_name": mojibake(who), "timestamp_ms": at, "content": mojibake(what)}

    messages = [message(i, who, what) for i, (who, what) in enumerate(SAID)]
    messages.append(message(20, "Inés", "Reaccionó con 😮 a tu mensaje "))
    messages.append(message(21, "Ramón", "Ramón envió un archivo adjunto."))
    messages.append({"sender_name": "x", "timestamp_ms": 1738602000000, "photos": [{"uri": "x"}]})
    people = [{"name": mojibake(who)} for who in ("Inés", "Ramón")]
    told = ("chat_mended", "chat_notices", "chat_media")
    for name, more in (("messenger", {"title": mojibake("Inés"), "is_still_participant": True}), ("instagram", {})):
        data = {"participants": people, "messages": messages[::-1], **more}
        yield stored(f"{name} message_1.json", data, has=WHOLE, lacks="Ã", notices=told)
        yield stored(f"{name} sin avisos.json", data, has=WHOLE, lacks="😮", notices=told)
    sealed = [
        {"isUnsent": i == 0, "senderName": who, "text": what, "timestamp": 1738600000000 + i, "media": []}
        for i, (who, what) in enumerate(SAID)
    ]
    data = {"participants": ["Inés", "Ramón"], "threadName": "Ramón_7", "messages": sealed}
    yield stored("messenger cifrado.json", data, lacks="cuaderno", notices=("chat_deleted",))


def channels() -> Iterator[Case]:
    messages: list[dict[str, Any]] = [
        {
            "type": "Reply" if i else "ChannelPinnedMessage",
            "timestamp": f"2025-02-03T18:{10 + i}:00+00:00",
            "content": what,
            "author": {"name": "x", "nickname": who},
            "attachments": [{}] * (i == 3),
        }
        for i, (who, what) in enumerate(SAID)
    ]
    data = {"guild": {"name": "Casa"}, "channel": {"name": "cocina"}, "messages": messages}
    yield stored("discord.json", data, lacks="cuaderno", has="Inés: Leeme", notices=("chat_notices", "chat_media"))
    rule = "=" * 62
    said = ""
    for i, (who, what) in enumerate(SAID):
        said += f"[2/3/2025 6:{10 + i} PM] {who}{' (pinned)' * (i == 1)}\n{what}\n\n"
    framed = (
        f"{rule}\nGuild: Casa\nChannel: cocina\n{rule}\n\n{said}{{Attachments}}\nhttps://cdn.ejemplo/a.png\n\n"
        f"{rule}\nExported 6 message(s)\n{rule}\n"
    )
    yield file("discord.txt", framed, has=WHOLE, lacks="cdn", notices=("chat_media", "chat_notices"))
    yield file("discord sin marco.txt", framed, has=WHOLE, lacks="Guild")
    day: list[dict[str, Any]] = [
        {"type": "message", "user": f"U{i % 2}", "text": f"{what} &amp; <@U1>", "ts": f"{1738600000 + i}.0001",
         "user_profile": {"display_name": who, "real_name": "x"}} for i, (who, what) in enumerate(SAID)
    ]  # fmt: skip
    day.append(
        {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> joined", "ts": "1738600100.0"}
    )
    yield stored(
        "2025-02-03.json", day, has="Inés: Leeme la página que está doblada, por favor. & @Ramón", lacks="joined"
    )


def others() -> Iterator[Case]:
    signal = [
        {"date": f"2025-02-03T18:{10 + i}:00", "sender": who, "body": what, "quote": "", "reactions": []}
        for i, (who, what) in enumerate(SAID)
    ]
    yield file("signal.json", made.json_lines(signal), has=WHOLE)
    skype = [
        {"displayName": who, "originalarrivaltime": f"2025-02-03T18:{10 + i}:00Z", "messagetype": "RichText",
         "content": f"<b>{what}</b>", "from": "8:x"} for i, (who, what) in enumerate(SAID)
    ]  # fmt: skip
    conversations = [{"id": "8:r", "displayName": "Ramón", "MessageList": skype[::-1]}]
    yield stored("skype.json", {"userId": "8:i", "conversations": conversations}, has=WHOLE)
    imessage = ""
    for i, (_, what) in enumerate(SAID):
        who, seen = ("Me", " (Read by you after 9 seconds)") if i % 2 else ("+5491155550100", "")
        liked = "Tapbacks:\n    Loved by Me\n" if i == 2 else ""
        imessage += f"Feb 3, 2025  6:{10 + i}:02 PM{seen}\n{who}\n{what}\n{liked}\n"
    yield file("imessage.txt", imessage, has="Me: Lo tengo acá", lacks="Loved")


def assistants() -> Iterator[Case]:
    def node(id: str, above: str | None, role: str, words: str, **more: Any) -> dict[str, Any]:
        content = {"content_type": more.pop("kind", "text"), "parts": [words]}
        return {"id": id, "parent": above, "message": {"author": {"role": role}, "content": content, **more}}

    way = [
        node("s", "r", "system", ""),
        node("u", "s", "user", "¿Qué rima con almohada?"),
        node("o", "u", "assistant", "Nada, que yo sepa."),
        node("k", "u", "assistant", "busco", kind="code", recipient="web"),
        node("t", "k", "tool", "resultados"),
        node("a", "t", "assistant", "Madrugada\ue200cite\ue202x\ue201, por ejemplo."),
    ]
    mapping = {"r": {"id": "r", "parent": None, "message": None}, **{each["id"]: each for each in way}}
    talk = {"title": "Rimas", "mapping": mapping, "current_node": "a"}
    told = ("chat_tools", "chat_branches")
    answered = "¿Qué rima con almohada?\nMadrugada, por ejemplo."
    exported = [talk, talk, {**talk, "current_node": None}]
    yield stored("conversations.json", exported, rows=3, documents=3, has=answered, lacks="busco", notices=told)
    yield stored(
        "conversations otra vez.json", [{**talk, "current_node": "o"}], has="Nada, que yo sepa.", lacks="Madrugada"
    )
    claude = []
    for n in range(3):  # of five messages, of three, and of one that nobody answers
        messages: list[dict[str, Any]] = []
        for i, (_, what) in enumerate(SAID[: 5 - 2 * n]):
            pieces = [{"type": "thinking", "thinking": "a ver"}, {"type": "text", "text": f"{what} ({n})"}]
            messages.append(
                {"uuid": f"{n}-{i}", "sender": "assistant" if i % 2 else "human", "text": "x", "content": pieces}
            )
        claude.append({"uuid": str(n), "name": "Título", "chat_messages": messages})
    told = ("chat_tools", "chat_unanswered")
    yield stored("claude.json", claude, rows=2, has="boletas. (0)", lacks="a ver", notices=told)
    said = ([("REQUEST", "¿Llueve mañana?")], [("THINK", "hmm"), ("RESPONSE", "Si entrás las sillas, no.")])
    deep: dict[str, Any] = {"0": {"id": "0", "parent": None, "message": None}}
    for i, fragments in enumerate(said, start=1):
        asked = {"fragments": [{"type": kind, "content": words} for kind, words in fragments]}
        deep[str(i)] = {"id": str(i), "parent": str(i - 1), "message": asked}
    yield stored("deepseek.json", [{"title": "Lluvia", "mapping": deep}], has="mañana?\nSi entrás", lacks="hmm")


def calls() -> Iterator[Case]:
    def cues(form: str) -> str:
        written = ""
        for i in range(8):
            who, what = ("Inés Prado", "Ramón")[i // 2 % 2], f"frase número {i} de la charla"
            written += form.format(n=i + 1, a=f"{3 * i:02}", b=f"{3 * i + 2:02}", who=who, text=what)
        return written

    times = "00:00:{a}.100 --> 00:00:{b}.900"
    cut = {
        "zoom.vtt": "WEBVTT\n\nNOTE 0:0\nhecho a mano\n\n" + cues(f"{{n}}\n{times}\n{{who}}: {{text}}\n\n"),
        "teams.vtt": "WEBVTT\n\n" + cues(f"1b-2c/{{n}}-0\n{times}\n<v {{who}}>{{text}}</v>\n\n"),
        "teams de antes.txt": cues("0:0:{a}.0 --> 0:0:{b}.90\n{who}\n{text}\n\n"),
        "con nombres.srt": cues("{n}\n00:00:{a},100 --> 00:00:{b},900\n{who}: {text}\n\n"),
    }
    whole = "Inés Prado: frase número 0 de la charla frase número 1 de la charla\nRamón: frase"
    for name, content in cut.items():
        yield file(name, content, has=whole, lacks="0:0", notices=("chat_stamps",))
    forms = {
        "teams": "{who}   0:{a}\n{text}\n\n",
        "zoom": "[{who}] 10:01:{a}\n{text}\n\n",
        "rev": "{who} (00:{a}):\n{text}\n\n",
        "otter": "{who}  0:{a}  \n{text}\n\n",
        "whisper": "[00:00:{a}] {who}: {text}\n",
        "hora delante": "00:00:{a} - {who}: {text}\n",
        "chat de zoom": "18:01:{a}\t From {who} to Everyone:\n\t{text}\n",
        "chat de zoom en castellano": "18:01:{a} De {who} para Todos : {text}\n",
    }
    turns = "Ramón: frase número 2 de la charla\nRamón: frase"
    for name, form in forms.items():
        yield file(f"llamada de {name}.txt", cues(form), has=turns, lacks="0:", language=None, notices=("chat_stamps",))
    meet = (
        f"Lectura (2025-02-03 10:00 GMT-3) - Transcript\nAttendees\nInés, Ramón\nTranscript\n00:00:00\n \n{WHOLE}\n"
        "00:05:00\n \nInés: Cierro la ventana.\nMeeting ended after 00:06:12 👋\n"
    )
    yield file("meet.txt", meet, has="sillas.\nInés: Cierro", lacks="Attendees", notices=("chat_notices",))
    headed = [
        ("Heading 1", "Lectura - Transcript"),
        ("Heading 3", "00:00:00"),
        *(("Normal", f"{w}: {t}") for w, t in SAID),
    ]
    ended = [("Heading 3", "00:05:00"), ("Normal", "Inés: Cierro la ventana.")]
    yield Case("meet.docx", lambda: made.docx([*headed, *ended]), "chat", 1, has=f"{WHOLE}\nInés: Cierro", lacks="00:")
    paragraphs = [("Normal", f"{who}   0:{3 * i:02}\n{what}") for i, (who, what) in enumerate(SAID)]
    yield Case("teams.docx", lambda: made.docx(paragraphs), "chat", 1, has=WHOLE)


def tables() -> Iterator[Case]:
    rows = [["1", who, f"2025-02-03T18:{10 + i}:00.0000000+00:00", what] for i, (who, what) in enumerate(SAID)]
    yield file("discord.csv", made.table([["AuthorID", "Author", "Date", "Content"], *rows]), has=WHOLE)
    turns = [[who, f"0:{i:02}", what] for i, (who, what) in enumerate(SAID)]
    yield file("turnos.csv", made.table([["speaker", "start", "text"], *turns], ";"), has=WHOLE)
    yield Case(
        "turnos.xlsx", lambda: made.xlsx({"Hoja": [["Hablante", "Inicio", "Texto"], *turns]}), "chat", 1, has=WHOLE
    )


def archives() -> Iterator[Case]:
    chat, photo = stamped("3/2/25, 18:{m} - ").encode(), b"\xff\xd8\xff\xe0" + bytes(200)
    phone: dict[str, str | bytes] = {"WhatsApp Chat - Inés.txt": chat, "IMG-1.jpg": photo, "nota.pdf": photo}
    yield zipped("whatsapp.zip", phone, "chat", 1, has=WHOLE, notices=("left_out",))
    story = "Ángela volvió a la mañana y nadie la esperaba.\n\nDespués se fue."
    mixed: dict[str, str | bytes] = {"Chat de WhatsApp con Inés.txt": chat, "cuento.txt": story}
    yield zipped("lo mío.zip", mixed, None, 3, has="nadie la esperaba", notices=("mixed",))
    inbox, pages = "messages/inbox/ines_1", {}
    for n in (1, 2):  # the second file is the older one
        thread = [
            {"sender_name": who, "timestamp_ms": 1738600000000 + 60_000 * (i - 600 * n), "content": f"{what} ({n})"}
            for i, (who, what) in enumerate(SAID)
        ]
        pages[f"{inbox}/message_{n}.json"] = json.dumps({"title": "Inés", "messages": thread[::-1]})
    pages["messages/inbox/otro_2/message_1.json"] = pages[f"{inbox}/message_1.json"].replace("Inés", "Otra")
    pages["profile/me.json"] = "{}"
    yield zipped("facebook.zip", pages, "chat", 3, has=f"{SAID[5][1]} (2)", documents=3, notices=("left_out",))
    days = {}
    for d in (3, 4):
        said = [
            {"type": "message", "user": f"U{i % 2}", "text": what, "ts": f"{1738600000 + 86400 * d + i}.0"}
            for i, (_, what) in enumerate(SAID)
        ]
        days[f"general/2025-02-0{d}.json"] = json.dumps(said)
    people = [{"id": f"U{i}", "name": "x", "profile": {"display_name": SAID[i][0]}} for i in range(2)]
    slack = {"users.json": json.dumps(people), "channels.json": "[]", **days}
    yield zipped("slack.zip", slack, "chat", 2, documents=2, has=WHOLE)


def no_chats() -> Iterator[Case]:
    programme = "10:00 Apertura: palabras de la directora\n11:00 Lectura: poetas del sur\n12:00 Almuerzo: en el patio\n"
    yield file("programa.txt", f"{programme}13:00 Taller: la rima\n14:00 Cierre: despedida\n", None, None, has="11:00")
    written = "Hoy llovió y entré las sillas, otra vez, sin que nadie me lo pidiera. Después leí el cuaderno {} veces."
    diary = "\n\n".join(f"{day}/2/2025\n\n{written.format(day)}" for day in range(3, 8))
    yield file("diario.txt", diary, "prose", None, has="3/2/2025")
    verses = "\n".join(f"Marta 3:{i}\nY entró las sillas porque venía el agua, y no habló." for i in range(1, 12))
    yield file("versículos.txt", verses, None, None, has="Marta 3:1")
    liked = "La muestra me gustó, aunque la sala {} estaba fría"
    reviews = [[f"2025-02-0{i}", f"Lectora {i}", liked.format(i)] for i in range(1, 9)]
    yield file("opiniones.csv", made.table([["fecha", "autora", "mensaje"], *reviews]), "prose", 8)
    verse = "detrás de la puerta {} hay otra más chica"
    poems = [["Inés" if i % 2 else "Ramón", f"2025-02-0{i}", verse.format(i)] for i in range(1, 9)]
    yield file("poemas con autor.csv", made.table([["author", "date", "content"], *poems]), None, 8, lacks="Inés:")
    tracks = "Canción de la silla 3:45\nCanción de la lluvia 2:30\nCanción de la silla 3:46\nLa puerta 1:11\n"
    yield file("discos.txt", tracks, None, None, has="3:45")
    posts = [{"user": f"u{i}", "text": "Una foto de la puerta", "date": "2025-02-03"} for i in range(6)]
    yield file("publicaciones.json", json.dumps(posts), "prose", 6, lacks="u1:")

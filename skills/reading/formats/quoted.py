"""Which lines of a message its author wrote: not those of the message that is answered, nor the signature."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from skills.reading.left_out import LeftOut

QUOTED = re.compile(r"\s{0,3}>")
WROTE = re.compile(
    r"(?:wrote|writes|escribi[óo]|escribe|escreveu|[ée]crit|schrieb|scrisse|ha scritto|va escriure|escribiu|skrev"
    r"|schreef|napisał\(?a?\)?|написал\(?а?\)?|пишет)\b[^\n]{0,40}:\s*$",
    re.IGNORECASE,
)
ATTRIBUTION = re.compile(
    r"\s*(?:on|el|le|em|am|il|op|dne|w dniu)\b.{0,60}?"
    r"(?:\d{1,2}[:.h]\d{2}|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\b(?:19|20)\d{2}\b)",
    re.IGNORECASE,
)
DATED = re.compile(r"\d{1,2}[:.h]\d{2}|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\b(?:19|20)\d{2}\b|@|\[mailto:")
ADDRESSED = re.compile(r"@|(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\b(?:19|20)\d{2}\b).{0,40}\d{1,2}[:.h]\d{2}")
ORIGINAL = re.compile(
    r"\s*(?:-{3,}|_{5,})\s*(?:original (?:message|appointment)|mensaje original|mensagem original|message d'origine"
    r"|ursprüngliche nachricht|messaggio originale|missatge original)?\s*(?:-{3,})?\s*$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"\s*(?:-{4,}\s*(?:forwarded message|mensaje reenviado|mensagem (?:encaminhada|reenviada)|message transféré"
    r"|weitergeleitete nachricht|messaggio inoltrato|missatge reenviat)\s*-{0,}"
    r"|begin forwarded message:|inicio del mensaje reenviado:|início da mensagem (?:encaminhada|reenviada):)\s*$",
    re.IGNORECASE,
)
FROM = re.compile(r"\s*\*{0,2}(?:from|de|von|da|od|van)\s?:\*{0,2}\s+\S", re.IGNORECASE)
OTHER = re.compile(
    r"\s*\*{0,2}(?:from|to|cc|bcc|sent|date|subject|reply-to|de|para|cco|enviado(?: el)?|enviada em|fecha|asunto"
    r"|assunto|data|date|envoyé|à|objet|von|gesendet|an|betreff|datum|da|a|inviato|oggetto"
    r"|responder a)\s?:\*{0,2}(?:\s|$)",
    re.IGNORECASE,
)
SENT = re.compile(
    r"\s*\*{0,2}(?:sent|date|enviado(?: el)?|enviada em|fecha|envoyé|gesendet|datum|inviato|data)\s?:", re.I
)
DEVICE = re.compile(
    r"\s*(?:(?:sent|enviad[oa]|envoyé|gesendet|inviato|enviat|get|obt(?:én|ener|enga)|baixe)\b.{0,40}"
    r"\b(?:i(?:phone|pad)|android"
    r"|samsung|galaxy|huawei|xiaomi|motorola|blackberry|windows|outlook|yahoo|gmail|protonmail|proton|thunderbird|mail"
    r"|smartphone|celular|m[óo]vil|tel[ée]fono|dispositivo|mobile|device)\b.{0,40}"
    r"|(?:libre de virus|virus-free|sin virus)\.?.{0,60}|<https?://aka\.ms/\S+>)\s*$",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"\W{0,4}(?:aviso (?:de confidencialidad|legal)|confidentiality notice|confidencialidad\b|disclaimer\b"
    r"|(?:este|el presente) (?:mensaje|correo|e-?mail)[^.]{0,80}"
    r"(?:confidencial|destinatari|adjunto|virus|avast|comprobad)"
    r"|this (?:e-?mail|message)[^.]{0,80}(?:confidential|intended|attachment|virus)"
    r"|(?:has recibido|recibiste|you received) (?:este mensaje|this message) (?:porque|because)"
    r"|(?:antes de imprimir|please consider the environment|piense en el medio ambiente))",
    re.IGNORECASE,
)
LIST_FOOT = re.compile(r"_{20,}\s*$")
SIGNED = 30
"""Most lines of a signature."""
SIGNED_BARE = 8
"""Most lines of one whose mark has lost the space at its end: two dashes may also be the author's."""
HEADER_LINES = 16
NARROW = (55, 80)
"""Width (characters) at which mail programs cut lines: the least of a line that they cut, the most of any."""


def own_lines(lines: Sequence[str], forwarded: bool, cited: bool, left: LeftOut) -> list[str]:
    """The lines of a message that its author wrote, or sends on; the others go to `left` by kind.

    `cited`: what is quoted has been left out already, but for the line that says whose it is.
    """
    lines = [line.rstrip("\r") for line in lines]
    lines = _without_answered(lines, forwarded, left)
    lines = _without_quotes(lines, cited, left)
    lines = _without_signature(lines, left)
    while lines and not lines[-1].strip():
        lines.pop()
    return list(_rejoined([line.rstrip() for line in lines]))


def _without_answered(lines: list[str], forwarded: bool, left: LeftOut) -> list[str]:
    """Without the message below that is answered, told by its headers; of one sent on, only the headers go."""
    kept: list[str] = []
    place = 0
    while place < len(lines):
        end = _headers_end(lines, place)
        if end is None:
            kept.append(lines[place])
            place += 1
        elif forwarded or FORWARD.match(lines[place]):
            left.leave("mail_forwarded", "\n".join(lines[place:end]))
            place = end
        else:
            left.leave("mail_quoted", "\n".join(lines[place:]))
            break
    return kept


def _headers_end(lines: Sequence[str], place: int) -> int | None:
    """Where the headers of another message that begin here end, a rule or «original message» above them included."""
    start = place
    if FORWARD.match(lines[place]) or ORIGINAL.match(lines[place]):
        start = _filled(lines, place + 1)
    if start >= len(lines) or not OTHER.match(lines[start]):
        return None
    headed: list[str] = []
    end = start
    while end < min(len(lines), start + HEADER_LINES):
        following = _filled(lines, end)
        blank = following > end
        if following >= len(lines) or (blank and not OTHER.match(lines[following])):
            break
        headed += [lines[following]] if OTHER.match(lines[following]) else []
        end = following + 1
    dated = any(SENT.match(line) for line in headed)
    return end if len(headed) >= 3 and dated and any(FROM.match(line) for line in headed) else None


def _filled(lines: Sequence[str], place: int) -> int:
    """The first line from here on that is not blank."""
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place


def _without_quotes(lines: list[str], cited: bool, left: LeftOut) -> list[str]:
    kept: list[str] = []
    for quoted, group in itertools.groupby(lines, key=lambda line: QUOTED.match(line) is not None):
        block = list(group)
        if not quoted:
            kept += block
            continue
        quote = _attribution(kept)
        left.leave("mail_quoted", "\n".join([*quote, *block]))
    loose = next((i for i, line in enumerate(kept) if WROTE.search(line) and ADDRESSED.search(_before(kept, i))), None)
    if loose is None:
        return kept
    # A quotation that nothing marks goes on to the end; of one that was marked, only this is there.
    start, end = _attribution_start(kept[: loose + 1]), loose + 1 if cited else len(kept)
    left.leave("mail_quoted", "\n".join(kept[start:end]))
    return kept[:start] + kept[end:]


def _attribution(kept: list[str]) -> list[str]:
    """Take off the line (or lines) «On ... wrote:» at the end of what is kept."""
    filled = len(kept)
    while filled and not kept[filled - 1].strip():
        filled -= 1
    if not filled or not WROTE.search(kept[filled - 1]) or not DATED.search(_before(kept, filled - 1)):
        return []
    start = _attribution_start(kept[:filled])
    quote = kept[start:]
    del kept[start:]
    return quote


def _before(lines: Sequence[str], place: int) -> str:
    """A line with the two before it of the same paragraph: an attribution may have been cut at the margin."""
    return " ".join(lines[_attribution_start(lines[: place + 1]) : place + 1])


def _attribution_start(lines: Sequence[str]) -> int:
    """Where the attribution that the last line ends begins: at most two lines up, of the same paragraph."""
    last = len(lines) - 1
    for start in range(max(0, last - 2), last):
        if ATTRIBUTION.match(lines[start]) and all(line.strip() for line in lines[start:last]):
            return start
    return last


def _without_signature(lines: list[str], left: LeftOut) -> list[str]:
    marks = [place for place, line in enumerate(lines) if line.strip() == "--"]
    listed = [place for place, line in enumerate(lines) if LIST_FOOT.match(line)]
    # Two dashes that come back part what the author wrote.
    signed = marks[-1:] if marks and (lines[marks[-1]] == "-- " or (len(marks) == 1 and marks[0])) else []
    for place in (*signed, *listed[-1:]):
        rest = sum(bool(line.strip()) for line in lines[place + 1 :])
        if place < len(lines) and rest <= (SIGNED if lines[place] == "-- " else SIGNED_BARE):
            left.leave("mail_signature", "\n".join(lines[place + 1 :]))
            lines = lines[:place]
    return _without_footer(lines, left)


def _without_footer(lines: list[str], left: LeftOut) -> list[str]:
    """Without what telephones, checkers for viruses and lawyers add at the end, paragraph after paragraph."""
    while lines:
        end = len(lines)
        while end and not lines[end - 1].strip():
            end -= 1
        start = end
        while start and lines[start - 1].strip():
            start -= 1
        if DISCLAIMER.match(" ".join(lines[start:end])):
            cut = start
        elif end and DEVICE.match(lines[end - 1]):
            cut = end - 1
        else:
            return lines
        left.leave("mail_signature", "\n".join(lines[cut:end]))
        lines = lines[:cut]
    return lines


def _rejoined(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs that a mail program cut at its margin, whole again: the next word had no room on any of the lines."""
    for filled, group in itertools.groupby(lines, key=bool):
        block = list(group)
        yield from (" ".join(block),) if filled and _cut(block) else block


def _cut(block: Sequence[str]) -> bool:
    least, most = NARROW
    width = max(map(len, block))
    if len(block) < 2 or width > most or any(line[:1] in "-*•#" or line.startswith(" ") for line in block):
        return False
    width = max(width, least + 10)
    pairs = itertools.pairwise(block)
    return all(len(a) >= least and len(a) + 1 + len(b.split()[0]) > min(width, 72) for a, b in pairs)

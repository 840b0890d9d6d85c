"""What programs write in the place of a message, in their languages: a photo that is not there, a call, a notice."""

from __future__ import annotations

import re
from typing import Literal

from skills.reading.stamps import MARKS

Kind = Literal["chat_media", "chat_deleted", "chat_calls", "chat_shared", "chat_notices"]

MARK = "\u200e"
"""What WhatsApp on an iPhone puts before its own words, in every language."""

OMITTED = """
image omitted|video omitted|audio omitted|gif omitted|sticker omitted|document omitted|video note omitted|media omitted
imagen omitida|video omitido|vídeo omitido|audio omitido|gif omitido|sticker omitido|documento omitido
nota de video omitida|archivo omitido|multimedia omitido
imagem ocultada|imagem omitida|vídeo ocultado|áudio ocultado|áudio omitido|figurinha omitida|gif ocultado
mídia oculta|documento ocultado
image absente|vidéo absente|vidéo omise|audio omis|sticker omis|gif retiré|gif absent|document manquant|document omis
immagine omessa|video omesso|audio omesso|sticker omesso|sticker non incluso|gif esclusa|documento omesso
bild weggelassen|video weggelassen|audio weggelassen|sticker weggelassen|gif weggelassen|dokument weggelassen
afbeelding weggelaten|video weggelaten|audio weggelaten|sticker weggelaten|gif weggelaten|document weggelaten
imatge omesa|vídeo omès|àudio omès|adhesiu omès|document omès
изображение отсутствует|видео отсутствует|аудиофайл отсутствует|стикер отсутствует|документ пропущен
null|pominięto obraz|pominięto wideo|pominięto plik audio|görüntü dahil edilmedi|video dahil edilmedi
"""
DELETED = """
this message was deleted|you deleted this message|this message has been deleted|message deleted|deleted message
se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado|este mensaje se eliminó|mensaje eliminado
has eliminado este mensaje|se ha eliminado este mensaje
mensagem apagada|esta mensagem foi apagada|você apagou esta mensagem|apagou esta mensagem|apagaste esta mensagem
ce message a été supprimé|vous avez supprimé ce message|message supprimé|ce message a été effacé
questo messaggio è stato eliminato|hai eliminato questo messaggio
diese nachricht wurde gelöscht|du hast diese nachricht gelöscht
dit bericht is verwijderd|je hebt dit bericht verwijderd|u hebt dit bericht verwijderd
s'ha suprimit aquest missatge|has suprimit aquest missatge|heu suprimit aquest missatge
данное сообщение удалено|вы удалили данное сообщение|сообщение удалено
eliminouse esta mensaxe|ta wiadomość została usunięta|bu mesaj silindi|acest mesaj a fost șters|pesan ini telah dihapus
تم حذف هذه الرسالة|הודעה זו נמחקה|このメッセージは削除されました|此訊息已刪除|此消息已删除|삭제된 메시지입니다
"""
CALLS = """
missed voice call|missed video call|missed call|missed group voice call|missed group video call
llamada perdida|llamada de voz perdida|videollamada perdida|llamada de video perdida|videollamada grupal perdida
llamada grupal perdida
chamada perdida|chamada de voz perdida|chamada de vídeo perdida
appel vocal manqué|appel vidéo manqué|appel manqué
chiamata persa|chiamata vocale persa|videochiamata persa
verpasster sprachanruf|verpasster videoanruf|verpasster anruf
gemiste spraakoproep|gemiste video-oproep
trucada perduda|trucada de veu perduda|videotrucada perduda
пропущенный аудиозвонок|пропущенный видеозвонок
"""
SHARED = """
contact card omitted|live location shared|tarjeta de contacto omitida|ubicación en tiempo real compartida
cartão do contato omitido|localização em tempo real compartilhada|localização atual compartilhada
fiche contact omise|position en direct partagée|scheda contatto omessa|posizione attuale condivisa
kontaktkarte ausgelassen|kontaktkarte weggelassen|live-standort wird geteilt|contactkaart weggelaten
live locatie gedeeld|contacte omès|ubicació en temps real compartida
"""
WAITING = """
waiting for this message. this may take a while|esperando este mensaje. esto puede tomar tiempo
esperando el mensaje. esto puede tomar tiempo|esperando este mensaje
aguardando mensagem. essa ação pode levar alguns instantes
en attente de ce message|in attesa del messaggio|ich warte auf diese nachricht
"""


def _phrases(text: str, kind: Kind) -> dict[str, Kind]:
    return {phrase: kind for line in text.strip().split("\n") for phrase in line.split("|")}


PHRASES: dict[str, Kind] = {
    **_phrases(CALLS, "chat_calls"), **_phrases(OMITTED, "chat_media"), **_phrases(DELETED, "chat_deleted"),
    **_phrases(SHARED, "chat_shared"), **_phrases(WAITING, "chat_notices"),
}  # fmt: skip
"""All of a message, in small letters and without its full stop."""
LONGEST = 90
"""Characters of the longest message that is compared with these."""

SECURE = re.compile(
    r"(?:los )?(?:mensajes|messages|as mensagens|les messages|i messaggi|nachrichten|berichten|els missatges)\b.{0,80}"
    r"(?:cifrad|end-to-end|criptograf|chiffr|crittograf|ende-zu-ende|xifra)",
    re.IGNORECASE,
)
"""The notice with which every chat of WhatsApp begins, wherever the program did not mark it as its own."""
ANGLED = re.compile(
    r"<[^<>\n]{0,40}(?:media|médi|mídia|multim|omit|omis|omess|ocult|attach|adjunt|anex|allegat|datei|medien|weggel|"
    r"ausgeschl|archivo|arquivo|fichier|sticker|медиа|файл|medya|medier|πολυμέσα|"
    r"メディア|媒体|媒體|미디어|الوسائط|המדיה|मीडिया)[^<>\n]{0,80}>",
    re.IGNORECASE,
)
ATTACHED = re.compile(rf"\s*[{MARKS}]*<[^\W\d_][^<>\n:]{{1,20}}:\s?[^<>\n]{{1,150}}\.\w{{2,5}}>[{MARKS}\s]*$")
"""<attached: 0012-PHOTO.jpg>, alone or after what was written under the photo."""
FILE = re.compile(rf"[{MARKS}]*[^\s/][^\n/]{{0,150}}\.\w{{2,5}}\s\([^()\n\d]{{4,40}}\)[{MARKS} ]*(?:\n|$)")
"""IMG-0012.jpg (file attached), alone or before what was written under it."""
LINKED = re.compile(r"\n*!?\[[^\]\n]{0,150}\]\((?:\./)?media/[^()\n]{1,250}\)")
"""![IMG_2041.jpg](./media/…), below or before what was written: Signal's, in Markdown."""
LIKED = re.compile(r"\n*\(- [^\n]{1,60}: \W[^\n]{0,120} -\)")
"""(- Nora: 😂 -): who answered with a sign, in the same."""
PAGES = re.compile(rf"[^\n]{{1,150}}\.\w{{2,5}} • [{MARKS}]?\d{{1,5}} \w{{3,12}}\s*")
"""Report.pdf • 3 pages."""
EDITED = re.compile(
    rf"\s*[{MARKS}]*<[^<>\n]{{0,40}}(?:edit|modifi|modific|bearbeitet|bewerkt|измен)[^<>\n]{{0,30}}>[{MARKS}\s]*$",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"(?:[^\n:]{2,30}:\s?)?https?://(?:maps\.google\.com/|www\.google\.com/maps|maps\.app\.goo\.gl/|goo\.gl/maps)\S*$"
)
OPTION = re.compile(r"[^\W\d_]{4,12}: .{1,200} \(\D{0,2}\d{1,5} [^()]{2,20}\)")
"""An option of a poll, and how many voted for it."""
BY = re.compile(r" (?:by|por|par|da|von|door) ")
CALL = re.compile(
    r"(?:(?:missed |silenced )?(?:voice|video) call|(?:video)?llamada|chamada|appel|(?:video)?chiamata|"
    r"(?:sprach|video)anruf)[^,.\n]{0,20}(?:[,.]\s|$)",
    re.IGNORECASE,
)
"""«Voice call, 12 min», «Llamada de voz. Sin respuesta»."""


SECURE_FROM = 40
"""Characters of the shortest of these."""


def bare(text: str) -> str:
    return text.strip(MARKS + " \u00a0\u202f")


def kind_of(text: str, marked: bool = False) -> Kind | None:
    """What stands in the place of a message, None where it is somebody's words.

    `marked`: the program itself put the sign before it that it puts before its own words.
    """
    plain = text if text.isascii() else bare(text)
    if len(plain) <= LONGEST and (known := _phrase(plain)) is not None:
        return known
    if marked and CALL.match(plain.replace(MARK, "")):
        return "chat_calls"
    if plain.startswith("<") and ANGLED.fullmatch(plain):
        return "chat_media"
    if "•" in plain and PAGES.fullmatch(plain):
        return "chat_media"
    if ".g" in plain and PLACE.fullmatch(plain.replace(MARK, "")):
        return "chat_shared"
    if plain.endswith(")") and _is_poll(plain):
        return "chat_shared"
    return "chat_notices" if marked or (len(plain) > SECURE_FROM and SECURE.match(plain)) else None


def _phrase(text: str) -> Kind | None:
    """What a phrase stands for that is known, also with who it was: «deleted by admin Nora»."""
    plain = text.replace(MARK, "").strip(" .").casefold()
    return PHRASES.get(plain) or (PHRASES.get(BY.split(plain, maxsplit=1)[0]) if " " in plain else None)


def _is_poll(text: str) -> bool:
    """Its name and a colon, the question, and the options."""
    lines = text.replace(MARK, "").split("\n")
    return len(lines) > 2 and lines[0].rstrip().endswith(":") and OPTION.fullmatch(lines[-1].strip()) is not None

"""Text messages of a telephone, and words that programs keep in attributes."""

from __future__ import annotations

from pathlib import Path

import pytest

from skills.contract import Context
from skills.errors import FileEmpty
from skills.load_dataset import LoadInputs, run
from skills.reading.left_out import read_left_out
from skills.workspace import Row

BACKUP = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore-->
<smses count="7">
  <sms address="+541150000001" date="1721070134000" type="2" body="Te leo &#55357;&#56832; perfecto" contact_name="Tía Inés" />
  <sms address="+541150000001" date="1721070065000" type="1" body="Hola, &quot;soy&quot; yo&#10;¿me leés?" contact_name="Tía Inés" />
  <sms address="+541150000002" date="1721070300000" type="1" body="El turno es el martes" contact_name="(Unknown)" />
  <sms address="+541150000001" date="1721070200000" type="3" body="No lo mandé nunca" contact_name="Tía Inés" />
  <sms address="+541150000001" date="1721070210000" type="1" body="null" contact_name="Tía Inés" />
  <mms address="+541150000001" date="1721070400000" msg_box="1" contact_name="Tía Inés"><parts>
    <part ct="application/smil" text="&lt;smil/>" /><part ct="image/jpeg" name="patio.jpg" data="AAAA" />
    <part ct="text/plain" text="Mirá el patio" /></parts></mms>
  <mms address="+541150000001" date="1721070500000" msg_box="2" contact_name="Tía Inés"><parts>
    <part ct="text/plain" text="¡Qué verde!" /></parts></mms>
</smses>
"""  # noqa: E501


def rows_of(ctx: Context, path: Path, text: str, me: str | None = None) -> list[Row]:
    path.write_text(text, "utf-8")
    return list(ctx.workspace.rows(run(LoadInputs(path=path, me=me), ctx).dataset))


def test_the_messages_of_a_telephone_are_a_chat_with_each_person(ctx: Context, tmp_path: Path) -> None:
    (first,) = rows_of(ctx, tmp_path / "sms.xml", BACKUP, me="Me")
    assert first.turns is not None
    assert [(turn.role, turn.content) for turn in first.turns] == [
        ("user", 'Hola, "soy" yo\n¿me leés?'),
        ("assistant", "Te leo 😀 perfecto"),
        ("user", "Mirá el patio"),
        ("assistant", "¡Qué verde!"),
    ]


def test_there_is_a_conversation_for_each_person(ctx: Context, tmp_path: Path) -> None:
    both = rows_of(ctx, tmp_path / "sms.xml", BACKUP)
    assert [row.title for row in both] == ["Tía Inés", "+541150000002"]


def test_what_is_nobodys_is_shown_as_left_out(ctx: Context, tmp_path: Path) -> None:
    (tmp_path / "sms.xml").write_text(BACKUP, "utf-8")
    result = run(LoadInputs(path=tmp_path / "sms.xml"), ctx)
    left = list(read_left_out(ctx.workspace.datasets / result.dataset))
    told = str(left)
    assert "patio.jpg" in told
    assert "No lo mandé nunca" in told


@pytest.mark.parametrize("entry", ["&#55357;", "&#55357;&#65;", "&bogus;", "&"])
def test_a_broken_letter_costs_no_message(ctx: Context, tmp_path: Path, entry: str) -> None:
    rows = rows_of(ctx, tmp_path / "sms.xml", BACKUP.replace("perfecto", f"perfecto {entry} ya"))
    assert "Te leo" in str(rows)
    assert "¡Qué verde!" in str(rows)


def test_what_was_cut_short_is_read_as_far_as_it_goes(ctx: Context, tmp_path: Path) -> None:
    rows = rows_of(ctx, tmp_path / "sms.xml", BACKUP[: BACKUP.index("<mms")])
    assert "Te leo 😀 perfecto" in str(rows)


def test_words_in_attributes_are_words(ctx: Context, tmp_path: Path) -> None:
    outline = (
        '<?xml version="1.0"?><opml version="2.0"><head><title>Ideas</title></head><body>'
        '<outline text="El río que vuelve" _note="Para el tercer capítulo"><outline text="La balsa vieja"/></outline>'
        '<outline text="#" type="link"/></body></opml>'
    )
    text = "\n".join(str(row.text) for row in rows_of(ctx, tmp_path / "ideas.opml", outline))
    assert text.index("El río que vuelve") < text.index("Para el tercer capítulo") < text.index("La balsa vieja")
    map_of = '<?xml version="1.0"?><map version="1.0"><node TEXT="La casa de mi abuela" ID="ID_1 x"/></map>'
    assert "La casa de mi abuela" in str(rows_of(ctx, tmp_path / "mapa.mm", map_of))


def test_a_backup_without_a_message_is_told_as_empty(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "sms.xml"
    path.write_text('<?xml version="1.0"?><smses count="0"></smses>', "utf-8")
    with pytest.raises(FileEmpty):
        run(LoadInputs(path=path), ctx)

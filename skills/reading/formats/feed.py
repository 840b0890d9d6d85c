"""Blogs: what WordPress and Blogger export, and feeds (RSS, Atom): their posts, each a text under its title."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from skills.errors import FileUnreadable
from skills.reading.formats.careless import mended
from skills.reading.formats.entries import Book, Entry, parts_of, unheaded
from skills.reading.formats.packed import CHUNK
from skills.reading.formats.posts import as_page
from skills.reading.formats.web import article
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, laid_out
from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BROKEN = "xml_broken"
REFERENCE = 40
"""Bytes that a reference to a character may have: one that is cut at the end of a chunk waits for the next."""
TECHNICAL = names(
    "attachment nav_menu_item revision custom_css customize_changeset oembed_cache user_request wp_block wp_template "
    "wp_template_part wp_global_styles wp_navigation wp_font_family wp_font_face acf-field acf-field-group "
    "elementor_library wpcf7_contact_form wpforms feedback jp_mem_plan jp_pay_order shop_order shop_coupon settings "
    "template"
)
"""What blogs keep as posts and nobody wrote."""
UNWANTED = names("trash auto-draft inherit soft_trashed")
DRAFTS = names("draft pending private future")


def read(path: Path, name: str, folder: Path) -> list[Part]:
    book = Book(LeftOut(), {}, "blog_empty")
    return parts_of(_entries(path, book, name), book, name, folder)


class _Mended:
    """A file of XML, read with its ampersands and stray characters mended."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.waiting = b""

    def read(self, _size: int = -1) -> bytes:
        while chunk := self.file.read(CHUNK):
            data = self.waiting + chunk
            cut = data.rfind(b"&", max(0, len(data) - REFERENCE))
            cut = len(data) if cut < 0 else cut
            self.waiting = data[cut:]
            if ready := mended(data[:cut]):
                return ready
        data, self.waiting = self.waiting, b""
        return mended(data)


def _entries(path: Path, book: Book, name: str) -> Iterator[Entry]:
    from lxml import etree

    with path.open("rb") as file:
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
        file.seek(0)
        items = etree.iterparse(
            file if wide else _Mended(file), events=("end",), tag=("{*}item", "{*}entry"), recover=True,
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        )  # fmt: skip
        try:
            for _, item in items:
                if (entry := _entry(item, book, name)) is not None:
                    yield entry
                item.clear()
                while item.getprevious() is not None and item.getparent() is not None:
                    del item.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise FileUnreadable(name=name, kind=BROKEN) from error
        if len(items.error_log):
            book.facts["file_mended"] = 1


def _entry(item: Element, book: Book, name: str) -> Entry | None:
    """A post; None for a comment, a picture, a setting, which are counted."""
    left = book.left
    kind, status, title = _kind(item), _status(item), _title(item)
    if kind == "comment":
        left.leave("blog_comments", _plain(_content(item)))
        return None
    if kind in TECHNICAL or status in UNWANTED:
        left.leave("blog_technical", f"{kind}: {title or ''}")
        return None
    for comment in _children(item, "comment"):
        left.leave("blog_comments", _plain(_first(comment, "comment_content")))
    if status in DRAFTS:
        book.facts["blog_drafts"] = int(book.facts.get("blog_drafts") or 0) + 1
    return Entry(title, _text(_content(item), left, name))


def _text(content: str, left: LeftOut, name: str) -> str:
    """The words of a post; empty if nothing can be made of it."""
    if not any(mark in content for mark in "<&["):
        return content
    try:
        shown = article(as_page(content, left), name)
    except FileUnreadable:
        return ""
    left.join(shown.left)
    return "\n".join(laid_out(unheaded(shown.paragraphs)))


def _kind(item: Element) -> str:
    """`post`, `page`, `comment` or what else there is, in the words of WordPress."""
    for node in _children(item, "category"):
        if (node.get("scheme") or "").endswith("#kind"):
            return (node.get("term") or "").rpartition("#")[2].casefold()
    if _children(item, "in-reply-to"):
        return "comment"
    return (_first(item, "post_type") or _said_by_blogger(item, "type") or "post").strip().casefold()


def _status(item: Element) -> str:
    draft = any(_first(control, "draft").strip() == "yes" for control in _children(item, "control"))
    return "draft" if draft else (_first(item, "status") or "").strip().casefold()


def _said_by_blogger(item: Element, tag: str) -> str:
    return next((node.text or "" for node in _children(item, tag) if "blogger" in str(node.tag)), "")


def _title(item: Element) -> str | None:
    return _plain(html.unescape(_first(item, "title")))[:300] or None


def _content(item: Element) -> str:
    """The whole post where there is one, else what a feed says of it."""
    from lxml import etree

    for tag in ("encoded", "content", "description", "summary"):
        for node in _children(item, tag):
            if "excerpt" in str(node.tag):
                continue
            if len(node):
                return "".join(etree.tostring(child, method="html", encoding="unicode") for child in node)
            if (node.text or "").strip():
                return html.escape(node.text or "") if node.get("type") == "text" else node.text or ""
    return ""


def _plain(text: str) -> str:
    """Words without tags."""
    if "<" not in text:
        return " ".join(text.split())
    try:
        return " ".join(paragraph.text for paragraph in article(text, "").paragraphs).strip()
    except FileUnreadable:
        return ""


def _children(item: Element, tag: str) -> list[Element]:
    return [node for node in item if isinstance(node.tag, str) and node.tag.rpartition("}")[2] == tag]


def _first(item: Element, tag: str) -> str:
    return next((node.text or "" for node in _children(item, tag)), "")

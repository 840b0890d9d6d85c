"""What of a web page is not its text: menus, notices about cookies, buttons to share, readers' comments."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from skills.texts.sentences import names

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

TAGS = names("nav aside footer form dialog menu")
ROLES = names("navigation search complementary contentinfo dialog alertdialog menu menubar toolbar")
TEXTS = names("html body main article")
LINES = names("p h1 h2 h3 h4 h5 h6 pre br em i b strong")
"""What hardly ever is furniture by itself, and so is read whatever it is called."""
WORDS = names(
    "cookie cookies consent gdpr rgpd lgpd onetrust cookiebot cookieconsent cookielaw cookienotice share "
    "shares sharing compartir addtoany sharedaddy sharethis addthis breadcrumb breadcrumbs migas pagination "
    "paginacion pager advert adverts advertisement publicidad navbar navbox catlinks printfooter "
    "editsection sitesub siteinfo screen-reader-text sr-only "
    "visually-hidden skip-link jump-link entry-meta post-meta posted-on byline author-box tag-links cat-links "
    "post-tags jp-relatedposts wp-block-post-navigation-link"
)
WEAK = names(
    "social socials related relacionados sidebar newsletter suscripcion subscribe popup modal navigation menu toolbar "
    "noprint toc"
)
"""Words that are also said of what surrounds a text: only what is the lesser part of the page is furniture."""
COMMENTS = names(
    "comments comentarios comment-list commentlist comment-respond respond disqus disqus_thread comment-form"
)
HEADERS = names("banner site-header masthead page-header site-branding")
OF_A_POST = re.compile(
    r"(?:category|tag|format|type|has|is)-|post-\d|comments?-(?:open|closed|enabled|disabled|on|off)$"
)
"""How the classes begin that a blog gives a text for what it is about."""
SAYING = names("div section p ul li a span button td")
NOTICE = 600
"""Most characters of a notice about cookies."""
BUTTONS = 12
"""Most words on a row of buttons."""
CONSENT = re.compile(r"acept|accept|consent|pol[íi]tic|policy|preferenc|naveg|browsing|experienc|rechaz|reject")
WORD = re.compile(r"[\w-]+")
NETWORKS = names(
    "facebook twitter whatsapp telegram pinterest linkedin instagram tuitear tweet compartir compartí comparte share"
)
SHARING = NETWORKS | names(
    "en on in por via vía with con x email e-mail mail correo imprimir print copiar copy enlace link esto "
    "this me gusta like haz clic click to para abre ventana nueva se una"
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def furniture(node: Element) -> str | None:
    """`web_furniture` or `hidden_text` for an element of a page that is no text of its author's; None for the others.

    What holds an article or the page's title is never furniture, whatever it is called.
    """
    if node.tag in TEXTS:
        return None
    if (node.get("hidden") is not None or HIDDEN.search(node.get("style") or "")) and not _holds_the_text(node):
        return "hidden_text"
    if _says_nothing(node):
        return "web_furniture"
    if node.tag in LINES:
        return None
    said = _said(node)
    if node.tag == "div" and node.get("title") in ("header", "footer"):  # the head and foot of LibreOffice's pages
        return "web_furniture"
    if COMMENTS & said:
        return "web_furniture"
    if (node.tag == "header" or HEADERS & said) and _of_the_site(node):
        return "web_furniture"
    named = node.tag in TAGS or (node.get("role") or "").casefold() in ROLES or bool(WORDS & said)
    named = named or (bool(WEAK & said) and _lesser(node))
    return "web_furniture" if named and not _holds_the_text(node) else None


def _says_nothing(node: Element) -> bool:
    """Is it a notice about cookies, or the words of buttons, by what it says? For pages that name nothing."""
    if node.tag not in SAYING:
        return False
    text = " ".join("".join(itertools.islice(map(str, node.itertext()), 40)).split()).casefold()[: NOTICE + 1]
    if "cookies" in text and len(text) <= NOTICE and CONSENT.search(text) and not _holds_the_text(node):
        return True
    words = WORD.findall(text)
    return 0 < len(words) <= BUTTONS and set(words) <= SHARING and not NETWORKS.isdisjoint(words)


def _said(node: Element) -> set[str]:
    """The words of the classes and the id of an element, whole and in pieces; a role as itself."""
    tokens = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('role') or ''}".casefold().split()
    tokens = [token for token in tokens if not OF_A_POST.match(token)]
    return {*tokens, *(piece for token in tokens for piece in re.split(r"[-_]+", token))}


def _holds_the_text(node: Element) -> bool:
    return any(inner.tag in ("article", "main", "h1") for inner in node.iter("article", "main", "h1"))


def _lesser(node: Element) -> bool:
    whole = sum(len(text.strip()) for text in map(str, node.getroottree().getroot().itertext()))
    return sum(len(text.strip()) for text in map(str, node.itertext())) < 0.5 * whole


def _of_the_site(header: Element) -> bool:
    """Is it the head of the site, and not of the article? Then the article, elsewhere, has a title of its own."""
    if any(up.tag in ("article", "main") for up in header.iterancestors()):
        return False
    inside = set(header.iter())
    texts = [node for node in header.getroottree().getroot().iter("article", "main") if node not in inside]
    return any(node.find(".//h1") is not None or node.find(".//h2") is not None for node in texts) or (
        bool(texts) and header.find(".//h1") is None and header.find(".//h2") is None
    )

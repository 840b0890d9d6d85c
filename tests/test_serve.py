"""The server as a program: who may talk to it, a second start, ports, files it leaves, how it ends."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.ui_server import Server, serving, start, wait_for
from tutor.ui.owner import preferred
from tutor.ui.serve import listen


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(server.address + path, headers=headers, timeout=10, trust_env=False)


PAGE = {"accept": "text/html", "accept-language": "es-AR,es;q=0.9"}


@pytest.mark.parametrize("path", ["/", "/api/health", "/ws/socket.io/?EIO=4&transport=polling"])
def test_other_hosts_and_origins_are_refused(server: Server, path: str) -> None:
    assert get(server, path, host="evil.example").status_code == 403
    assert get(server, path, origin="http://evil.example").status_code == 403
    assert get(server, path, origin="http://127.0.0.1:1").status_code == 403
    assert get(server, path, origin=server.address, cookie=server.cookie()).status_code == 200


@pytest.mark.parametrize("header", ["Origin: http://evil.example", "Cookie: tutor=of.another.start"])
def test_a_websocket_from_elsewhere_or_of_an_earlier_start_is_refused(server: Server, header: str) -> None:
    port = int(server.address.rsplit(":", 1)[1])
    lines = (
        "GET /ws/socket.io/?EIO=4&transport=websocket HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        header,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert b" 403 " in connection.recv(200).split(b"\r\n")[0]
    assert "Traceback" not in (server.home / "logs" / "server.log").read_text("utf-8")


def test_the_page_asks_nobody_else_and_may_not(server: Server) -> None:
    page = get(server, "/", cookie=server.cookie(), **PAGE)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert '<html lang="es">' in page.text
    links = page.text.replace("http://www.w3.org", "")
    assert "https://" not in links
    assert "http://" not in links


def test_the_page_follows_the_browsers_language(server: Server) -> None:
    cookie = server.cookie()
    english = PAGE | {"accept-language": "fr,en;q=0.8"}
    assert '<html lang="en">' in get(server, "/", cookie=cookie, **english).text
    assert '<html lang="es">' in get(server, "/", cookie=cookie, **PAGE).text


def test_whoever_has_the_address_is_in_once(server: Server) -> None:
    enter = server.enter()
    answer = httpx.get(enter, headers=PAGE, timeout=10, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie
    assert get(server, "/user").status_code == 403
    assert get(server, "/user", cookie=cookie.split(";")[0]).json()["identifier"] == "learner"
    again = httpx.get(enter, headers=PAGE, timeout=10, trust_env=False)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers


def test_another_account_of_the_computer_is_not_the_owner(server: Server) -> None:
    """Whoever reaches the port with neither the token nor the cookie gets a page that says so, and nothing else."""
    bare = get(server, "/", **PAGE)
    assert bare.status_code == 403
    assert "set-cookie" not in bare.headers
    assert "como siempre" in bare.text
    assert get(server, "/?open=guessed", **PAGE).status_code == 403
    assert "set-cookie" not in httpx.post(f"{server.address}/auth/header", timeout=10, trust_env=False).headers
    assert get(server, "/", cookie="tutor=made.up.token", **PAGE).status_code == 403
    assert get(server, "/api/runs/run-1").status_code == 403
    assert httpx.post(f"{server.address}/api/estimate", json={}, timeout=10, trust_env=False).status_code == 403
    key = {"x-tutor-key": "guessed"}
    assert httpx.post(f"{server.address}/api/open", headers=key, timeout=10, trust_env=False).status_code == 403


@pytest.mark.skipif(sys.platform == "win32", reason="there, the folder of the account keeps others out")
@pytest.mark.slow
def test_what_is_kept_is_its_owners(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)  # as earlier versions left it
    with serving(tmp_path / "home", real=True) as server:
        paths = [server.home, *server.home.rglob("*")]
        assert len(paths) > 10
        for path in paths:
            assert not path.lstat().st_mode & 0o077 or path.is_symlink(), path


def test_documentation_pages_are_off(server: Server) -> None:
    cookie = server.cookie()
    found = [get(server, path, cookie=cookie).status_code for path in ("/docs", "/redoc", "/openapi.json")]
    assert found == [404, 404, 404]


def test_a_runs_card(server: Server) -> None:
    cookie = server.cookie()
    card = get(server, "/api/runs/run-1", cookie=cookie).json()
    assert card["state"] == "running"
    assert len(card["curves"]) == 2
    assert get(server, "/api/running").status_code == 403
    assert get(server, "/api/running", cookie=cookie).json() == {"now": None}
    assert get(server, "/api/runs/run-none", cookie=cookie).status_code == 404
    assert get(server, "/api/runs/..%2f..%2fetc", cookie=cookie).status_code == 404


def test_files_outside_public_are_not_served(server: Server) -> None:
    cookie = server.cookie()
    for path in ("/public/..%2fsecret", "/public/..%2ftranscript.db"):
        assert get(server, path, cookie=cookie).status_code in (400, 404)


def test_a_second_start_says_where_it_is_open(server: Server) -> None:
    second = start(server.home)
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 0
    address = next(word for word in said.split() if word.startswith(server.address))
    assert httpx.get(address, headers=PAGE, timeout=10, trust_env=False).status_code == 303
    assert get(server, "/api/health").status_code == 200


@pytest.mark.slow
def test_it_ends_cleanly_and_starts_again_with_stray_settings_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "casa ñandú"
    monkeypatch.setenv("LITERAL_API_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://evil.example/x")
    with socket.socket() as taken:
        if _free(8960):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection to it may have just ended
            taken.bind(("127.0.0.1", 8960))
            taken.listen()
        process = start(home)
        address = wait_for(home, process)
        assert not address.endswith(":8960")
        process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.CTRL_BREAK_EVENT)
        said, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert "cerrada" in said
    assert not (home / "server.json").exists()


@pytest.mark.slow
def test_the_terminal_speaks_the_language_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    process = start(tmp_path / "home", real=True)
    wait_for(tmp_path / "home", process)
    process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.CTRL_BREAK_EVENT)
    said, _ = process.communicate(timeout=20)
    assert "Musa is open at" in said
    assert "Musa está" not in said


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_busy_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as found:
            assert found.getsockname()[1] > port


@pytest.mark.parametrize(
    ("header", "language"),
    [("es-MX,es;q=0.9,en;q=0.8", "es"), ("de,en;q=0.5", "en"), ("", "es"), ("fr", "es"), ("EN-us", "en")],
)
def test_language_of_the_browser(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_settings_card_asks_what_it_would_take(server: Server) -> None:
    from tests.scripted_session import settings

    card = settings()
    asked = {"inputs": {**card.inputs, "rank": 64}, "facts": card.facts}

    cookie = server.cookie()

    def post(body: object, **headers: str) -> httpx.Response:
        headers["cookie"] = cookie
        return httpx.post(f"{server.address}/api/estimate", json=body, headers=headers, timeout=10, trust_env=False)

    found = post(asked).json()
    assert found["inputs"]["rank"] == 64
    assert next(knob["value"] for knob in found["knobs"] if knob["name"] == "rank") == 64
    assert "GB" in found["told"]
    assert post({**asked, "inputs": {"rank": "many"}}).status_code == 422
    assert post({"inputs": {}, "facts": {}}).status_code == 422
    assert post(asked, origin="http://evil.example").status_code == 403

"""The server is safe as it comes, and docs/serving.md describes how it is."""

import socket
import tomllib
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from digits.home import ROOT
from tests.browser.conftest import serving

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_server_is_safe_by_default():
    server, client = CONFIG["server"], CONFIG["client"]
    assert (server["address"], server["allowedHosts"]) == ("127.0.0.1", ["localhost", "127.0.0.1"])
    assert (server["enableCORS"], server["enableXsrfProtection"]) == (True, True)
    assert server["maxUploadSize"] <= 10
    assert server["maxMessageSize"] <= 5 and server["maxWidgetStateSize"] <= 5
    assert server["fileWatcherType"] == "none"
    assert CONFIG["runner"]["postScriptGC"] is False
    assert (client["showErrorDetails"], client["showErrorLinks"]) == ("none", False)
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_streamlit_knows_every_option_that_makes_it_safe():
    """It passes over a misspelt one, or one that a newer version has dropped, without failing."""
    from streamlit import config

    for section in ("server", "runner", "client", "browser"):
        for name, value in CONFIG[section].items():
            assert config.get_option(f"{section}.{name}") == value


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home")) as address:
        yield address


def stream(address, name="127.0.0.1", origin=None):
    """Open the app's websocket as a browser would that knows the server as `name` and stands on the page `origin`."""
    port = int(address.rpartition(":")[2])
    return connect(
        f"ws://{name}:{port}/_stcore/stream",
        sock=socket.create_connection(("127.0.0.1", port)),
        origin=origin or f"http://{name}:{port}",
        subprotocols=["streamlit"],
    )


def test_the_server_lives_and_opens_a_session_at_its_own_names(address):
    with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
        assert answer.read() == b"ok"
    for name in ("127.0.0.1", "localhost"):
        with stream(address, name) as session:
            assert session.subprotocol == "streamlit"


@pytest.mark.parametrize("wrong", [{"name": "evil.example"}, {"origin": "https://evil.example"}])
def test_a_foreign_name_or_page_cannot_open_a_session(address, wrong):
    with pytest.raises(InvalidStatus, match="403"):
        stream(address, **wrong)


def test_the_container_takes_all_that_the_app_needs_and_nothing_that_is_not_there():
    lines = (ROOT / "docs" / "container" / "Containerfile").read_text(encoding="utf-8").splitlines()
    taken = {line.split()[1] for line in lines if line.startswith("COPY")}
    assert taken == {"requirements.txt", "app.py", ".streamlit/config.toml", "pages", "digits"}
    assert all((ROOT / path).exists() for path in taken)
    assert "USER 10001" in lines and any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_container_runs_on_a_read_only_root_without_rights_and_keeps_its_home_in_a_volume():
    text = (ROOT / "docs" / "container" / "compose.yaml").read_text(encoding="utf-8")
    lines = {line.split("  #")[0].strip() for line in text.splitlines()}
    assert lines >= {"read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]', "healthcheck:"}
    assert 'volumes: ["home:/var/lib/digits"]' in lines and 'ports: ["127.0.0.1:8501:8501"]' in lines

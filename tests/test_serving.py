"""The server is safe as it comes, and docs/serving.md describes how it is."""

import ast
import os
import re
import shutil
import socket
import subprocess
import tomllib
import urllib.error
import urllib.request

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from digits.inference.picture import UPLOAD_BYTES
from digits.storage.home import ROOT
from tests.browser.conftest import serving, wait_until_up

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_server_is_safe_by_default():
    server, client = CONFIG["server"], CONFIG["client"]
    assert (server["address"], server["allowedHosts"]) == ("127.0.0.1", ["localhost", "127.0.0.1"])
    assert (server["enableCORS"], server["enableXsrfProtection"]) == (True, True)
    assert server["maxUploadSize"] << 20 == UPLOAD_BYTES
    assert server["maxMessageSize"] <= 5 and server["maxWidgetStateSize"] <= 5
    assert server["fileWatcherType"] == "none"
    assert CONFIG["runner"]["postScriptGC"] is False
    assert (client["showErrorDetails"], client["showErrorLinks"]) == ("none", False)
    assert client["allowedOrigins"] == []
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_streamlit_knows_every_option_that_makes_it_safe():
    """It passes over a misspelt one, or one that a newer version has dropped, without failing."""
    from streamlit import config

    for section in ("server", "runner", "client", "logger", "browser"):
        for name, value in CONFIG[section].items():
            assert config.get_option(f"{section}.{name}") == value


def calls(name):
    """Every call of a function or method of that name in the app, with its file."""
    for folder in ("pages", "digits"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
                    yield file.relative_to(ROOT).as_posix(), node


def test_what_is_uploaded_is_a_picture_or_a_zip_but_for_data_of_ones_own():
    taken = set()
    for file, call in calls("file_uploader"):
        options = {word.arg: ast.unparse(word.value) for word in call.keywords}
        taken.add((file.rpartition("/")[2], options.get("type")))
    assert taken == {
        ("choose.py", "KINDS"),  # suffixes of pictures
        ("form.py", "KINDS"),
        ("many.py", "[*KINDS, 'zip']"),
        ("import_export.py", "'zip'"),
        ("add_data.py", None),  # idx files have no suffix
    }


def test_no_file_is_loaded_that_could_run_code_but_models_that_were_written_here():
    """Keras and pickles may run what a file says: models are compared with their sha256, arrays are never pickled."""
    loaded = {(file, ast.unparse(call.args[0])) for file, call in calls("load_model")}
    assert loaded == {
        ("digits/training/fine_tuning.py", "file"),  # from `checked`
        ("digits/training/export.py", "model_file"),  # written a moment before, for a process with TensorFlow
        ("digits/exports/conversion_worker.py", "job['keras']"),  # from `Model.file`
        ("digits/exports/runtimes.py", "file"),  # an export written a moment before, or named at the command line
    }
    arrays = [call for _, call in calls("load") if ast.unparse(call.func) == "np.load"]
    assert arrays and all("allow_pickle=False" in ast.unparse(call) for call in arrays)
    assert not [*calls("eval"), *calls("exec"), *calls("__import__")]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_API", "1")
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


def test_the_prediction_service_answers_beside_the_pages_where_it_is_asked_for(address):
    def status(path, **headers):
        try:
            with urllib.request.urlopen(urllib.request.Request(address + path, headers=headers)) as answer:
                return answer.status, answer.headers.get_content_type()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get_content_type()

    assert status("/v2/models/digits/ready") == (200, "application/json")
    assert status("/v2/models/digits/ready", Host="evil.example")[0] == 421
    assert status("/api/predict") == (405, "application/problem+json")  # Streamlit would answer with its own page
    assert status("/v2/nothing") == (404, "application/problem+json")
    assert status("/draw") == (200, "text/html")


def test_pages_and_files_have_their_headers_and_only_the_own_names(address):
    for path in ("/", "/_stcore/health", "/static/manifest.json", "/nowhere"):
        request = urllib.request.Request(f"{address}{path}")
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    with pytest.raises(urllib.error.HTTPError, match="421"):
        urllib.request.urlopen(urllib.request.Request(address, headers={"Host": "evil.example"}))


def test_no_program_on_this_machine_passes_for_a_proxy(address):
    asked = urllib.request.Request(address, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.9"})
    with urllib.request.urlopen(asked) as answer:
        assert "digits_visitor=" in answer.headers["Set-Cookie"] and "Secure" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("wrong", [{"name": "evil.example"}, {"origin": "https://evil.example"}])
def test_a_foreign_name_or_page_cannot_open_a_session(address, wrong):
    with pytest.raises(InvalidStatus, match="403"):
        stream(address, **wrong)


@pytest.fixture
def proxy(address, tmp_path):
    """nginx as docs/container/nginx.conf has it, but for its certificate and its passwords, before the app."""
    if NGINX is None:
        pytest.skip("no nginx on the PATH; apt-get install nginx-light")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    lines = (ROOT / "docs" / "container" / "nginx.conf").read_text(encoding="utf-8").splitlines()
    site = "\n".join(line for line in lines if not line.strip().startswith(("ssl_", "auth_")))
    site = site.replace("client_header_timeout 10s", "client_header_timeout 1s")
    site = site.replace("443 ssl", f"127.0.0.1:{port}").replace("http://127.0.0.1:8501", address)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {tmp_path / kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; daemon off; events {{}} http {{ access_log off; {folders} {site} }}", encoding="utf-8"
    )
    with subprocess.Popen([NGINX, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "log"]) as process:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_the_documented_proxy_passes_a_session_on_and_refuses_a_foreign_page_and_a_large_body(proxy):
    with stream(proxy) as session:
        assert session.subprotocol == "streamlit"
    with pytest.raises(InvalidStatus, match="403"):
        stream(proxy, origin="https://evil.example")
    with socket.create_connection(("127.0.0.1", int(proxy.rpartition(":")[2]))) as silent:
        silent.settimeout(30)
        assert silent.recv(1) == b""  # who sends no header is sent away
    with pytest.raises(urllib.error.HTTPError, match="413"):
        urllib.request.urlopen(urllib.request.Request(proxy, data=bytes(UPLOAD_BYTES + (2 << 20)), method="PUT"))


def test_the_container_takes_all_that_the_app_needs_and_nothing_that_is_not_there():
    lines = (ROOT / "docs" / "container" / "Containerfile").read_text(encoding="utf-8").splitlines()
    taken = {source for line in lines if line.startswith("COPY") for source in line.split()[1:-1]}
    lock = "docs/container/requirements.lock"
    assert taken == {lock, "requirements.txt", "app.py", ".streamlit/config.toml", "pages", "digits"}
    assert all((ROOT / path).exists() for path in taken)
    assert "USER 10001" in lines and any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_container_installs_versions_that_the_app_wants_each_with_its_hashes():
    text = (ROOT / "docs" / "container" / "requirements.lock").read_text(encoding="utf-8")
    blocks = [block for block in text.replace("\\\n", " ").splitlines() if not block.startswith("#")]
    assert blocks and all("--hash=sha256:" in block for block in blocks)
    locked = dict(re.match(r"([\w.-]+)==(\S+)", block).groups() for block in blocks)
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()[1:]:
        wanted = Requirement(line.partition("#")[0])
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), wanted


def test_the_container_runs_on_a_read_only_root_without_rights_and_keeps_its_home_in_a_volume():
    text = (ROOT / "docs" / "container" / "compose.yaml").read_text(encoding="utf-8")
    lines = {line.split("  #")[0].strip() for line in text.splitlines()}
    assert lines >= {"read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]', "healthcheck:"}
    assert 'volumes: ["home:/var/lib/digits"]' in lines and 'ports: ["127.0.0.1:8501:8501"]' in lines

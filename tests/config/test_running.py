"""The services of docs/running.md, each started as printed, but for the paths, ports and addresses of this machine."""

import configparser
import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from ndas.services.uploads import LARGEST
from tests.migration.disturbances import LONG_ENOUGH

FOLDER = settings.BASE_DIR / "docs" / "server"
MAIL = """
    INSERT INTO outbox_mail (recipient, subject, text, html, created_at, tries, next_try_at, refusal)
    VALUES ('ann@nda.example', 'Good evening', 'Hello', '', now(), 0, now(), '')"""
UNITS = sorted(FOLDER.glob("*.service"))


def unit(name):
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    parser.read(FOLDER / f"{name}.service")
    return parser["Service"]


@pytest.fixture
def environment(migrated_database, tmp_path):
    """Those of ndas.env, with this database and folders of this test."""
    printed = dict(line.split("=", 1) for line in (FOLDER / "ndas.env").read_text().splitlines() if line[:1] not in "#")
    ours = {name: value.replace("/var/lib/ndas", str(tmp_path)) for name, value in printed.items()}
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "BEHIND_TLS_PROXY", "TRUSTED_PROXIES"} <= set(ours)
    return os.environ | ours | {"DATABASE_URL": migrated_database.url}


@contextlib.contextmanager
def started(name, environment, *, port=8000, output=subprocess.DEVNULL):
    """The process of the unit, which systemd ends by SIGTERM."""
    line = unit(name)["ExecStart"].replace(":8000", f":{port}")
    words = shlex.split(line.replace("/srv/ndas/.venv/bin/", f"{Path(sys.executable).parent}/"))
    process = subprocess.Popen(words, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(LONG_ENOUGH)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def asked(address, **headers):
    """Status and headers of the answer, as soon as anybody answers."""
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), NoRedirect)
    request, end = (
        urllib.request.Request(address, headers={"Host": "nda.example"} | headers),
        time.monotonic() + LONG_ENOUGH,
    )
    while True:
        try:
            with opener.open(request) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as answer:
            if answer.code != 502:
                return answer.code, answer.headers
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_every_unit_is_complete_and_runs_as_nobody_else(path):
    service = unit(path.stem)
    assert service["User"] == "ndas" and service["EnvironmentFile"] == "/etc/ndas.env"
    assert service["WorkingDirectory"] == "/srv/ndas" and service["ProtectSystem"] == "strict"
    assert f"`{path.name}`" in (settings.BASE_DIR / "docs" / "running.md").read_text()
    if analyze := shutil.which("systemd-analyze"):
        said = subprocess.run([analyze, "verify", path], capture_output=True, encoding="utf-8").stderr
        assert [line for line in said.splitlines() if path.name in line and "is not executable" not in line] == []


def test_what_is_installed_is_what_is_started():
    known = (settings.BASE_DIR / "requirements.txt").read_text()
    assert re.search(r"^gunicorn==", known, re.MULTILINE)
    [most] = re.findall(r"client_max_body_size (\d+)m;", (FOLDER / "nginx.conf").read_text())
    assert int(most) * 2**20 > LARGEST


@pytest.mark.slow
def test_the_server_answers_behind_the_proxy(environment, tmp_path):
    if missing := [program for program in ("nginx", "openssl") if not shutil.which(program)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    port, plain, tls = free_port(), free_port(), free_port()
    key, certificate = tmp_path / "key", tmp_path / "pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=nda.example", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    printed = (FOLDER / "nginx.conf").read_text()
    for theirs, ours in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443": f"listen 127.0.0.1:{tls}",
        ":8000": f":{port}",
        "/etc/ssl/nda.example.pem": certificate,
        "/etc/ssl/nda.example.key": key,
    }.items():
        assert theirs in printed
        printed = printed.replace(theirs, str(ours))
    places = "".join(f"{name}_temp_path {tmp_path};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = tmp_path / "nginx.conf"
    conf.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {places}\n{printed} }}")
    nginx = subprocess.Popen([shutil.which("nginx"), "-c", conf, "-g", "daemon off;"], stderr=subprocess.PIPE)
    try:
        with started("ndas", environment, port=port) as server:
            assert asked(f"http://127.0.0.1:{port}/healthz")[0] == 200
            assert asked(f"http://127.0.0.1:{plain}/healthz")[0] == 301
            status, headers = asked(f"https://127.0.0.1:{tls}/login/", **{"X-Request-ID": "forged"})
            assert status == 200  # It knows of the TLS that nginx has ended.
            assert headers["X-Request-ID"] != "forged" and "Strict-Transport-Security" in headers
            assert asked(f"https://127.0.0.1:{tls}/login/", Host="evil.example")[0] == 400
            server.send_signal(signal.SIGTERM)
            assert server.wait(LONG_ENOUGH) == 0
    finally:
        nginx.terminate()
        nginx.communicate(timeout=LONG_ENOUGH)


@pytest.mark.slow
def test_the_daily_job_runs_and_ends(environment):
    with started("ndas-expire", environment) as process:
        assert process.wait(LONG_ENOUGH) == 0
    assert "OnCalendar=" in (FOLDER / "ndas-expire.timer").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "said"), [("ndas-mails", "Subject: Good evening"), ("ndas-monitor", "list")])
def test_what_goes_on_does_its_work_until_it_is_ended(environment, migrated_database, tmp_path, name, said):
    for app in ("contenttypes", "auth", "outbox"):
        migrated_database.migrate(None, app=app)
    migrated_database.execute(MAIL)
    # Without a mail server the outbox writes mails to its log, and the watch does not begin.
    environment |= {"EMAIL_HOST": "localhost" if name == "ndas-monitor" else ""}
    log, end = tmp_path / "log", time.monotonic() + LONG_ENOUGH
    with log.open("w") as output, started(name, environment, output=output) as process:
        while said not in log.read_text():
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.wait(LONG_ENOUGH)
    assert "Traceback" not in log.read_text()

# SPDX-License-Identifier: Apache-2.0
"""A child's line, a web server that speaks HTTP/1.1, HTTP/2 and HTTP/3, and the gateway between them."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "demo"))

from gateway import Gateway  # noqa: E402
from network import CHILD, INTERNET_PORT, SUBSCRIBER_PORT, WEB_IPV4, WEB_IPV6, Network  # noqa: E402
from servers import STATUS_NAME, Servers  # noqa: E402

from browsers import Chromium, Firefox  # noqa: E402
from recording import Recording  # noqa: E402

STATUS_PAGE = f"http://{STATUS_NAME}/"
NAMES = ["adult.test", "casino.test", "www.casino.test", "news.test", "ordinary.example", "helpline.test"]

CADDYFILE = """
{{
  admin off
  auto_https off
  storage file_system {dir}/caddy
}}
(site) {{
  bind {v4} {v6}
}}
:443 {{
  import site
  tls {dir}/server.crt {dir}/server.key
  respond "open: {{host}} over {{http.request.proto}}"
}}
http://{status} {{
  import site
  header Content-Type "text/html; charset=utf-8"
  root * {dir}/status
  file_server
}}
:80 {{
  import site
  respond "open: {{host}} over {{http.request.proto}}"
}}
"""


class Http3Servers(Servers):
    """With Caddy in nginx's place: its HTTP/3 is what browsers meet in the wild."""

    def _start_web(self):
        config = self.directory / "Caddyfile"
        config.write_text(CADDYFILE.format(dir=self.directory, v4=WEB_IPV4, v6=WEB_IPV6, status=STATUS_NAME))
        self._start("env", f"HOME={self.directory}", "caddy", "run", "--adapter", "caddyfile", "--config", str(config))


@pytest.fixture(scope="session")
def network():
    with Network("ltcl") as made:
        yield made


@pytest.fixture(scope="session")
def servers(network, tmp_path_factory):
    with Http3Servers(network, tmp_path_factory.mktemp("servers"), NAMES) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(network, servers, tmp_path_factory):
    """With the starter list and the child's line at ages 7 to 12."""
    stage = pathlib.Path(os.environ["LUYTRE_STAGE"])
    directory = tmp_path_factory.mktemp("gateway")
    made = Gateway(stage / "bin", stage / "share" / "luytre", directory, directory / "data",
                   (SUBSCRIBER_PORT, INTERNET_PORT), STATUS_PAGE, network)
    made.luytrectl("categories", "import", str(made.share_dir / "lists" / "starter.txt"), "--source", "starter",
                   "--scope", "national")
    made.luytrectl("line", "add", CHILD.name, "--band", "b1", "--key", CHILD.ipv4, "--key", CHILD.ipv6_prefix)
    with made:
        yield made
        assert made.stop() == 0, f"the gateway did not end cleanly:\n{made.log.read_text(errors='replace')}"


@pytest.fixture(scope="session")
def results():
    """Where screenshots and captures stay; LUYTRE_RESULTS or build/clients."""
    folder = pathlib.Path(os.environ.get("LUYTRE_RESULTS", ROOT / "build" / "clients"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def recording(network, results, request):
    """Captures the child's interface during one test."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name).strip("-")
    stage = pathlib.Path(os.environ["LUYTRE_STAGE"])
    with Recording(network, CHILD.name, results / f"{name}.pcap", stage / "bin" / "luytre-inspect") as made:
        yield made


@pytest.fixture
def firefox(network, servers, tmp_path):
    return Firefox(network, CHILD.name, tmp_path, servers)


@pytest.fixture(params=[Chromium, Firefox], ids=lambda kind: kind.__name__.lower())
def browser(request, network, servers, tmp_path):
    return request.param(network, CHILD.name, tmp_path, servers)

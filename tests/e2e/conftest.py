# SPDX-License-Identifier: Apache-2.0
"""One network, one small internet and one gateway for all end-to-end tests: the same parts as deploy/quickstart."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "demo"))

from gateway import Gateway  # noqa: E402
from network import ADULT, CHILD, INTERNET_PORT, SUBSCRIBER_PORT, Network  # noqa: E402
from servers import STATUS_NAME, Servers  # noqa: E402

STATUS_PAGE = f"http://{STATUS_NAME}/"
NAMES = [f"{label}.test" for label in ("adult", "casino", "malware", "vpn", "news", "health", "helpline", "social")]
NAMES += ["www.casino.test", "fresh.example", "ordinary.example"]


@pytest.fixture(scope="session")
def stage():
    """Where the programs were installed; tests/run sets it."""
    return pathlib.Path(os.environ["LUYTRE_STAGE"])


@pytest.fixture(scope="session")
def shared():
    """Captures and lists of others, beside the checkout."""
    folder = pathlib.Path(os.environ.get("LUYTRE_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: it holds the real lists that this test imports")
    return folder


@pytest.fixture(scope="session")
def network():
    with Network("lte2e") as made:
        yield made


@pytest.fixture(scope="session")
def servers(network, tmp_path_factory):
    with Servers(network, tmp_path_factory.mktemp("servers"), NAMES) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(network, servers, stage, tmp_path_factory):
    """Runs for the whole session, with the starter list and the child's line at ages 7 to 12."""
    directory = tmp_path_factory.mktemp("gateway")
    made = Gateway(stage / "bin", stage / "share" / "luytre", directory, directory / "data",
                   (SUBSCRIBER_PORT, INTERNET_PORT), STATUS_PAGE, network)
    made.luytrectl("categories", "import", str(made.share_dir / "lists" / "starter.txt"), "--source", "starter",
                   "--scope", "national")
    made.luytrectl("line", "add", CHILD.name, "--band", "b1", "--key", CHILD.ipv4, "--key", CHILD.ipv6_prefix)
    with made:
        yield made
        assert made.stop() == 0, f"the gateway did not end cleanly:\n{made.log.read_text(errors='replace')}"


@pytest.fixture
def child_settings(gateway):
    """Changes the child's line for one test: child_settings("--pause", "30m"); what was set is undone after it."""
    undo = []

    def change(*arguments, back):
        gateway.await_policy(lambda: gateway.luytrectl("line", "set", CHILD.name, *arguments))
        undo.append(back)

    yield change
    for back in reversed(undo):
        gateway.await_policy(lambda: gateway.luytrectl("line", "set", CHILD.name, *back))

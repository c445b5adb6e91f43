# SPDX-License-Identifier: Apache-2.0
"""Two workers behind a distributor, on packet sockets: what one worker does is done by both together."""

import pytest

import probes
from gateway import Gateway
from network import ADULT, CHILD, INTERNET_PORT, SUBSCRIBER_PORT, Network
from servers import Servers

STATUS_PAGE = "http://status.luytre.test/"
NAMES = ["casino.test", "news.test"]
WORKERS = """
[workers]
count = 2
spread = "distributor"
"""


@pytest.fixture(scope="module")
def network():
    with Network("ltwork") as made:
        yield made


@pytest.fixture(scope="module")
def servers(network, tmp_path_factory):
    with Servers(network, tmp_path_factory.mktemp("servers"), NAMES) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(network, servers, stage, tmp_path_factory):
    directory = tmp_path_factory.mktemp("gateway")
    made = Gateway(stage / "bin", stage / "share" / "luytre", directory, directory / "data",
                   (SUBSCRIBER_PORT, INTERNET_PORT), STATUS_PAGE, network, WORKERS)
    made.luytrectl("categories", "import", str(made.share_dir / "lists" / "starter.txt"), "--source", "starter",
                   "--scope", "national")
    made.luytrectl("line", "add", CHILD.name, "--band", "b1", "--key", CHILD.ipv4, "--key", CHILD.ipv6_prefix)
    with made:
        yield made
        assert made.stop() == 0, f"the gateway did not end cleanly:\n{made.log.read_text(errors='replace')}"
        assert "2 workers behind a distributor" in made.log.read_text(errors="replace")


@pytest.mark.parametrize("name, reach", [("casino.test", probes.CLOSED), ("news.test", probes.OPEN)])
def test_a_childs_line_reaches_what_it_may(gateway, network, servers, name, reach):
    for family in (4, 6):
        assert probes.dns(network, CHILD.name, name, family).reach == reach
        assert probes.https(network, CHILD.name, name, family, servers.ca_file).reach == reach


def test_an_adults_line_reaches_everything(gateway, network, servers):
    answers = probes.all_ways(network, ADULT.name, "casino.test", servers.ca_file, "http://unused/")
    assert {answer.reach for answer in answers.values()} == {probes.OPEN}


def test_no_packet_is_lost_between_the_threads(gateway, network, servers):
    probes.all_ways(network, CHILD.name, "casino.test", servers.ca_file, "http://unused/")
    done = network.inside("gw", "curl", "-s", "http://127.0.0.1:9477/metrics")
    dropped = [line for line in done.stdout.splitlines() if line.startswith("luytre_port_dropped_packets_total")]
    assert any('cause="worker_full"' in line for line in dropped)
    assert {line.rpartition(" ")[2] for line in dropped} == {"0"}

# SPDX-License-Identifier: Apache-2.0
"""What an operator meets: lines left alone, lists taken over, figures, refused configurations, a clean end."""

import json
import subprocess
import time

import pytest

import probes
from network import ADULT, CHILD, WEB_IPV4

CAPTURE = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 0))
mac, out = bytes.fromhex(sys.argv[2]), open(sys.argv[3], "w")
print("ready", flush=True)
while True:
    frame = s.recv(65535)
    if mac in (frame[0:6], frame[6:12]):
        out.write(("from " if frame[6:12] == mac else "to ") + frame.hex() + "\\n")
        out.flush()
"""


def mac_of(network, line):
    return json.loads(network.inside(line.name, "ip", "-j", "link", "show", "eth0").stdout)[0]["address"].replace(":", "")


def frames(path, direction):
    return [line.split()[1] for line in path.read_text().splitlines() if line.startswith(direction)]


def await_condition(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.02)


def test_a_line_that_did_not_ask_is_forwarded_byte_for_byte(gateway, network, servers, tmp_path):
    """Every frame of the adult's line is compared on both sides of the gateway."""
    mac = mac_of(network, ADULT)
    sides = {"access": "uplink", "net": "eth0"}
    captures = {}
    for name, end in sides.items():
        captures[name] = subprocess.Popen(
            network.command(name, "python3", "-c", CAPTURE, end, mac, str(tmp_path / name)),
            stdout=subprocess.PIPE, text=True)
        assert captures[name].stdout.readline() == "ready\n"
    try:
        answers = probes.all_ways(network, ADULT.name, "casino.test", servers.ca_file, "http://unused/")
        assert {answer.reach for answer in answers.values()} == {probes.OPEN}
        network.inside(ADULT.name, "ping", "-c", "3", "-i", "0.1", "-s", "1400", WEB_IPV4)
        for direction in ("from", "to"):
            await_condition(lambda: len(frames(tmp_path / "access", direction)) ==
                            len(frames(tmp_path / "net", direction)) > 10)
            before, after = (frames(tmp_path / side, direction) for side in sides)
            assert before == after
    finally:
        for capture in captures.values():
            capture.kill()
            capture.wait()


def test_a_list_imported_while_the_gateway_runs_is_enforced(gateway, network, servers, tmp_path):
    assert probes.dns(network, CHILD.name, "fresh.example", 4).reach == probes.OPEN
    listed = tmp_path / "fresh.txt"
    listed.write_text("fresh.example\n")
    serial = gateway.status()["luytre_index_serial"]
    gateway.luytrectl("categories", "import", str(listed), "--source", "fresh", "--category", "gambling")
    await_condition(lambda: gateway.status()["luytre_index_serial"] != serial)
    assert probes.dns(network, CHILD.name, "fresh.example", 4).reach == probes.CLOSED
    assert probes.https(network, CHILD.name, "fresh.example", 4, servers.ca_file).reach == probes.CLOSED

    serial = gateway.status()["luytre_index_serial"]
    gateway.luytrectl("categories", "remove", "fresh")
    await_condition(lambda: gateway.status()["luytre_index_serial"] != serial)
    assert probes.dns(network, CHILD.name, "fresh.example", 4).reach == probes.OPEN


def test_a_broken_index_is_refused_and_the_last_good_one_stays(gateway, network):
    current = gateway.data_dir / "index" / "current"
    good = current.readlink()
    broken = gateway.data_dir / "index" / "index-broken"
    broken.write_bytes((gateway.data_dir / "index" / good).read_bytes()[:-1000])
    failures = lambda: gateway.status().get("luytre_reload_failures_total", 0)
    before = failures()
    swap_link(current, broken.name)
    await_condition(lambda: failures() > before)
    assert probes.dns(network, CHILD.name, "casino.test", 4).reach == probes.CLOSED
    swap_link(current, good)
    broken.unlink()


def swap_link(link, target):
    beside = link.with_name("beside")
    beside.symlink_to(target)
    beside.rename(link)


def test_every_received_packet_has_exactly_one_outcome(gateway, network, servers):
    probes.all_ways(network, CHILD.name, "casino.test", servers.ca_file, "http://unused/")

    def balanced():
        text = gateway_metrics(gateway)
        outcomes = sum(value for name, value in text if name.startswith("luytre_packets_total{"))
        received = sum(value for name, value in text if name.startswith("luytre_port_rx_packets_total"))
        held = sum(value for name, value in text if name == "luytre_held_packets")
        return received == outcomes + held > 0

    await_condition(balanced)


def gateway_metrics(gateway):
    done = gateway.network.inside("gw", "curl", "-s", "http://127.0.0.1:9477/metrics")
    rows = [line.rpartition(" ") for line in done.stdout.splitlines() if line and not line.startswith("#")]
    return [(name, float(value)) for name, _, value in rows]


def test_status_is_readable_for_people(gateway, network):
    done = gateway.luytrectl("status")
    assert "starter" in done.stdout or "index" in done.stdout.lower()
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


@pytest.mark.parametrize("line, complaint", [
    ("fail_mode = \"sometimes\"", "fail_mode"),
    ("no_such_key = 1", "no_such_key"),
    ("count = 0", "count"),
])
def test_a_bad_configuration_is_refused_with_the_line_that_is_wrong(gateway, stage, tmp_path, line, complaint):
    config = tmp_path / "gateway.toml"
    config.write_text(gateway.config.read_text() + f"\n[workers]\n{line}\n")
    number = config.read_text().splitlines().index(line) + 1
    done = subprocess.run([stage / "bin" / "luytre-gateway", "--config", config, "--check"],
                          capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{config}:{number}" in done.stderr and complaint in done.stderr


def test_a_million_real_names_can_be_imported_and_enforced(gateway, network, servers, shared, tmp_path):
    lists = sorted((shared / "lists" / "categories").glob("*.zst"), key=lambda path: path.stat().st_size)
    wanted = [path for path in lists if any(word in path.name for word in
                                            ("komdigi.gambling", "hagezi.gambling", "adult", "porn"))]
    names = tmp_path / "million.txt"
    with names.open("wb") as out:
        for path in wanted:
            subprocess.run(["zstd", "-dcq", path], stdout=out, check=True)
    count = sum(1 for _ in names.open("rb"))
    assert count >= 1_000_000, [path.name for path in wanted]
    directory = tmp_path / "data"
    ctl = [stage_bin(gateway), "--data-dir", directory, "--share-dir", gateway.share_dir]
    command = [*ctl, "categories", "import", names, "--source", "million", "--category", "porn", "--json"]
    held = subprocess.run(command, capture_output=True, text=True)
    assert held.returncode == 5, held.stderr  # real lists close popular names: somebody has to want that
    kinds = {finding["kind"] for finding in json.loads(held.stdout)["findings"] if finding["severity"] == "hold"}
    done = subprocess.run([*command, "--accept", ",".join(sorted(kinds))], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    taken = report["entries"]
    assert taken + sum(row["lines"] for row in report["skipped"].values()) + report["duplicates"] == count
    assert taken > 900_000


def stage_bin(gateway):
    return gateway.binaries / "luytrectl"


def test_sigterm_drains_and_a_second_start_serves_again(gateway, network, servers):
    assert gateway.stop() == 0
    assert probes.dns(network, ADULT.name, "news.test", 4, options=("+time=1",)).reach == probes.BROKEN
    gateway.start()
    assert probes.dns(network, CHILD.name, "casino.test", 4).reach == probes.CLOSED
    assert probes.dns(network, ADULT.name, "casino.test", 4).reach == probes.OPEN

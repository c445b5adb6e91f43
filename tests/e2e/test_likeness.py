# SPDX-License-Identifier: Apache-2.0
"""Refusals as the kernels at both ends see them: nothing tells them from what the other end sends."""

import re
import struct
import subprocess
import time

import pytest

import probes
from network import CHILD, DNS_IPV4, DNS_IPV6, WEB_IPV4, WEB_IPV6, daemon

BOTH = pytest.mark.parametrize("version", [4, 6])
SYN, RST, PSH, ACK, FIN = 0x02, 0x04, 0x08, 0x10, 0x01
ALERT = bytes([21, 3, 3, 0, 2, 2, 112])


class Segment:
    """A TCP segment of a captured Ethernet frame."""

    def __init__(self, frame):
        six = frame[12:14] == b"\x86\xdd"
        ip = frame[14:]
        end = 40 + struct.unpack("!H", ip[4:6])[0] if six else struct.unpack("!H", ip[2:4])[0]
        self.hop_limit = ip[7] if six else ip[8]
        tcp = ip[40 if six else (ip[0] & 15) * 4:end]
        self.source, self.destination = struct.unpack("!HH", tcp[:4])
        self.flags = tcp[13]
        self.payload = tcp[(tcp[12] >> 4) * 4:]
        self.timestamps = self._timestamps(tcp[20:(tcp[12] >> 4) * 4])

    @staticmethod
    def _timestamps(options):
        while options and options[0] != 0:
            size = 1 if options[0] == 1 else options[1]
            if options[0] == 8:
                return struct.unpack("!II", options[2:10])
            options = options[size:]
        return None


CAPTURE = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 0))
print("ready", flush=True)
while True:
    print(s.recv(65535).hex(), flush=True)
"""


class Capture:
    """What an interface of a namespace sends and receives; use it with `with`."""

    def __init__(self, network, place, interface, path):
        self._command = daemon(*network.command(place, "python3", "-c", CAPTURE, interface))
        self._path = path

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=self._path.open("w"), stdin=subprocess.DEVNULL)
        await_condition(lambda: self._path.read_text().startswith("ready\n"))
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def segments(self, **ports):
        """TCP segments so far, of one direction: source=443 or destination=443."""
        frames = [bytes.fromhex(line) for line in self._path.read_text().split("\n")[1:-1]]
        segments = [Segment(frame) for frame in frames if is_tcp(frame)]
        return [s for s in segments if all(getattr(s, name) == port for name, port in ports.items())]

    def await_segment(self, wanted, **ports):
        """The first segment for which wanted() is true."""
        await_condition(lambda: any(map(wanted, self.segments(**ports))))
        return next(filter(wanted, self.segments(**ports)))


def is_tcp(frame):
    return frame[12:14] == b"\x08\x00" and frame[23] == 6 or frame[12:14] == b"\x86\xdd" and frame[20] == 6


def await_condition(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.02)


def kernel_counters(network, place):
    text = network.inside(place, "cat", "/proc/net/netstat").stdout
    lines = [line.split() for line in text.splitlines() if line.startswith("TcpExt:")]
    return dict(zip(lines[0][1:], map(int, lines[1][1:])))


@BOTH
def test_the_clients_kernel_takes_the_alert_for_its_servers_own(gateway, network, servers, version, tmp_path):
    assert network.inside(CHILD.name, "cat", "/proc/sys/net/ipv4/tcp_timestamps").stdout.strip() == "1"
    before = kernel_counters(network, CHILD.name)
    with Capture(network, CHILD.name, "eth0", tmp_path / "client") as capture:
        answer = probes.https(network, CHILD.name, "adult.test", version, servers.ca_file)
        alert = capture.await_segment(lambda segment: segment.payload == ALERT, source=443)
        syn_ack = capture.await_segment(lambda segment: segment.flags == SYN | ACK, source=443)
        hello = capture.await_segment(lambda segment: segment.payload, destination=443)
    assert answer == probes.Answer(probes.CLOSED, "TLS alert 112")
    assert alert.flags == FIN | PSH | ACK
    assert alert.hop_limit == syn_ack.hop_limit
    value, echo = alert.timestamps
    assert (value - syn_ack.timestamps[0]) % 2**32 < 2**31
    assert echo == hello.timestamps[0]
    after = kernel_counters(network, CHILD.name)
    for counter in ("PAWSEstab", "TCPChallengeACK", "TCPACKSkippedPAWS"):
        assert after.get(counter) == before.get(counter), counter


@BOTH
def test_the_servers_kernel_takes_the_reset_for_its_clients_own(gateway, network, servers, version, tmp_path):
    before = kernel_counters(network, "net")
    with Capture(network, "net", "eth0", tmp_path / "server") as capture:
        assert probes.https(network, CHILD.name, "adult.test", version, servers.ca_file).reach == probes.CLOSED
        syn = capture.await_segment(lambda segment: segment.flags & (SYN | ACK) == SYN, destination=443)
        reset = capture.await_segment(lambda segment: segment.flags & RST, destination=443)
    address = WEB_IPV4 if version == 4 else f"[{WEB_IPV6}]"
    await_condition(lambda: not network.inside("net", "ss", "-Htn", "state", "established", "src", address).stdout)
    assert reset.hop_limit == syn.hop_limit
    assert (reset.timestamps[0] - syn.timestamps[0]) % 2**32 < 2**31
    after = kernel_counters(network, "net")
    for counter in ("TCPChallengeACK", "PAWSEstab"):
        assert after.get(counter) == before.get(counter), counter


def figure(gateway, metric, category):
    text = gateway.network.inside("gw", "curl", "-s", "http://127.0.0.1:9477/metrics").stdout
    return int(float(re.search(rf'^{metric}{{category="{category}"}} (\S+)$', text, re.MULTILINE)[1]))


def test_what_one_person_does_within_a_second_counts_once(gateway, network, servers):
    views = figure(gateway, "luytre_blocked_views_total", "gambling")
    names = figure(gateway, "luytre_blocked_names_total", "gambling")
    queries = [word for server in (DNS_IPV4, DNS_IPV6) for qtype in ("A", "AAAA", "HTTPS")
               for word in (f"@{server}", "fresh-page.casino.test", qtype)]
    began = time.monotonic()
    network.inside(CHILD.name, "dig", "+tries=1", "+time=3", *queries)
    for version in (4, 6):
        assert probes.http(network, CHILD.name, "fresh-page.casino.test", version, "http").reach == probes.CLOSED
    seconds = time.monotonic() - began
    assert figure(gateway, "luytre_blocked_names_total", "gambling") - names == 8
    assert 1 <= figure(gateway, "luytre_blocked_views_total", "gambling") - views <= 1 + int(seconds)

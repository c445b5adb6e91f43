# SPDX-License-Identifier: Apache-2.0
"""What a child's line and an adult's line meet, with real clients over IPv4 and IPv6."""

import json
import re

import pytest

import probes
from conftest import STATUS_PAGE
from network import ADULT, CHILD, DNS_IPV4, DNS_IPV6, WEB_IPV4, WEB_IPV6

BLOCKED = {"adult.test": "porn", "casino.test": "gambling", "www.casino.test": "gambling", "malware.test": "malware"}
NEVER_BLOCKED = ["helpline.test", "health.test"]
BOTH = pytest.mark.parametrize("version", [4, 6])


def all_ways(network, line, name, servers):
    return probes.all_ways(network, line.name, name, servers.ca_file, STATUS_PAGE)


@pytest.mark.parametrize("name, reason", BLOCKED.items())
def test_a_listed_name_is_refused_three_ways_with_the_reason_that_check_gives(gateway, network, servers, name, reason):
    answers = all_ways(network, CHILD, name, servers)
    assert {way: answer.reach for way, answer in answers.items()} == dict.fromkeys(answers, probes.CLOSED), answers
    check = gateway.luytrectl("check", name, "--line", CHILD.name, "--json", check=False)
    assert check.returncode == 3
    assert json.loads(check.stdout)["reason"] == reason
    assert f"reason={reason}" in answers["HTTP"].detail


@pytest.mark.parametrize("name", [*BLOCKED, *NEVER_BLOCKED, "ordinary.example"])
def test_the_adults_line_reaches_everything(gateway, network, servers, name):
    answers = all_ways(network, ADULT, name, servers)
    assert {answer.reach for answer in answers.values()} == {probes.OPEN}, answers


@pytest.mark.parametrize("band", ["b0", "b1", "b2", "b3"])
def test_never_block_names_pass_in_every_band(network, servers, child_settings, band):
    child_settings("--band", band, back=("--band", "b1"))
    for name in NEVER_BLOCKED:
        answers = all_ways(network, CHILD, name, servers)
        assert {answer.reach for answer in answers.values()} == {probes.OPEN}, (name, answers)


def test_a_pause_closes_everything_but_never_block_names(network, servers, child_settings):
    child_settings("--pause", "30m", back=("--resume",))
    for name in ("news.test", "ordinary.example"):
        answers = all_ways(network, CHILD, name, servers)
        assert {answer.reach for answer in answers.values()} == {probes.CLOSED}, (name, answers)
    for name in NEVER_BLOCKED:
        answers = all_ways(network, CHILD, name, servers)
        assert {answer.reach for answer in answers.values()} == {probes.OPEN}, (name, answers)


def test_the_owner_can_allow_and_deny_a_name_while_the_gateway_runs(network, servers, child_settings):
    child_settings("--allow", "casino.test", back=("--forget", "casino.test"))
    child_settings("--deny", "ordinary.example", back=("--forget", "ordinary.example"))
    allowed = all_ways(network, CHILD, "casino.test", servers)
    denied = all_ways(network, CHILD, "ordinary.example", servers)
    assert {answer.reach for answer in allowed.values()} == {probes.OPEN}, allowed
    assert {answer.reach for answer in denied.values()} == {probes.CLOSED}, denied


@BOTH
def test_a_refused_dns_answer_names_its_cause_and_keeps_the_case_of_the_question(gateway, network, version):
    server = DNS_IPV4 if version == 4 else DNS_IPV6
    done = network.inside(CHILD.name, "dig", "+qr", f"@{server}", "CaSiNo.TeSt", "A")
    assert re.search(r"EDE: 17 \(Filtered\): \(.+\)", done.stdout), done.stdout
    assert done.stdout.count("CaSiNo.TeSt.") >= 2  # asked and echoed
    assert "Warning" not in done.stdout
    without_edns = network.inside(CHILD.name, "dig", "+noedns", f"@{server}", "casino.test", "A").stdout
    assert "NXDOMAIN" in without_edns and "EDE" not in without_edns


@pytest.mark.parametrize("name, status", [("use-application-dns.net", "NXDOMAIN"), ("mask.icloud.com", "NXDOMAIN"),
                                          ("doh.test", "NXDOMAIN"), ("_dns.resolver.arpa", "NOERROR")])
def test_browsers_and_relays_are_told_to_leave_dns_alone(gateway, network, name, status):
    child = network.inside(CHILD.name, "dig", f"@{DNS_IPV4}", name, "A").stdout
    adult = network.inside(ADULT.name, "dig", f"@{DNS_IPV4}", name, "A").stdout
    assert f"status: {status}" in child and "ANSWER: 0" in child
    assert "status: NOERROR" in adult and "ANSWER: 1" in adult


@BOTH
def test_openssl_sees_alert_112_and_the_server_sees_nothing_of_the_hello(gateway, network, version):
    address = f"{WEB_IPV4}:443" if version == 4 else f"[{WEB_IPV6}]:443"
    done = network.inside(CHILD.name, "openssl", "s_client", "-connect", address, "-servername", "adult.test",
                          check=False)
    assert done.returncode != 0
    assert "alert number 112" in done.stderr
    assert "BEGIN CERTIFICATE" not in done.stdout


@BOTH
@pytest.mark.parametrize("name, closed", [("casino.test", True), ("news.test", False)])
def test_a_hello_of_several_segments_is_judged_whole(gateway, network, servers, version, name, closed):
    address = f"{WEB_IPV4}:443" if version == 4 else f"[{WEB_IPV6}]:443"
    protocols = ",".join(f"{'x' * 200}{number:03}" for number in range(20)) + ",http/1.1"  # over 4 KB of ALPN
    done = network.inside(CHILD.name, "openssl", "s_client", "-connect", address, "-servername", name, "-alpn",
                          protocols, "-CAfile", str(servers.ca_file), "-verify_return_error", check=False)
    if closed:
        assert "alert number 112" in done.stderr
    else:
        assert "Verification: OK" in done.stdout, done.stderr


def test_a_refused_name_has_no_effect_on_the_next_one(gateway, network, servers):
    for _ in range(5):
        assert probes.https(network, CHILD.name, "casino.test", 4, servers.ca_file).reach == probes.CLOSED
        assert probes.https(network, CHILD.name, "news.test", 4, servers.ca_file).reach == probes.OPEN


QUIC_TRY = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect((sys.argv[1], 443))
s.send(bytes.fromhex("c3faceb00e08") + bytes(1194))  # a long header of a version that nobody published
try:
    s.recv(100)
except ConnectionRefusedError:
    print("refused")
except TimeoutError:
    print("waited")
"""


@pytest.mark.parametrize("address", [WEB_IPV4, WEB_IPV6])
def test_quic_of_an_unknown_version_is_refused_at_once_so_that_the_client_goes_on_over_tcp(gateway, network, address):
    assert network.inside(CHILD.name, "python3", "-c", QUIC_TRY, address).stdout.strip() == "refused"

# SPDX-License-Identifier: Apache-2.0
"""What a person on a line would meet: real clients (dig, curl) asking for one name, and what they say of it."""

import dataclasses
import re

from network import DNS_IPV4, DNS_IPV6, WEB_IPV4, WEB_IPV6

OPEN, CLOSED, BROKEN = "open", "closed", "broken"

# curl's exit codes that this module reads.
_COULD_NOT_CONNECT, _TIMED_OUT, _TLS_FAILED = 7, 28, 35


@dataclasses.dataclass(frozen=True)
class Answer:
    reach: str   # OPEN, CLOSED (refused in the way that was promised) or BROKEN (anything else)
    detail: str  # "NXDOMAIN, EDE 17", "TLS alert", "302 to http://…"


def dns(network, line, name, version, qtype=None, options=()):
    server = DNS_IPV4 if version == 4 else DNS_IPV6
    qtype = qtype or ("A" if version == 4 else "AAAA")
    done = network.inside(line, "dig", "+tries=1", "+time=3", *options, f"@{server}", name, qtype, check=False)
    status = re.search(r"status: (\w+)", done.stdout)
    if not status:
        return Answer(BROKEN, "no answer")
    ede = re.search(r"EDE: (\d+)", done.stdout)
    detail = status[1] + (f", EDE {ede[1]}" if ede else "")
    if status[1] == "NXDOMAIN" and ede:
        return Answer(CLOSED, detail)
    return Answer(OPEN if status[1] == "NOERROR" and " ANSWER: 0" not in done.stdout else BROKEN, detail)


def https(network, line, name, version, ca_file, *extra):
    """By SNI alone: the address is given, so that DNS has no say."""
    done = _curl(network, line, name, version, 443, f"https://{name}/", "--cacert", str(ca_file), *extra)
    if done.returncode == 0:
        return Answer(OPEN, "page")
    if done.returncode == _TLS_FAILED and "unrecognized name" in done.stderr:
        return Answer(CLOSED, "TLS alert 112")
    return Answer(BROKEN, _complaint(done))


def http(network, line, name, version, status_page):
    """By Host alone, as above."""
    done = _curl(network, line, name, version, 80, f"http://{name}/", "-w", "%{http_code} %{redirect_url}")
    code, _, location = done.stdout.rpartition("\n")[2].partition(" ")
    if done.returncode != 0:
        return Answer(BROKEN, _complaint(done))
    if code == "302" and location.startswith(status_page):
        return Answer(CLOSED, f"302 to {location}")
    return Answer(OPEN, "page") if code == "200" else Answer(BROKEN, f"HTTP {code}")


def all_ways(network, line, name, ca_file, status_page):
    """{"DNS": Answer, "HTTPS": Answer, "HTTP": Answer}; each is asked over IPv4 and IPv6, which must agree."""
    ways = {
        "DNS": lambda v: dns(network, line, name, v),
        "HTTPS": lambda v: https(network, line, name, v, ca_file),
        "HTTP": lambda v: http(network, line, name, v, status_page),
    }
    answers = {}
    for way, ask in ways.items():
        four, six = ask(4), ask(6)
        answers[way] = four if four.reach == six.reach else Answer(
            BROKEN, f"IPv4: {four.detail}; IPv6: {six.detail}")
    return answers


def _curl(network, line, name, version, port, url, *extra):
    address = WEB_IPV4 if version == 4 else f"[{WEB_IPV6}]"
    return network.inside(line, "curl", "-sS", "--max-time", "5", "--resolve", f"{name}:{port}:{address}",
                          *extra, url, check=False)


def _complaint(done):
    words = {_COULD_NOT_CONNECT: "no connection", _TIMED_OUT: "timed out"}
    return words.get(done.returncode, done.stderr.strip() or f"curl {done.returncode}")

# SPDX-License-Identifier: Apache-2.0
"""Hellos of today's TLS and QUIC libraries: the same verdict for all, and each ends at once."""

import os
import time

import pytest

from network import CHILD, WEB_IPV4

NODE = """
const https = require("https");
https.get({host: process.argv[1], servername: process.argv[2], headers: {Host: process.argv[2]},
           ca: require("fs").readFileSync(process.argv[3])},
  answer => answer.on("data", text => console.log(String(text)))).on("error", error => {
    console.error(error.code, error.message); process.exit(1); });
"""
PYTHON = """
import http.client, socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[3])
plain = socket.create_connection((sys.argv[1], 443), timeout=10)
with context.wrap_socket(plain, server_hostname=sys.argv[2]) as tls:
    tls.sendall(f"GET / HTTP/1.1\\r\\nHost: {sys.argv[2]}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    answer = http.client.HTTPResponse(tls)
    answer.begin()
    print(answer.read().decode())
"""


def curl(*options):
    return lambda name, ca: ["curl", "-sS", "--max-time", "10", "--cacert", ca, "--resolve", f"{name}:443:{WEB_IPV4}",
                             *options, f"https://{name}/"]


def openssl(*options):
    return lambda name, ca: ["sh", "-c", f'printf "GET / HTTP/1.1\\r\\nHost: {name}\\r\\nConnection: close\\r\\n\\r\\n" | '
                             f'openssl s_client -ign_eof -quiet -connect {WEB_IPV4}:443 -servername {name} -CAfile {ca} '
                             + " ".join(options)]


CLIENTS = {
    "curl-http1": curl("--http1.1"),
    "curl-http2": curl("--http2"),
    "curl-tls12": curl("--tls-max", "1.2"),
    "openssl-tls13": openssl("-tls1_3"),
    "openssl-tls12": openssl("-tls1_2"),
    "openssl-no-early-name": openssl("-tls1_3", "-groups", "X448:P-256"),  # the server asks for another hello
    "gnutls": lambda name, ca: ["sh", "-c", f'printf "GET / HTTP/1.1\\r\\nHost: {name}\\r\\nConnection: close\\r\\n\\r\\n" | '
                                f"gnutls-cli --x509cafile {ca} --sni-hostname {name} --verify-hostname {name} "
                                f"{WEB_IPV4}:443"],
    "node": lambda name, ca: ["node", "-e", NODE, WEB_IPV4, name, ca],
    "python": lambda name, ca: ["python3", "-c", PYTHON, WEB_IPV4, name, ca],
    # It names the host that it was given, and "localhost" for an address: so it gets a file of hosts of its own.
    "ngtcp2": lambda name, ca: ["unshare", "--mount", "sh", "-c",
                                f'echo "{WEB_IPV4} {name}" > "$1/hosts" && mount --bind "$1/hosts" /etc/hosts && '
                                f"exec timeout 20 gtlsclient --exit-on-first-stream-close {name} 443 https://{name}/",
                                "sh", os.path.dirname(ca)],
}

ALERT_112 = ("unrecognized name", "unrecognized_name", "alert number 112", "alert [112]")


def ask(network, client, name, servers):
    begin = time.monotonic()
    done = network.inside(CHILD.name, *CLIENTS[client](name, str(servers.ca_file)), check=False)
    return done.stdout + done.stderr, time.monotonic() - begin


@pytest.mark.parametrize("client", CLIENTS)
def test_a_listed_name_is_refused_at_once_and_another_is_not(gateway, network, servers, client):
    opened, _ = ask(network, client, "news.test", servers)
    assert "open: news.test" in opened, opened
    refused, seconds = ask(network, client, "casino.test", servers)
    assert "open:" not in refused, refused
    assert seconds < 5, refused
    again, _ = ask(network, client, "news.test", servers)
    assert "open: news.test" in again, again


@pytest.mark.parametrize("client", [name for name in CLIENTS if name != "ngtcp2"])
def test_the_client_is_told_that_the_name_is_the_reason(gateway, network, servers, client):
    refused, _ = ask(network, client, "casino.test", servers)
    assert any(words in refused.lower() for words in ALERT_112), refused

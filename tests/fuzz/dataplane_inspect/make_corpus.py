#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes corpus/tls, corpus/http, corpus/stream and corpus/bypass: one stream for each thing that the inspectors distinguish."""

import pathlib
import struct


def vector(octets, size):
    return len(octets).to_bytes(size, "big") + octets


def extension(kind, body):
    return struct.pack("!H", kind) + vector(body, 2)


def server_name(*names, name_type=0):
    return extension(0, vector(b"".join(bytes([name_type]) + vector(n.encode(), 2) for n in names), 2))


def hello(*extensions, session_id=b"s" * 32):
    body = b"\x03\x03" + b"r" * 32 + vector(session_id, 1)
    body += vector(b"\x13\x01\xc0\x2f", 2) + vector(b"\0", 1) + vector(b"".join(extensions), 2)
    return b"\x01" + vector(body, 3)


def record(fragment, kind=22):
    return bytes([kind]) + b"\x03\x01" + vector(fragment, 2)


def records(message, size):
    return b"".join(record(message[i:i + size]) for i in range(0, len(message), size))


NAME = server_name("www.example.org")
VERSIONS = extension(43, b"\x04\x03\x04\x03\x03")
TLS = {
    "one_record": record(hello(VERSIONS, NAME)),
    "upper_case_and_dot": record(hello(server_name("WWW.Example.ORG."))),
    "large_key_share": record(hello(extension(51, vector(b"\x11\xec" + vector(b"k" * 1216, 2), 2)), NAME)),
    "records_of_7": records(hello(NAME), 7),
    "empty_records": record(b"") + record(hello(NAME)),
    "warning_alert_first": record(b"\x01\x5a", 21) + record(hello(NAME)),
    "empty_change_cipher_spec_first": record(b"", 20) + record(hello(NAME)),
    "no_name": record(hello(VERSIONS)),
    "address": record(hello(server_name("192.0.2.1"))),
    "two_names": record(hello(server_name("a.example", "b.example"))),
    "other_name_type": record(hello(server_name("x", name_type=9))),
    "two_server_name_extensions": record(hello(NAME, NAME)),
    "empty_list": record(hello(server_name())),
    "no_session_id": record(hello(NAME, session_id=b"")),
    "server_hello": record(b"\x02" + vector(b"\x03\x03" + b"r" * 32, 3)),
    "fatal_alert": record(b"\x02\x28", 21),
    "ssl2_hello": b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + b"c" * 37,
}
HOST = b"Host: www.example.org\r\n"
GET = b"GET / HTTP/1.1\r\n"
HTTP = {
    "get": GET + b"User-Agent: x\r\n" + HOST + b"\r\n",
    "line_feeds_only": b"\n\nPOST /a HTTP/1.0\nhost:www.example.org:80\n\n",
    "absolute_form": b"GET http://user@www.example.org:80/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "connect": b"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n",
    "options_asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "blanks": b"GET\t/  a \tHTTP/1.1 \r\nHost \t:\t www.example.org\t \r\n\r\n",
    "folded": GET + b"Host:\r\n www.example.org\r\n\t\r\n\r\n",
    "two_hosts": GET + HOST + b"Host: b.example\r\n\r\n",
    "ipv6": GET + b"Host: [2001:db8::1]:80\r\n\r\n",
    "no_host": GET + b"\r\n",
    "http2_preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "response": b"HTTP/1.1 200 OK\r\n\r\n",
    "sip": b"OPTIONS sip:nm SIP/2.0\r\n" + HOST + b"\r\n",
    "many_lines": GET + b"a\n" * 300,
}
STREAM = {
    "tls": TLS["one_record"],
    "http": HTTP["get"],
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "bittorrent": b"\x13BitTorrent protocol" + b"\0" * 8,
    "dns_over_tcp": b"\x00\x19\x12\x34\x01\x00\x00\x01" + b"\0" * 6 + b"\x07example\0\0\x01\0\x01",
}
FIRST = (1).to_bytes(4, "big")  # a replay counter
RESET = b"\x38" + b"session1"
BYPASS = {
    "wireguard": b"\x01\0\0\0" + b"w" * 144,
    "openvpn": RESET + b"\0" * 5,
    "openvpn_tls_auth": RESET + b"m" * 20 + FIRST + b"time" + b"\0" * 5,
    "openvpn_tls_crypt": RESET + FIRST + b"time" + b"c" * 37,
    "openvpn_tcp": b"\0\x0e" + RESET + b"\0" * 5,
    "ike": b"initiate" + b"\0" * 8 + b"\x21\x20\x22\x08" + b"\0" * 4 + (60).to_bytes(4, "big") + b"k" * 32,
    "l2tp": bytes.fromhex("c802001c0000000000000000800800000000000180080000000201 00"),
    "socks5": b"\x05\x02\0\x02",
    "socks5_hurried": b"\x05\x01\0\x05\x01\0\x03\x01a\0\x50",
    "socks4a": b"\x04\x01\0\x50\0\0\0\x01me\0www.example.org\0",
}

if __name__ == "__main__":
    for protocol, cases in {"tls": TLS, "http": HTTP, "stream": STREAM, "bypass": BYPASS}.items():
        folder = pathlib.Path(__file__).parent / "corpus" / protocol
        folder.mkdir(parents=True, exist_ok=True)
        for case, octets in cases.items():
            (folder / case).write_bytes(octets)

# SPDX-License-Identifier: Apache-2.0
"""Hellos and requests in tiny segments or with pauses, from a real TCP stack to a real server: the name decides."""

import pytest

from network import CHILD, WEB_IPV4, WEB_IPV6

# Writes a ClientHello, or a request, in pieces of its own segments; tells how the conversation ended.
CLIENT = r"""
import socket, ssl, sys, time

address, name, kind, piece, pause_at, pause = sys.argv[1], sys.argv[2], sys.argv[3], *map(float, sys.argv[4:])
link = socket.create_connection((address, 443 if kind == "tls" else 80), timeout=30)
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

def send(first):
    size = int(piece) or len(first)
    for at in range(0, len(first), size):
        if pause and at <= pause_at < at + size:
            half = max(1, int(pause_at) - at)
            link.sendall(first[at:at + half])
            time.sleep(pause)
            link.sendall(first[at + half:at + size])
        else:
            link.sendall(first[at:at + size])

begin = time.monotonic()
try:
    if kind == "http":
        send(f"GET / HTTP/1.1\r\nHost: {name}\r\nX: {'x' * 700}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while got := link.recv(4096):
            answer += got
        print("open" if f"open: {name}".encode() in answer else "redirected" if b" 302 " in answer else answer)
    else:
        context = ssl._create_unverified_context()
        context.set_alpn_protocols(["x" * 200 + str(n) for n in range(7)] + ["http/1.1"])
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
        def talk(step, write=link.sendall):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    write(outgoing.read())
                    write = link.sendall
                    incoming.write(link.recv(65536)) or incoming.write_eof()
        talk(tls.do_handshake, send)
        tls.write(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        print("open" if f"open: {name}".encode() in talk(lambda: tls.read(4096)) else "odd")
except ssl.SSLError as error:
    print("alert" if "UNRECOGNIZED_NAME" in str(error) else error)
except ConnectionError as error:
    print("reset")
print(f"{time.monotonic() - begin:.1f} s", file=sys.stderr)
"""


def outcome(network, version, name, kind, piece=0, pause_at=0, pause=0):
    address = WEB_IPV4 if version == 4 else WEB_IPV6
    done = network.inside(CHILD.name, "python3", "-c", CLIENT, address, name, kind, str(piece), str(pause_at), str(pause))
    return done.stdout.strip()


ENDS = pytest.mark.parametrize("name, ends", [("casino.test", {"tls": "alert", "http": "redirected"}),
                                              ("news.test", {"tls": "open", "http": "open"})])


@ENDS
@pytest.mark.parametrize("kind", ["tls", "http"])
@pytest.mark.parametrize("version, piece", [(4, 1), (4, 3), (6, 40)])
def test_tiny_segments_change_nothing(gateway, network, servers, version, piece, kind, name, ends):
    assert outcome(network, version, name, kind, piece) == ends[kind]


@ENDS
@pytest.mark.parametrize("kind", ["tls", "http"])
@pytest.mark.parametrize("pause_at, pause", [(5, 0.8), (300, 1.5)])
def test_a_pause_in_the_middle_changes_nothing(gateway, network, servers, pause_at, pause, kind, name, ends):
    assert outcome(network, 4, name, kind, pause_at=pause_at, pause=pause) == ends[kind]

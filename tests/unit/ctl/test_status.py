# SPDX-License-Identifier: Apache-2.0
"""luytrectl status against a page like the gateway's."""

import http.server
import threading
import time

import pytest

PAGE = """# TYPE luytre_packets_total counter
luytre_packets_total{{outcome="forwarded",direction="up"}} 1200345
luytre_packets_total{{outcome="forwarded",direction="down"}} 2400
luytre_packets_total{{outcome="dns_refused",direction="up"}} 17
luytre_packets_total{{outcome="never_happened",direction="up"}} 0
luytre_index_serial 12
luytre_index_names 1000000
luytre_lines 3
luytre_flows 42
luytre_policy_version 7
luytre_start_time_seconds {start}
luytre_something_new{{why="later"}} 5
"""


@pytest.fixture
def serve():
    servers = []

    def start(body, code=200):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(code)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/metrics"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_status_is_compact_and_complete(ctl, serve):
    text = ctl.run("status", "--metrics", serve(PAGE.format(start=time.time() - 3700)))
    assert "up 1 h 1 min" in text
    assert "serial 12, 1,000,000 names" in text
    assert "1,200,345" in text and "dns_refused" in text and "never_happened" not in text
    assert text.index("forwarded") < text.index("dns_refused")
    assert 'something_new{why="later"}' in text


def test_status_json_is_flat(ctl, serve):
    figures = ctl.json("status", "--metrics", serve(PAGE.format(start=1)))
    assert figures["luytre_policy_version"] == 7
    assert figures['luytre_packets_total{outcome="dns_refused",direction="up"}'] == 17
    assert figures["luytre_packets_total"] == 1200345 + 2400 + 17


def test_status_says_what_is_missing(ctl, serve):
    text = ctl.run("status", "--metrics", serve("luytre_index_loaded 0\nluytre_policy_loaded 0\nluytre_index_serial 0\n"))
    assert "categories import" in text and "line add" in text


def test_status_tells_of_changes_since_the_index(ctl, serve):
    page = PAGE.format(start=1) + "luytre_list_serial 15\nluytre_overlay_names 1200\nluytre_lists_behind 1\n"
    text = ctl.run("status", "--metrics", serve(page))
    assert "serial 15, 1,200 names changed since that index" in text
    assert "luytrectl categories compile" in text
    text = ctl.run("status", "--metrics", serve(PAGE.format(start=1) + "luytre_list_serial 12\nluytre_lists_behind 0\n"))
    assert "changed since" not in text and "behind" not in text


def test_status_says_when_there_is_no_gateway(ctl, serve):
    assert "Is the gateway running?" in ctl.refused("status", "--metrics", "http://127.0.0.1:1/metrics")
    assert "404" in ctl.refused("status", "--metrics", serve("", 404))
    assert "--metrics" in ctl.refused("status", "--metrics", serve("hello\n"))

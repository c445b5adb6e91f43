# SPDX-License-Identifier: Apache-2.0
"""luytre-gateway between two virtual cables, with the list; behind it a responder that answers everything.

Reuses the network of the demonstration: a child's line, an access switch, the gateway, a small internet."""

import pathlib
import sys
import time

from process import LOAD_CPU, SERVER_CPU, Process, need, pinned

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "demo"))

from gateway import Gateway  # noqa: E402
from network import CHILD, DNS_IPV4, INTERNET_PORT, SUBSCRIBER_PORT, Network  # noqa: E402


class PinnedGateway(Gateway):
    """On the server's processor alone, its control thread and all; and found by its process id: `ip netns exec`,
    taskset and setpriv all become what they start."""

    def command(self, *command):
        line = super().command(*command)
        return pinned(SERVER_CPU, *line) if command[0].endswith("luytre-gateway") else line


class GatewayPath:
    """Use it with `with`. Looks like the servers it is compared with: address, port, process, load_seconds."""

    name = "luytre-gateway (AF_PACKET)"
    address, port = DNS_IPV4, 53

    def __init__(self, binaries, directory, list_file, gateway_class=PinnedGateway):
        need("ip", "ethtool", "setpriv", "taskset")
        self.binaries = pathlib.Path(binaries)
        self.directory = pathlib.Path(directory)
        self._network = Network("lybench", lines=(CHILD,))
        self.gateway = gateway_class(binaries, ROOT, directory, self.directory / "data",
                                     (SUBSCRIBER_PORT, INTERNET_PORT), "http://status.luytre.test/", self._network)
        self._list = list_file
        self._responder = None
        self.load_seconds = 0.0
        self.import_seconds = 0.0

    def import_list(self, path):
        """Replaces the list and makes the index of it. Real lists name whole registries and popular sites, and all of
        them are gambling here: the guards would keep such a list back, and dnsdist and Unbound have none."""
        self.gateway.luytrectl("categories", "import", str(path), "--source", "bench", "--format", "names",
                               "--category", "gambling", "--reach", "subtree",
                               "--accept", "public_suffix,shared_host,popular,never_block")

    def __enter__(self):
        self._network.__enter__()
        try:
            begin = time.monotonic()
            self.import_list(self._list)
            self.import_seconds = time.monotonic() - begin
            self.gateway.luytrectl("line", "add", CHILD.name, "--band", "b1", "--key", CHILD.ipv4)
            responder = self._network.command("net", str(self.binaries / "luytre-bench-dns-load"), "answer",
                                              "--address", DNS_IPV4)
            self._responder = Process(responder, self.directory, cpu=LOAD_CPU)
            self._responder.__enter__()
            begin = time.monotonic()
            self.gateway.start(seconds=60)
            self.load_seconds = time.monotonic() - begin
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.gateway.stop()
        if self._responder:
            self._responder.__exit__()
        self._network.close()

    @property
    def process(self):
        running = Process([self.gateway.process.args[-1]], self.directory)
        running.process = self.gateway.process
        return running

    def prefix(self):
        return self._network.command("child")

    def status(self):
        return self.gateway.status()



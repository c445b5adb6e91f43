# SPDX-License-Identifier: Apache-2.0
"""What went over the line during a test: a capture, and what luytre-inspect reads in it."""

import json
import pathlib
import subprocess

from network import daemon, run


class Recording:
    def __init__(self, network, line, path, inspect):
        self.network, self.line, self.path, self.inspect = network, line, pathlib.Path(path), inspect
        self._process = None

    def __enter__(self):
        self.path.unlink(missing_ok=True)
        # Immediate mode: the kernel hands each packet over at once, so nothing is missing when tcpdump is stopped. By
        # itself tcpdump would become a user who may not write here.
        command = ["tcpdump", "-Z", "root", "-i", "eth0", "--immediate-mode", "-U", "-s", "0", "-w", str(self.path)]
        self._process = subprocess.Popen(
            daemon(*self.network.command(self.line, *command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while "listening on" not in self._process.stderr.readline():
            if self._process.poll() is not None:
                raise RuntimeError("tcpdump did not start")
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process.stderr.close()
            self._process = None

    def begin_anew(self):
        """Forgets what was recorded so far."""
        self.close()
        self.__enter__()

    def hellos(self, name):
        """{protocol: how often the name was shown}, as the gateway's own inspectors read it."""
        self.close()
        done = run(str(self.inspect), "--json", str(self.path), check=False)
        counts = {}
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if event["name"] == name:
                counts[event["proto"]] = counts.get(event["proto"], 0) + event.get("n", 1)
        return counts

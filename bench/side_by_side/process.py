# SPDX-License-Identifier: Apache-2.0
"""A server as a child process on one processor, and what it takes."""

import os
import pathlib
import shutil
import socket
import struct
import subprocess
import time

# The server has the last processor for itself; everything else of a run shares the first.
SERVER_CPU = max(os.sched_getaffinity(0))
LOAD_CPU = min(os.sched_getaffinity(0))
_TICKS = os.sysconf("SC_CLK_TCK")


def need(*programs):
    missing = [program for program in programs if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")]
    if missing:
        raise RuntimeError(f"Not installed: {', '.join(missing)}. Install them: deploy/install-packages bench")


def pinned(cpu, *command):
    """`command` on one processor (None: on any); it ends with this program, however that ends."""
    place = ["taskset", "-c", str(cpu)] if cpu is not None else []
    return ["setpriv", "--pdeathsig", "KILL", "--", *place, *map(str, command)]


class Process:
    """Started with start(), stopped by `with`; what it prints goes to a file beside its configuration."""

    def __init__(self, command, directory, cpu=SERVER_CPU):
        self.command = pinned(cpu, *command)
        self.directory = pathlib.Path(directory)
        self.log = self.directory / f"{pathlib.Path(command[0]).name}.log"
        self.process = None

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.directory)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self):
        """setpriv, taskset and `ip netns exec` all become what they start."""
        return self.process.pid

    def check_running(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.command[-1]} stopped:\n{self.log.read_text(errors='replace')[-2000:]}")

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def cpu_seconds(self):
        """User and system time of all its threads."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def await_answer(process, address, port, name, code, seconds=120):
    """Seconds until the server answers for `name` with the response code `code` (3: NXDOMAIN)."""
    begin = time.monotonic()
    query = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0)
    query += b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.02)
        while time.monotonic() - begin < seconds:
            process.check_running()
            try:
                asking.sendto(query, (address, port))
                if asking.recv(512)[3] & 15 == code:
                    return time.monotonic() - begin
            except (TimeoutError, ConnectionError):
                time.sleep(0.02)
    raise RuntimeError(f"{process.command[-1]} did not answer within {seconds} s; its log is {process.log}.")

# SPDX-License-Identifier: Apache-2.0
"""luytre-gateway as a child process, on two interfaces of a namespace or of this machine."""

import json
import pathlib
import subprocess
import time

from network import daemon, run

CONFIG = """# Written by the demonstration; deploy/gateway.toml.example explains every key.
data_dir = "{data_dir}"
share_dir = "{share_dir}"
status_page = "{status_page}"

[ports]
subscriber = "{subscriber}"
internet = "{internet}"
driver = "af_packet"

[metrics]
listen = "127.0.0.1:9477"
"""


class Gateway:
    """Starts with start() or `with`; `namespace` None means this machine's own interfaces."""

    def __init__(self, binaries, share_dir, directory, data_dir, ports, status_page, network=None, extra=""):
        self.binaries = pathlib.Path(binaries)
        self.share_dir = pathlib.Path(share_dir)
        self.data_dir = pathlib.Path(data_dir)
        self.network = network
        self.status_page = status_page
        self.log = pathlib.Path(directory) / "gateway.log"
        self.config = pathlib.Path(directory) / "gateway.toml"
        self.config.write_text(CONFIG.format(data_dir=data_dir, share_dir=share_dir, status_page=status_page,
                                             subscriber=ports[0], internet=ports[1]) + extra)
        self.process = None

    def command(self, *command):
        return self.network.command("gw", *command) if self.network else list(command)

    def luytrectl(self, *arguments, check=True):
        return run(*self.command(str(self.binaries / "luytrectl"), "--data-dir", str(self.data_dir), "--share-dir",
                                 str(self.share_dir), *arguments), check=check)

    def status(self):
        """The gateway's own figures; None while it does not answer."""
        done = self.luytrectl("status", "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, seconds=20):
        self.process = subprocess.Popen(
            daemon(*self.command(str(self.binaries / "luytre-gateway"), "--config", str(self.config))),
            stdin=subprocess.DEVNULL, stdout=self.log.open("wb"), stderr=subprocess.STDOUT)
        end = time.monotonic() + seconds
        while self.status() is None:
            if self.process.poll() is not None:
                raise RuntimeError(f"The gateway stopped at once:\n{self.log.read_text(errors='replace')}")
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"The gateway did not come up within {seconds} s; its log is {self.log}.")
            time.sleep(0.05)

    def stop(self):
        """Asks for a drain and returns the exit code."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process = None

    def await_policy(self, change, seconds=5):
        """Runs `change` (which commits something) and waits until the gateway says that it is in force."""
        before = self.status()["luytre_policy_version"]
        change()
        end = time.monotonic() + seconds
        while self.status()["luytre_policy_version"] == before:
            if time.monotonic() > end:
                raise RuntimeError(f"The gateway did not take the change over within {seconds} s.")
            time.sleep(0.02)

# SPDX-License-Identifier: Apache-2.0
"""Real DNS servers that hold a response policy zone and give it to holders of a TSIG key: BIND and Knot on loopback."""

import pathlib
import signal
import socket
import subprocess
import time

ZONE = "rpz.test"
KEY = 'key "luytre" { algorithm hmac-sha256; secret "bHV5dHJlLXRyYW5zZmVyLXRlc3Qta2V5LTMyLW9jdGV0cw=="; };\n'
SECRET = "bHV5dHJlLXRyYW5zZmVyLXRlc3Qta2V5LTMyLW9jdGV0cw=="

BIND_CONF = """
include "{directory}/key.conf";
options {{
  directory "{directory}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 port {port} {{ ::1; }};
  pid-file none;
  session-keyfile none;
  managed-keys-directory "{directory}";
  recursion no;
  notify no;
  dnssec-validation no;
  allow-transfer {{ key luytre; }};
  max-transfer-idle-out 1;
}};
controls {{ }};
zone "{zone}" {{ type primary; file "{directory}/zone.db"; ixfr-from-differences {differences};
  journal "{directory}/zone.jnl"; }};
"""

KNOT_CONF = """
server:
    listen: [ 127.0.0.1@{port}, ::1@{port} ]
    rundir: "{directory}"
database:
    storage: "{directory}"
key:
  - id: luytre
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: transfer
    key: luytre
    action: transfer
zone:
  - domain: {zone}
    file: "{directory}/zone.db"
    zonefile-load: difference
    journal-content: changes
    acl: transfer
"""


def free_port():
    """A port that is free for TCP and UDP now; the servers here start within the second."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Primary:
    """One server with one zone; `with` starts and stops it."""

    def __init__(self, kind, directory, differences=True):
        self.kind = kind
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        self.serial = 0
        self.process = None
        self.key_file = self.directory / "key.conf"
        self.key_file.write_text(KEY)
        values = {"directory": self.directory, "port": self.port, "zone": ZONE, "secret": SECRET,
                  "differences": "yes" if differences else "no"}
        (self.directory / "server.conf").write_text((BIND_CONF if kind == "bind" else KNOT_CONF).format(**values))

    def write(self, serial, names):
        """A new version of the zone: each name and everything below it is refused."""
        self.serial = serial
        records = "".join(f"{name} CNAME .\n*.{name} CNAME .\n" for name in names)
        fresh = self.directory / "zone.new"
        fresh.write_text(f"$ORIGIN {ZONE}.\n$TTL 60\n@ SOA localhost. admin.localhost. {serial} 3600 600 86400 60\n"
                         f"@ NS localhost.\n{records}")
        fresh.rename(self.directory / "zone.db")
        if self.process:
            self.process.send_signal(signal.SIGHUP)
            self.await_serial()

    def __enter__(self):
        program = (["named", "-g", "-c", self.directory / "server.conf"] if self.kind == "bind"
                   else ["knotd", "-c", self.directory / "server.conf"])
        with (self.directory / "log").open("w") as log:
            self.process = subprocess.Popen([str(word) for word in program], stdout=log, stderr=log)
        self.await_serial()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def await_serial(self):
        """Until the server answers with the version written last."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            asked = subprocess.run(["dig", "@127.0.0.1", "-p", str(self.port), "+tcp", "+short", "+tries=1", "+time=2",
                                    ZONE, "SOA"], capture_output=True, text=True)
            if f" {self.serial} " in asked.stdout:
                return
            assert self.process.poll() is None, (self.directory / "log").read_text(errors="replace")
            time.sleep(0.05)
        raise AssertionError(f"serial {self.serial} never came:\n" + (self.directory / "log").read_text(errors="replace"))

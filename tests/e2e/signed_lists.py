# SPDX-License-Identifier: Apache-2.0
"""An issuer of signed lists (luytrectl list), its mirrors (nginx) and subscribers (luytre-mgmt), without a network of their own."""

import base64
import contextlib
import hashlib
import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from network import daemon, run

LIST = "vn-national"
MANIFEST_TYPE = "luytre-list-manifest-v1"
PATIENCE = 20  # seconds, of a sanitizer build on a busy machine


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_condition(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"{what}: it did not come true within {seconds} s"
        time.sleep(0.01)
    return value


class Publisher:
    """Makes versions with luytrectl, as its people would, and forges some with openssl."""

    def __init__(self, stage, directory, keys=("first", "second"), threshold=2):
        self.program = stage / "bin" / "luytrectl"
        self.share_dir = stage / "share" / "luytre"
        self.directory = pathlib.Path(directory)
        self.folder = self.directory / "list"
        self.signers = keys
        self.threshold = threshold
        self.serial = 0
        for name in (*keys, "stranger", "third"):
            self.luytrectl("list", "key", "new", self.key(name))
        public = [word for name in keys for word in ("--key", f"{self.key(name)}.pub")]
        self.luytrectl("list", "init", self.folder, "--name", LIST, *public, "--threshold", threshold,
                       "--scope", "mandatory", "--by", "anna")

    @property
    def public(self):
        return self.folder / "public"

    @property
    def pinned_root(self):
        return self.public / "root" / "1.root.json"

    def key(self, name):
        return self.directory / f"{name}.key"

    def luytrectl(self, *arguments):
        return run(str(self.program), "--share-dir", str(self.share_dir), *map(str, arguments)).stdout

    def submit(self, add=(), remove=(), expires=None):
        """Asks for a change, which a second person approves."""
        changes = self.directory / "changes"
        changes.write_text("".join(f"{line}\n" for line in add) + "".join(f"-{name}\n" for name in remove))
        submitted = json.loads(self.luytrectl("list", "submit", self.folder, "--file", changes, "--by", "anna",
                                              "--reason", "a report", "--json",
                                              *(("--expires", expires) if expires else ())))
        self.luytrectl("list", "review", self.folder, submitted["id"], "--approve", "--by", "binh",
                       "--reason", "checked")

    def sign(self, *options, signers=None, accept=None):
        """The first of the signers chooses the options; each of them accepts what trips a guard."""
        for number, name in enumerate(signers or self.signers[:self.threshold]):
            self.luytrectl("list", "sign", self.folder, "--key", self.key(name), "--by", name,
                           *(options if number == 0 else ()), *(("--accept", accept) if accept else ()))

    def publish(self, *options, add=(), remove=(), expires=None, accept=None):
        """Submits, reviews, signs and publishes; returns the new serial."""
        self.submit(add, remove, expires)
        self.sign(*options, accept=accept)
        return self.make_public()

    def roll_back(self, serial):
        self.luytrectl("list", "rollback", self.folder, "--to", serial, "--by", "anna", "--reason", "a mistake")
        self.sign()
        return self.make_public()

    def rotate(self, *options):
        """Changes the keys; enough of those of before have to sign it, too."""
        self.luytrectl("list", "rotate", self.folder, *options, "--by", "anna", "--reason", "a new key")

    def make_public(self):
        manifest = json.loads(self.luytrectl("list", "publish", self.folder, "--by", "anna", "--json"))
        self.serial = manifest["serial"]
        return self.serial

    def manifest(self):
        return json.loads(base64.b64decode(json.loads((self.public / "manifest.json").read_text())["payload"]))

    def forge(self, signers, **changes):
        """The published manifest with other values, signed by whoever."""
        payload = json.dumps({**self.manifest(), **changes}).encode()
        message = f"DSSEv1 {len(MANIFEST_TYPE)} {MANIFEST_TYPE} {len(payload)} ".encode() + payload
        signatures = [{"keyid": self._key_id(name), "sig": self._signature(name, message)} for name in signers]
        return json.dumps({"payload": base64.b64encode(payload).decode(), "payloadType": MANIFEST_TYPE,
                           "signatures": signatures})

    def _key_id(self, name):
        der = subprocess.run(["openssl", "pkey", "-in", self.key(name), "-pubout", "-outform", "DER"],
                             capture_output=True, check=True).stdout
        return hashlib.sha256(der[-32:]).hexdigest()

    def _signature(self, name, message):
        with tempfile.NamedTemporaryFile() as file:
            file.write(message)
            file.flush()
            made = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key(name), "-in", file.name],
                                  capture_output=True, check=True).stdout
        return base64.b64encode(made).decode()


NGINX = """
daemon off; user root; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
  default_type application/octet-stream; server_tokens off;
  log_format requests '$server_port $request_uri $status $body_bytes_sent'; access_log {dir}/access.log requests;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{ listen 127.0.0.1:{good}; root {public}; }}
  server {{ listen 127.0.0.1:{forged}; root {dir}/forged; }}
  server {{ listen 127.0.0.1:{slow}; root {public}; location ~ [.]zst$ {{ limit_rate 20k; }} }}
  server {{ listen 127.0.0.1:{empty}; return 200; }}
  server {{
    listen 127.0.0.1:{secure} ssl; root {public};
    ssl_certificate {dir}/server.crt; ssl_certificate_key {dir}/server.key;
  }}
}}
"""


class Mirrors:
    """One nginx with a good mirror, a slow one, one over TLS, one that says 200 to everything with nothing, and one whose
    files a test forges in `forged`; `dead` is nobody's."""

    KINDS = ("good", "forged", "slow", "empty", "secure", "dead")

    def __init__(self, directory, public):
        self.directory = pathlib.Path(directory)
        self.forged = self.directory / "forged"
        self.forged.mkdir()
        self.ports = {kind: free_port() for kind in self.KINDS}
        (self.directory / "nginx.conf").write_text(NGINX.format(dir=self.directory, public=public, **self.ports))
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3",
            "-subj", "/CN=mirror", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
            str(self.directory / "server.key"), "-out", str(self.directory / "server.crt"))
        self.process = subprocess.Popen(daemon("nginx", "-c", str(self.directory / "nginx.conf"), "-e",
                                               str(self.directory / "error.log")), stdin=subprocess.DEVNULL)
        await_condition(self._answers, "nginx")

    @property
    def certificate(self):
        return self.directory / "server.crt"

    def url(self, kind):
        return f"{'https' if kind == 'secure' else 'http'}://127.0.0.1:{self.ports[kind]}/"

    def requests(self, kind, part):
        """Lines of the access log: (path, status, octets)."""
        lines = [line.split() for line in (self.directory / "access.log").read_text().splitlines()]
        return [(path, int(status), int(size)) for port, path, status, size in lines
                if port == str(self.ports[kind]) and part in path]

    def _answers(self):
        with contextlib.suppress(urllib.error.URLError):
            return urllib.request.urlopen(self.url("empty")).status == 200

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)


CONFIG = """
data_dir = "{data_dir}"
share_dir = "{share_dir}"
node_id = "{node_id}"
[metrics]
listen = "127.0.0.1:{port}"
[fetch]
ca_file = "{ca_file}"
[[list]]
name = "vn-national"
root = "{root}"
mirrors = [{mirrors}]
interval_s = 1
urgent = true
scope = "mandatory"
issuer = "A ministry"
"""


class Subscriber:
    """luytre-mgmt with a data directory of its own; all it says is in `log`."""

    def __init__(self, stage, directory, publisher, mirrors, kinds=("good",), node_id="node", data_dir=None):
        self.stage = stage
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.publisher = publisher
        self.mirrors = mirrors
        self.node_id = node_id
        self.data_dir = pathlib.Path(data_dir or self.directory / "data")
        self.config = self.directory / "mgmt.toml"
        self.log_file = self.directory / "mgmt.log"
        self.port = free_port()
        self.process = None
        self.use(*kinds)

    def use(self, *kinds, ca=True):
        """From the next start on."""
        self.config.write_text(CONFIG.format(
            data_dir=self.data_dir, share_dir=self.stage / "share" / "luytre", node_id=self.node_id, port=self.port,
            ca_file=self.mirrors.certificate if ca else "", root=self.publisher.pinned_root,
            mirrors=", ".join(f'"{self.mirrors.url(kind)}"' for kind in kinds)))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()

    def start(self):
        self.process = subprocess.Popen(daemon(str(self.stage / "bin" / "luytre-mgmt"), "--config", str(self.config)),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.log_file.open("ab"))
        await_condition(lambda: self.process.poll() is not None or self.metrics(), "the start of luytre-mgmt")
        assert self.process.poll() is None, self.log()
        return self

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=15)
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def refresh(self):
        self.process.send_signal(signal.SIGHUP)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def metrics(self):
        """By name with its labels in order; empty while nobody answers."""
        with contextlib.suppress(OSError):
            text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5).read().decode()
            rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
            return {name.replace(f'list="{LIST}",', "").replace(f'{{list="{LIST}"}}', ""): float(value)
                    for name, _, value in rows}
        return {}

    def serial(self):
        return self.metrics().get("luytre_list_serial")

    def failures(self, reason):
        return self.metrics().get(f'luytre_list_failures_total{{reason="{reason}"}}', 0)

    def stage_word(self):
        prefix = 'luytre_list_stage{stage="'
        return next((name[len(prefix):-2] for name, value in self.metrics().items()
                     if name.startswith(prefix) and value == 1), None)

    def await_serial(self, serial, seconds=PATIENCE):
        try:
            await_condition(lambda: self.serial() == serial, f"serial {serial}", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log()}") from None

    def await_refusal(self, reason, already=0):
        try:
            await_condition(lambda: self.failures(reason) > already, f"a refusal by {reason}")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.metrics()}\n{self.log()}") from None

    def luytrectl(self, *arguments, check=True):
        return run(str(self.stage / "bin" / "luytrectl"), "--data-dir", str(self.data_dir), "--share-dir",
                   str(self.stage / "share" / "luytre"), *arguments, check=check)

    def says(self, name):
        """The category words that the database has for a name."""
        return self.luytrectl("categories", "lookup", name, "--json", check=False).stdout

    def state(self):
        with contextlib.suppress(FileNotFoundError):
            return json.loads((self.data_dir / "lists" / LIST / "state.json").read_text())
        return {}


def canary_number(serial, node_id):
    """0 to 99: below the percentage the node begins early (docs/list-protocol.md)."""
    digest = hashlib.sha256(f"luytre-canary-v1\n{LIST}\n{serial}\n{node_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100

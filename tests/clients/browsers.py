# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium and Firefox ESR without a screen, on a line's namespace: open an address, say what the person sees.

Addresses are given by name alone and resolved by the browser's own settings, so that the gateway's DNS has no say and
TLS or QUIC is what is refused."""

import base64
import dataclasses
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

from network import WEB_IPV4, daemon, run


@dataclasses.dataclass(frozen=True)
class Page:
    text: str       # what a person reads, error pages included
    error: str      # the browser's own code: "ERR_SSL_UNRECOGNIZED_NAME_ALERT", "SSL_ERROR_…"; "" if there is none
    address: str    # where it ended
    seconds: float  # from the wish to the page


class Browser:
    """One profile, made in `directory`, that trusts the demonstration's CA."""

    def __init__(self, network, line, directory, servers):
        self.network, self.line = network, line
        self.directory = pathlib.Path(directory)
        self.servers = servers
        self._process = None

    def start(self, quic_names=()):
        raise NotImplementedError

    def visit(self, url, screenshot=None, seconds=40):
        raise NotImplementedError

    def forget_connections(self):
        """Closes what is open, and remembers what was learnt of servers."""
        raise NotImplementedError

    def _launch(self, *command):
        log = (self.directory / "browser.log").open("wb")
        environment = ["env", f"HOME={self.directory}", f"XDG_RUNTIME_DIR={self.directory}", "MOZ_REMOTE_SETTINGS_DEVTOOLS=1"]
        self._process = subprocess.Popen(daemon(*self.network.command(self.line, *environment, *command)),
                                         stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def close(self):
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, 9)
                self._process.wait()
            self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Firefox(Browser):
    """Driven through Marionette, Firefox's own remote protocol: a size, a colon, JSON."""

    name = "Firefox ESR"
    PORT = 2828

    def start(self, quic_names=()):
        profile = self.directory / "firefox"
        profile.mkdir()
        run("certutil", "-N", "--empty-password", "-d", f"sql:{profile}")
        run("certutil", "-A", "-d", f"sql:{profile}", "-n", "luytre", "-t", "CT,,", "-i", str(self.servers.ca_file))
        settings = {
            "network.dns.forceResolve": WEB_IPV4,
            "network.http.http3.disable_when_third_party_roots_found": False,
            "network.http.http3.alt-svc-mapping-for-testing": ",".join(f"{n};h3=:443" for n in quic_names),
            "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
            "browser.safebrowsing.update.enabled": False, "app.update.enabled": False,
            "browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False,
            "toolkit.telemetry.enabled": False, "browser.newtabpage.enabled": False, "browser.startup.page": 0,
            "extensions.update.enabled": False, "services.settings.server": "data:,", "marionette.port": self.PORT,
            "dom.security.https_first": False, "dom.security.https_first_schemeless": False}
        (profile / "user.js").write_text(
            "".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in settings.items()))
        self._launch("firefox-esr", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", str(profile))
        self._socket = _connect_inside(self.network, self.line, self.PORT)
        self._number = 0
        self._read()
        self._call("WebDriver:NewSession", {"acceptInsecureCerts": False})
        return self

    def visit(self, url, screenshot=None, seconds=40):
        self._call("WebDriver:SetTimeouts", {"pageLoad": seconds * 1000})
        begin = time.monotonic()
        try:
            self._call("WebDriver:Navigate", {"url": url})
        except RuntimeError:
            pass  # an error page is reported as an error; it is on the screen all the same
        taken = time.monotonic() - begin
        text = self._text()
        address = self._script("return document.documentURI")
        code = re.search(r"about:neterror\?e=(\w+)", address)
        named = re.search(r"\b(SSL_ERROR_\w+|PR_\w+_ERROR|NS_ERROR_\w+)", text)
        if screenshot:
            shot = self._call("WebDriver:TakeScreenshot", {"full": False})
            pathlib.Path(screenshot).write_bytes(base64.b64decode(shot["value"]))
        return Page(text, named[1] if named else code[1] if code else "", address, taken)

    def forget_connections(self):
        self._call("Marionette:SetContext", {"value": "chrome"})
        self._script("Services.obs.notifyObservers(null, 'net:prune-all-connections')")
        self._call("Marionette:SetContext", {"value": "content"})

    def _text(self, seconds=10):
        """Firefox draws its error pages with elements that hide their content, and a moment after they are loaded."""
        collect = ("const all = node => [...node.children].map(c => (c.shadowRoot ? all(c.shadowRoot) : '') + all(c) +"
                   " [...c.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('')).join(' ');"
                   "return document.body ? (document.body.innerText.trim() || all(document.body).trim()) : '';")
        end = time.monotonic() + seconds
        while True:
            text = self._script(collect)
            if text or time.monotonic() > end:
                return text
            time.sleep(0.05)

    def _script(self, script):
        return self._call("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def _call(self, command, parameters):
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    def _read(self):
        size = b""
        while not size.endswith(b":"):
            size += self._socket.recv(1)
        left, message = int(size[:-1]), b""
        while len(message) < left:
            message += self._socket.recv(left - len(message))
        return json.loads(message)

    def close(self):
        if getattr(self, "_socket", None):
            try:
                self._call("Marionette:Quit", {"flags": ["eForceQuit"]})
            except (OSError, RuntimeError, ValueError):
                pass
            self._socket.close()
            self._socket = None
        super().close()


class Chromium(Browser):
    """Driven through the DevTools protocol on a pipe: JSON, ended by a zero octet."""

    name = "Chromium"

    def start(self, quic_names=()):
        store = self.directory / ".pki" / "nssdb"
        store.mkdir(parents=True)
        run("certutil", "-N", "--empty-password", "-d", f"sql:{store}")
        run("certutil", "-A", "-d", f"sql:{store}", "-n", "luytre", "-t", "C,,", "-i", str(self.servers.ca_file))
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--password-store=basic",
                   "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints",
                   f"--user-data-dir={self.directory / 'chromium'}", f"--host-resolver-rules=MAP * {WEB_IPV4}",
                   f"--ignore-certificate-errors-spki-list={self._spki()}", "--remote-debugging-pipe"]
        if quic_names:
            options += ["--enable-quic", "--origin-to-force-quic-on=" + ",".join(f"{name}:443" for name in quic_names)]
        else:
            options += ["--disable-quic"]
        to_read, self._to_write = os.pipe()
        self._to_read, to_write = os.pipe()
        log = (self.directory / "browser.log").open("wb")
        command = daemon(*self.network.command(
            self.line, "env", f"HOME={self.directory}", "bash", "-c", f'exec 3<&{to_read} 4>&{to_write}; exec "$@"', "bash",
            "/usr/bin/chromium", *options, "about:blank"))
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         pass_fds=(to_read, to_write), start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self._rest, self._number, self._events = b"", 0, []
        target = next(t for t in self._call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self._session = self._call("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._call(f"{domain}.enable", session=True)
        return self

    def _spki(self):
        """The server's key: Chromium believes a QUIC server of an unknown CA by this alone."""
        certificate = str(self.servers.directory / "server.crt")
        key = subprocess.run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key.stdout, check=True,
                             capture_output=True)
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der.stdout, check=True,
                                capture_output=True)
        return base64.b64encode(digest.stdout).decode()

    def visit(self, url, screenshot=None, seconds=40):
        self._events.clear()
        begin = time.monotonic()
        answer = self._call("Page.navigate", {"url": url}, session=True, seconds=seconds)
        self._await("Page.loadEventFired", seconds)
        taken = time.monotonic() - begin
        text = self._script("document.body ? document.body.innerText : ''")
        address = self._script("document.location.href")
        if screenshot:
            shot = self._call("Page.captureScreenshot", {"format": "png"}, session=True)
            pathlib.Path(screenshot).write_bytes(base64.b64decode(shot["data"]))
        named = re.search(r"\bERR_\w+", text)
        error = answer.get("errorText", "").removeprefix("net::") or (named[0] if named else "")
        return Page(text, error, address, taken)

    def forget_connections(self):
        self.visit("chrome://net-internals/#sockets")
        self._script("document.querySelector('#sockets-view-close-idle-button').click()")

    def _script(self, expression):
        return self._call("Runtime.evaluate", {"expression": expression}, session=True)["result"].get("value", "")

    def _call(self, method, parameters=None, session=False, seconds=40):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = self._session
        os.write(self._to_write, json.dumps(message).encode() + b"\0")
        number, end = self._number, time.monotonic() + seconds
        while True:
            answer = self._read(end)
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._events.append(answer.get("method"))

    def _await(self, event, seconds):
        end = time.monotonic() + seconds
        while event not in self._events:
            self._events.append(self._read(end).get("method"))

    def _read(self, end):
        while b"\0" not in self._rest:
            if time.monotonic() > end:
                raise RuntimeError("Chromium did not answer in time")
            os.set_blocking(self._to_read, False)
            try:
                got = os.read(self._to_read, 1 << 16)
            except BlockingIOError:
                _await_readable(self._to_read, end)
                continue
            if not got:
                raise RuntimeError(f"Chromium stopped; see {self.directory / 'browser.log'}")
            self._rest += got
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def close(self):
        super().close()
        for end in ("_to_read", "_to_write"):
            if getattr(self, end, None) is not None:
                os.close(getattr(self, end))
                setattr(self, end, None)


def _await_readable(descriptor, end):
    import select  # pylint: disable=import-outside-toplevel

    select.select([descriptor], [], [], max(0.0, end - time.monotonic()))


def _connect_inside(network, line, port, seconds=60):
    """A TCP connection to 127.0.0.1:`port` of the line's namespace, through a socket pair to socat's like: one file
    descriptor of this process, made inside the namespace."""
    namespace = os.open(f"/var/run/netns/{network.namespace(line)}", os.O_RDONLY)
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    end = time.monotonic() + seconds
    try:
        while True:
            _set_namespace(namespace)
            try:
                made = socket.socket()
            finally:
                _set_namespace(own)
            try:
                made.connect(("127.0.0.1", port))
                made.settimeout(seconds)
                return made
            except ConnectionRefusedError:
                made.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
    finally:
        os.close(namespace)
        os.close(own)


def _set_namespace(descriptor):
    import ctypes  # pylint: disable=import-outside-toplevel

    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def version_of(program):
    done = subprocess.run([shutil.which(program), "--version"], capture_output=True, text=True, check=True)
    return re.search(r"[\d.]+\d\w*", done.stdout)[0]

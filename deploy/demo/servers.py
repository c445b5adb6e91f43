# SPDX-License-Identifier: Apache-2.0
"""The small internet: a DNS server that knows every name, and a web server that answers to every name."""

import pathlib
import subprocess
import time

from network import DNS_IPV4, DNS_IPV6, WEB_IPV4, WEB_IPV6, daemon, run

STATUS_NAME = "status.luytre.test"

STATUS_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Luytre</title>
<h1>Trang này đang đóng với em</h1>
<p>Không phải lỗi của em. Người lớn trong nhà có thể mở trang này nếu phù hợp.
<p>Cần giúp đỡ? Gọi <b>111</b> (miễn phí, 24/7).
<hr><h1>This page is closed on your line</h1>
<p>You did nothing wrong. The adult who looks after this line can open it.
<p>Need help? Call <b>111</b> (free, day and night).
"""

NGINX = """
daemon off; user root; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/plain; server_tokens off;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{
    listen {v4}:80 default_server; listen [{v6}]:80 default_server;
    return 200 "open: $host\\n";
  }}
  server {{
    listen {v4}:443 ssl http2 default_server; listen [{v6}]:443 ssl http2 default_server;
    ssl_certificate {dir}/server.crt; ssl_certificate_key {dir}/server.key;
    return 200 "open: $host\\n";
  }}
  server {{
    listen {v4}:80; listen [{v6}]:80; server_name {status};
    root {dir}/status; default_type "text/html; charset=utf-8";
    location / {{ try_files /index.html =404; }}
  }}
}}
"""


class Servers:
    """dnsmasq and nginx inside the namespace `net` of a Network. Use it with `with`; files live in `directory`."""

    def __init__(self, network, directory, names):
        self.network = network
        self.directory = pathlib.Path(directory)
        self.names = [STATUS_NAME, *names]
        self._processes = []

    @property
    def ca_file(self):
        return self.directory / "ca.crt"

    def __enter__(self):
        try:
            self._make_certificates()
            (self.directory / "status").mkdir()
            (self.directory / "status" / "index.html").write_text(STATUS_PAGE)
            self._start_web()
            self._start("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                        "--pid-file=", "--bind-interfaces", f"--listen-address={DNS_IPV4}",
                        f"--listen-address={DNS_IPV6}", f"--address=/#/{WEB_IPV4}", f"--address=/#/{WEB_IPV6}")
            self._await(self._answer)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=10)
        self._processes.clear()

    def _start_web(self):
        config = self.directory / "nginx.conf"
        config.write_text(NGINX.format(dir=self.directory, v4=WEB_IPV4, v6=WEB_IPV6, status=STATUS_NAME))
        self._start("nginx", "-c", str(config), "-e", str(self.directory / "nginx-error.log"))

    def _start(self, *command):
        log = (self.directory / f"{command[0]}.log").open("wb")
        self._processes.append(subprocess.Popen(daemon(*self.network.command("net", *command)),
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                cwd=self.directory))

    def _answer(self):
        web = self.network.inside("net", "curl", "-s", "-o", "/dev/null", "--max-time", "1", f"http://{WEB_IPV4}/",
                                  check=False)
        dns = self.network.inside("net", "dig", "+short", "+time=1", "+tries=1", f"@{DNS_IPV4}", STATUS_NAME,
                                  check=False)
        return web.returncode == 0 and WEB_IPV4 in dns.stdout

    def _await(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            for process in self._processes:
                if process.poll() is not None:
                    raise RuntimeError(f"A demonstration server stopped; see the logs in {self.directory}.")
            if time.monotonic() > end:
                raise RuntimeError(f"The demonstration servers did not come up; see the logs in {self.directory}.")
            time.sleep(0.05)

    def _make_certificates(self):
        path = lambda name: str(self.directory / name)
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        run("openssl", "req", "-x509", *new_key, "-keyout", path("ca.key"), "-out", path("ca.crt"), "-days", "30",
            "-subj", "/CN=Luytre demonstration CA", "-addext", "basicConstraints=critical,CA:TRUE")
        run("openssl", "req", "-new", *new_key, "-keyout", path("server.key"), "-out", path("server.csr"),
            "-subj", f"/CN={STATUS_NAME}")
        (self.directory / "san.cnf").write_text(
            "subjectAltName=" + ",".join(f"DNS:{name}" for name in dict.fromkeys(self.names)))
        run("openssl", "x509", "-req", "-in", path("server.csr"), "-CA", path("ca.crt"), "-CAkey", path("ca.key"),
            "-CAcreateserial", "-days", "30", "-extfile", path("san.cnf"), "-out", path("server.crt"))

# SPDX-License-Identifier: Apache-2.0
"""luytrectl categories transfer: a policy zone from BIND and from Knot, whole and by its changes, signed with TSIG."""

import json
import shutil
import socket
import subprocess
import threading
import time

import pytest

from primaries import KEY, ZONE, Primary

NAMES = [f"listed{number}.example" for number in range(50)]


class Secondary:
    """One installation that fetches the zone as source `policy`."""

    def __init__(self, stage, directory):
        self.base = [str(stage / "bin" / "luytrectl"), "--data-dir", str(directory / "data"),
                     "--share-dir", str(stage / "share" / "luytre")]

    def run(self, *arguments):
        return subprocess.run([*self.base, *map(str, arguments)], capture_output=True, text=True, timeout=120)

    def arguments(self, primary, *more, address="127.0.0.1", key=None):
        return ("categories", "transfer", ZONE, "--server", f"{address}:{primary.port}", "--key",
                key or primary.key_file, "--source", "policy", "--category", "porn", "--json", *more)

    def fetch(self, primary, *more, **how):
        done = self.run(*self.arguments(primary, *more, **how))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, primary, *more, **how):
        done = self.run(*self.arguments(primary, *more, **how))
        assert done.returncode == 1 and done.stdout == "", (done.stdout, done.stderr)
        return done.stderr

    def listed(self, name):
        found = json.loads(self.run("categories", "lookup", name, "--json").stdout)
        return found[0]["in_force"]["categories"]


@pytest.fixture
def secondary(stage, tmp_path):
    return Secondary(stage, tmp_path)


@pytest.fixture
def make_primary(tmp_path):
    running = []

    def started(kind, names=NAMES, **how):
        directory = tmp_path / f"primary{len(running)}"
        directory.mkdir()
        primary = Primary(kind, directory, **how)
        primary.write(1, names)
        running.append(primary.__enter__())
        return primary

    yield started
    for primary in running:
        primary.__exit__()


@pytest.fixture(params=["bind", "knot"])
def primary(request, make_primary):
    return make_primary(request.param)


def test_the_first_time_the_whole_zone_comes_and_is_in_force(primary, secondary):
    first = secondary.fetch(primary)
    assert (first["way"], first["zone_serial"], first["signed"]) == ("axfr", 1, True)
    assert first["records"] == 2 * len(NAMES) + 3  # the zone's NS, and its SOA at both ends
    assert first["imported"]["entries"] == len(NAMES)
    assert secondary.listed(NAMES[0]) == secondary.listed("www." + NAMES[-1]) == ["porn"]
    assert secondary.listed("other.example") == []


def test_a_change_comes_as_a_change(primary, secondary):
    secondary.fetch(primary)
    primary.write(2, [*NAMES[1:], "new.example"])
    second = secondary.fetch(primary)
    assert (second["way"], second["zone_serial"]) == ("ixfr", 2)
    assert (second["added"], second["removed"]) == (2, 2)
    assert second["records"] == 8  # four changes and four SOA records
    assert second["imported"]["entries"] == len(NAMES)
    assert secondary.listed("new.example") == ["porn"]
    assert secondary.listed(NAMES[0]) == []


def test_several_versions_at_once_come_as_changes(primary, secondary):
    secondary.fetch(primary)
    for serial in (2, 3, 4):
        primary.write(serial, NAMES[serial:])
    third = secondary.fetch(primary)
    assert (third["way"], third["zone_serial"], third["imported"]["entries"]) == ("ixfr", 4, len(NAMES) - 4)


def test_without_a_change_nothing_is_fetched_or_stored(primary, secondary):
    first = secondary.fetch(primary)
    again = secondary.fetch(primary)
    assert (again["way"], again["zone_serial"], again["records"], again["messages"]) == ("unchanged", 1, 1, 1)
    assert again["imported"] is None and again["serial"] == first["serial"]


def test_a_copy_that_was_damaged_is_fetched_again(primary, secondary):
    first = secondary.fetch(primary)
    with open(first["copy"], "r+b") as copy:
        copy.seek(-300, 2)
        copy.write(b"x")
    assert secondary.fetch(primary)["way"] == "axfr"
    assert secondary.fetch(primary)["way"] == "unchanged"


def test_another_key_is_refused_and_the_list_stays(primary, secondary, tmp_path):
    secondary.fetch(primary)
    primary.write(2, ["new.example"])
    wrong = tmp_path / "wrong.conf"
    wrong.write_text(KEY.replace("bHV5", "cHV5"))
    assert "BADSIG" in secondary.refused(primary, key=wrong)
    unknown = tmp_path / "unknown.conf"
    unknown.write_text(KEY.replace("luytre", "nobody"))
    assert "BADKEY" in secondary.refused(primary, key=unknown)
    assert secondary.listed(NAMES[0]) == ["porn"]
    assert secondary.listed("new.example") == []


def test_the_server_gives_nothing_to_those_without_a_key(primary, secondary):
    done = secondary.run("categories", "transfer", ZONE, "--server", f"127.0.0.1:{primary.port}", "--source", "policy",
                         "--category", "porn")
    assert done.returncode == 1 and ("REFUSED" in done.stderr or "NOTAUTH" in done.stderr), done.stderr


def test_ipv6_and_a_zone_by_demand_whole(primary, secondary):
    assert secondary.fetch(primary, address="[::1]")["way"] == "axfr"
    assert secondary.fetch(primary, address="[::1]")["way"] == "unchanged"
    assert secondary.fetch(primary, "--full", address="[::1]")["way"] == "axfr"


def test_a_server_without_differences_answers_with_the_whole_zone(make_primary, secondary):
    primary = make_primary("bind", differences=False)
    secondary.fetch(primary)
    primary.write(2, NAMES[1:])
    second = secondary.fetch(primary)
    assert (second["way"], second["imported"]["entries"]) == ("axfr", len(NAMES) - 1)


def test_a_zone_that_shrinks_is_held(make_primary, secondary):
    names = [f"listed{number}.example" for number in range(300)]
    primary = make_primary("bind", names)
    secondary.fetch(primary)
    primary.write(2, names[:10])
    held = secondary.run(*secondary.arguments(primary))
    assert held.returncode == 5, held.stderr
    assert secondary.listed(names[-1]) == ["porn"]
    # The zone's copy has moved on; the source has not, and is not forgotten: its version is compared.
    accepted = secondary.fetch(primary, "--allow-shrink")
    assert (accepted["way"], accepted["imported"]["entries"]) == ("unchanged", 10)
    assert secondary.listed(names[-1]) == []


def test_unsigned_answers_are_refused_when_a_key_is_given(secondary, tmp_path):
    """A server that answers well, but without a signature."""
    key = tmp_path / "key.conf"
    key.write_text(KEY)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        class Forger:
            port = listening.getsockname()[1]
            key_file = key

        def answer():
            connection, _ = listening.accept()
            with connection:
                query = connection.recv(65535)[2:]
                question_end = query.index(b"\0", 12) + 5
                question = query[12:question_end]
                soa = (b"\xc0\x0c\0\x06\0\x01\0\0\0\x3c\0\x16\0\0" + (7).to_bytes(4, "big") + bytes(16))
                name = b"\x04evil\x07example\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x01\0"
                reply = (query[:2] + b"\x84\0\0\x01\0\x03\0\0\0\0" + question + soa + name + soa)
                connection.sendall(len(reply).to_bytes(2, "big") + reply)
                connection.recv(1)

        server = threading.Thread(target=answer)
        server.start()
        assert "not signed" in secondary.refused(Forger)
        server.join(timeout=10)
        assert not server.is_alive()


@pytest.mark.parametrize("kind", ["bind", "knot"])
def test_a_zone_of_100000_names_comes_within_seconds(kind, make_primary, secondary, record_property):
    names = [f"host{number}.listed{number % 977}.example" for number in range(100_000)]
    primary = make_primary(kind, names)
    began = time.monotonic()
    first = secondary.fetch(primary)
    record_property("whole_seconds", time.monotonic() - began)
    assert first["imported"]["entries"] == len(names) and first["messages"] > 10
    assert first["seconds"]["transfer"] < 30, first["seconds"]
    primary.write(2, names[10:])
    began = time.monotonic()
    second = secondary.fetch(primary)
    record_property("changes_seconds", time.monotonic() - began)
    assert (second["way"], second["removed"], second["records"]) == ("ixfr", 20, 24)
    assert second["seconds"]["transfer"] < 15, second["seconds"]
    print(json.dumps({kind: [first["seconds"], second["seconds"]]}))


def test_the_servers_of_these_tests_are_installed():
    assert shutil.which("named") and shutil.which("knotd"), "deploy/install-packages test installs them"

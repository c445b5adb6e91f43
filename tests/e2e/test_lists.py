# SPDX-License-Identifier: Apache-2.0
"""Signed lists from an issuer to its subscribers: versions, deltas, stages, and everything that is refused."""

import base64
import json
import random
import shutil
import subprocess
import time

import pytest

import probes
from network import CHILD
from signed_lists import LIST, PATIENCE, Mirrors, Publisher, Subscriber, await_condition, canary_number

NORTH, SOUTH = "north", "south"


def names(count, seed):
    """Lines of a list that hardly compresses."""
    letters = random.Random(seed)
    return [f"{letters.getrandbits(64):x}.example gambling" for _ in range(count)]


class World:
    """A publisher with a first version, its mirrors, and two subscribers."""

    def __init__(self, stage, directory):
        self.stage = stage
        self.directory = directory
        (directory / "publisher").mkdir()
        (directory / "mirrors").mkdir()
        self.publisher = Publisher(stage, directory / "publisher")
        self.publisher.publish(add=[*names(2000, "first"), "casino.example gambling"])
        self.mirrors = Mirrors(directory / "mirrors", self.publisher.public)
        self.north = self.subscriber(NORTH, ("good", "secure"), node_id=NORTH)
        self.south = self.subscriber(SOUTH, ("secure", "good"), node_id=SOUTH)

    def subscriber(self, name, kinds=("good",), **options):
        return Subscriber(self.stage, self.directory / name, self.publisher, self.mirrors, kinds, **options)

    @property
    def both(self):
        return self.north, self.south

    def await_everywhere(self, serial):
        for subscriber in self.both:
            subscriber.await_serial(serial)

    def forged_mirror(self):
        """The published files, to be spoilt."""
        shutil.rmtree(self.mirrors.forged)
        shutil.copytree(self.publisher.public, self.mirrors.forged)
        return self.mirrors.forged


@pytest.fixture(scope="module")
def world(stage, tmp_path_factory):
    made = World(stage, tmp_path_factory.mktemp("lists"))
    try:
        with made.north, made.south:
            yield made
            assert [subscriber.stop() for subscriber in made.both] == [0, 0]
    finally:
        made.mirrors.close()


@pytest.fixture
def third(world, request):
    """A subscriber for one test; it begins where the others are."""
    with world.subscriber(request.node.name[:40], ("good",), node_id="third") as made:
        made.await_serial(world.publisher.serial)
        yield made


def restart(subscriber, *kinds, **options):
    subscriber.stop()
    subscriber.use(*kinds, **options)
    return subscriber.start()


def test_the_first_version_comes_as_a_snapshot_over_http_and_https(world):
    world.await_everywhere(1)
    for subscriber, kind in ((world.north, "good"), (world.south, "secure")):
        assert subscriber.metrics()["luytre_list_entries"] == 2001
        assert len(world.mirrors.requests(kind, "/snapshot/")) == 1
        assert "gambling" in subscriber.says("casino.example")


def test_a_change_comes_as_a_delta_and_the_snapshot_is_not_fetched_again(world):
    serial = world.publisher.publish(add=["fresh.example gambling"], remove=["casino.example"])
    world.await_everywhere(serial)
    for subscriber, kind in ((world.north, "good"), (world.south, "secure")):
        assert [status for _, status, _ in world.mirrors.requests(kind, "/delta/")] == [200]
        assert len(world.mirrors.requests(kind, "/snapshot/")) == 1
        assert subscriber.metrics()['luytre_list_activations_total{by="delta"}'] == 1
        assert "gambling" in subscriber.says("fresh.example")
        assert "gambling" not in subscriber.says("casino.example")


def test_an_unchanged_manifest_is_asked_for_conditionally(world):
    before = len(world.mirrors.requests("good", "/manifest.json"))
    await_condition(lambda: len(world.mirrors.requests("good", "/manifest.json")) > before, "a poll")
    assert world.mirrors.requests("good", "/manifest.json")[-1][1:] == (304, 0)


def test_a_version_in_stages_begins_with_the_canary(world):
    serial = world.publisher.serial + 1
    early, late = sorted(world.both, key=lambda subscriber: canary_number(serial, subscriber.node_id))
    percent = canary_number(serial, early.node_id) + 1
    assert percent <= canary_number(serial, late.node_id)
    assert world.publisher.publish("--canary-percent", percent, "--soak", "4s", add=["staged.example porn"]) == serial
    early.await_serial(serial)
    assert early.stage_word() in ("canary", "active")
    await_condition(lambda: late.stage_word() in ("waiting", "active"), "the other one's turn to wait")
    assert world.mirrors.requests("good", "/delta/") and late.metrics()["luytre_list_accepted_serial"] == serial
    late.await_serial(serial)
    everyone_from = world.publisher.manifest()["rollout"]["everyone_from"]
    assert late.state()["in_force"]["activated_at"] >= everyone_from > early.state()["in_force"]["activated_at"]
    await_condition(lambda: early.stage_word() == "active", "the end of the canary's time")


def test_a_rollback_takes_a_version_back_under_a_new_serial(world):
    serial = world.publisher.roll_back(1)
    world.await_everywhere(serial)
    for subscriber in world.both:
        assert "gambling" in subscriber.says("casino.example")
        assert "porn" not in subscriber.says("staged.example")
        assert f"Serial {serial} is in force" in subscriber.log() and "takes it back to 1" in subscriber.log()


def test_an_entry_leaves_on_its_own_when_its_end_has_come(world):
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
    serial = world.publisher.publish("--urgent", add=["brief.example gambling"], expires=end)
    world.north.await_serial(serial)
    await_condition(lambda: world.north.metrics()["luytre_store_expired_entries_total"] == 1, "the entry's end")
    assert time.time() < time.mktime(time.strptime(end, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone + 5
    assert "gambling" not in world.north.says("brief.example")
    assert world.north.serial() == serial


def test_keys_are_rotated_while_subscribers_look_on(world):
    publisher = world.publisher
    publisher.submit(add=["rotated.example porn"])
    publisher.rotate("--add-key", f"{publisher.key('third')}.pub", "--remove-key", f"{publisher.key('second')}.pub")
    publisher.sign(signers=("first", "second", "third"))
    publisher.signers = ("first", "third")
    serial = publisher.make_public()
    assert (publisher.public / "root" / "2.root.json").exists()
    world.await_everywhere(serial)


# What stands on a mirror instead of the published files, and the reason by which it is refused.
def by_a_strangers_key(world, files):
    (files / "manifest.json").write_text(world.publisher.forge(("stranger", "second")))


def with_too_few_signatures(world, files):
    (files / "manifest.json").write_text(world.publisher.forge(("first",)))


def expired(world, files):
    (files / "manifest.json").write_text(world.publisher.forge(world.publisher.signers, issued="2026-01-01T00:00:00Z",
                                                               expires="2026-01-02T00:00:00Z"))


def under_another_lists_name(world, files):
    (files / "manifest.json").write_text(world.publisher.forge(world.publisher.signers, list="other"))


def an_older_serial(world, files):
    (files / "manifest.json").write_text(world.publisher.forge(world.publisher.signers, serial=1))


def two_contents_under_one_serial(world, files):
    (files / "manifest.json").write_text(world.publisher.forge(world.publisher.signers, reason="said differently"))


def no_json(world, files):
    (files / "manifest.json").write_text("<html>Please log in</html>")


def a_manifest_without_end(world, files):
    (files / "manifest.json").write_text(" " * 1_000_000)


@pytest.mark.parametrize("forgery, reason", [
    (by_a_strangers_key, "bad_signatures"), (with_too_few_signatures, "bad_signatures"), (expired, "expired"),
    (under_another_lists_name, "wrong_list"), (an_older_serial, "old_serial"),
    (two_contents_under_one_serial, "equivocation"), (no_json, "malformed"), (a_manifest_without_end, "too_large")])
def test_a_forged_manifest_is_refused_and_the_version_in_force_stays(world, third, forgery, reason):
    forgery(world, world.forged_mirror())
    restart(third, "forged")
    third.await_refusal(reason)
    check_refusal(world, third, reason)


def check_refusal(world, subscriber, reason):
    assert subscriber.serial() == world.publisher.serial
    assert "gambling" in subscriber.says("casino.example")
    assert f"Serial {world.publisher.serial} stays in force." in subscriber.log()
    listed = json.loads(subscriber.luytrectl("list", "status", "--json").stdout)
    assert listed["running"] and listed["lists"][0]["last_refusal"]["reason"] == reason
    text = subscriber.luytrectl("list", "status").stdout
    assert reason in text and max(map(len, text.splitlines())) <= 100


def flip(file):
    octets = bytearray(file.read_bytes())
    octets[len(octets) // 2] ^= 0x10
    file.write_bytes(octets)


def test_a_spoilt_delta_is_refused_and_the_snapshot_taken_instead(world, third):
    third.stop()  # before there is anything new
    serial = world.publisher.publish(add=["after-the-delta.example porn"])
    files = world.forged_mirror()
    for delta in (files / "delta").iterdir():
        flip(delta)
    snapshots = len(world.mirrors.requests("forged", "/snapshot/"))
    third.use("forged")
    third.start()
    third.await_serial(serial)
    assert third.failures("wrong_hash") == 1
    assert len(world.mirrors.requests("forged", "/snapshot/")) == snapshots + 1
    world.await_everywhere(serial)


@pytest.mark.parametrize("spoil, reason", [
    (flip, "wrong_hash"), (lambda file: file.write_bytes(file.read_bytes()[:-7]), "wrong_size")])
def test_a_tampered_and_a_truncated_snapshot_are_refused(world, request, spoil, reason):
    files = world.forged_mirror()
    for file in [*(files / "snapshot").iterdir(), *(files / "delta").iterdir()]:
        spoil(file)
    with world.subscriber(f"spoilt-{reason}", ("forged",)) as subscriber:
        subscriber.await_refusal(reason)
        assert subscriber.serial() == 0
        assert "Nothing of this list is in force yet." in subscriber.log()
        assert "gambling" not in subscriber.says("casino.example")
        restart(subscriber, "good").await_serial(world.publisher.serial)


def test_a_mirror_that_answers_200_with_nothing_is_refused(world, third):
    restart(third, "empty")
    third.await_refusal("empty")
    check_refusal(world, third, "empty")


def test_a_mirror_with_a_strangers_certificate_is_refused(world, third):
    restart(third, "secure", ca=False)
    third.await_refusal("tls")
    check_refusal(world, third, "tls")


def test_another_mirror_is_used_when_the_first_is_dead(world, third):
    restart(third, "dead", "good")
    third.await_refusal("unreachable")
    serial = world.publisher.publish(add=["after-the-dead.example porn"])
    third.await_serial(serial)
    world.await_everywhere(serial)


def test_a_download_goes_on_after_kill_9(world):
    subscriber = world.subscriber("killed-in-download", ("slow",)).start()
    fetched = subscriber.data_dir / "lists" / LIST / "fetch"
    part = await_condition(lambda: next((file for file in fetched.glob("*.part") if file.stat().st_size > 0), None)
                           if fetched.exists() else None, "the beginning of the download")
    subscriber.kill()
    received = part.stat().st_size
    subscriber.use("good")
    with subscriber:
        subscriber.await_serial(world.publisher.serial)
        path, status, size = world.mirrors.requests("good", "/snapshot/")[-1]
        assert status == 206
        assert size + received == world.publisher.manifest()["snapshot"]["size"]


def test_an_activation_is_whole_or_not_at_all_after_kill_9(world):
    with world.subscriber("killed-in-activation", ("good",)) as subscriber:
        subscriber.await_serial(world.publisher.serial)
        for attempt in range(4):
            before = world.publisher.serial
            serial = world.publisher.publish(add=names(300, f"kill {before}"))
            await_condition(lambda: subscriber.serial() == serial or (subscriber.state().get("activating") or {}
                                                                      ).get("serial") == serial, "the activation")
            time.sleep(attempt * 0.002)  # another moment of it each time
            subscriber.kill()
            entries = {source["name"]: source for source in
                       json.loads(subscriber.luytrectl("categories", "stats", "--json").stdout)["sources"]}[LIST]["entries"]
            assert entries in (entries_of(world, before), entries_of(world, serial))
            subscriber.start()
            subscriber.await_serial(serial)
            assert subscriber.metrics()["luytre_list_entries"] == entries_of(world, serial)


def entries_of(world, serial):
    envelope = json.loads((world.publisher.folder / "versions" / f"{serial}.json").read_text())
    return json.loads(base64.b64decode(envelope["payload"]))["entries"]


def test_a_full_disk_is_said_and_the_list_comes_when_there_is_room(world):
    mount = world.directory / "small-disk"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount], check=True)
    try:
        with world.subscriber("full", ("good",), data_dir=mount) as subscriber:
            subscriber.await_serial(world.publisher.serial)
            before = world.publisher.serial
            filler = mount / "filler"
            with pytest.raises(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            serial = world.publisher.publish(add=names(1500, "full disk"))
            await_condition(lambda: subscriber.metrics() and "full" in subscriber.log().lower() or
                            "No space" in subscriber.log(), "the complaint")
            assert subscriber.serial() == before
            assert "gambling" in subscriber.says("casino.example")
            filler.unlink()
            subprocess.run(["mount", "-o", "remount,size=64m", mount], check=True)
            subscriber.await_serial(serial)
    finally:
        subprocess.run(["umount", "-l", mount], check=True)


def test_a_poisoned_version_waits_for_a_second_person(world, third):
    before = world.publisher.serial
    serial = world.publisher.publish(add=["google.com gambling"], accept="popular")
    await_condition(lambda: third.metrics().get("luytre_list_held") == 1, "the guard")
    assert third.serial() == before
    assert "held for a second person" in third.log()
    assert "google.com" in third.luytrectl("categories", "held").stdout
    good = world.publisher.roll_back(before)
    third.await_serial(good)
    world.await_everywhere(good)
    assert good > serial


def test_refresh_asks_at_once_and_only_a_running_daemon(world, third):
    third.luytrectl("list", "refresh")
    third.stop()
    refused = third.luytrectl("list", "refresh", check=False)
    assert refused.returncode == 1 and "does not run" in refused.stderr
    assert "nothing is fetched" in third.luytrectl("list", "status").stdout
    third.start()


def test_two_daemons_on_one_data_directory_are_refused(world, third):
    done = subprocess.run([world.stage / "bin" / "luytre-mgmt", "--config", third.config], capture_output=True,
                          text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "Another luytre-mgmt" in done.stderr


def test_an_urgent_change_is_enforced_by_the_gateway(world, gateway, network, servers):
    """The gateway of the other tests reads the database that this subscriber writes."""
    assert probes.dns(network, CHILD.name, "ordinary.example", 4).reach == probes.OPEN
    subscriber = world.subscriber("gateway", ("good",), data_dir=gateway.data_dir)
    with subscriber:
        subscriber.await_serial(world.publisher.serial)
        serial = world.publisher.publish("--urgent", add=["ordinary.example gambling"])
        subscriber.await_serial(serial)
        await_condition(lambda: probes.dns(network, CHILD.name, "ordinary.example", 4).reach == probes.CLOSED,
                        "the refusal")
        serial = world.publisher.publish("--urgent", remove=["ordinary.example"])
        subscriber.await_serial(serial)
        await_condition(lambda: probes.dns(network, CHILD.name, "ordinary.example", 4).reach == probes.OPEN,
                        "the end of the refusal")
        assert subscriber.stop() == 0
    gateway.luytrectl("categories", "remove", LIST)

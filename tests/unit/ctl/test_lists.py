# SPDX-License-Identifier: Apache-2.0
"""luytrectl list: from an empty folder to published versions, as an issuer's people type it."""

import json
import pathlib
import shutil
import stat
import subprocess

import pytest


class Issuer:
    """One list with keys A, B and C, of which two sign."""

    def __init__(self, ctl, tmp_path):
        self.ctl = ctl
        self.home = tmp_path
        self.dir = tmp_path / "list"
        self.public = self.dir / "public"
        self.root = self.public / "root" / "1.root.json"
        for name in "ABC":
            ctl.run("list", "key", "new", self.key(name))
        ctl.run("list", "init", self.dir, "--name", "vn-national", "--key", self.pub("A"), "--key", self.pub("B"),
                "--key", self.pub("C"), "--threshold", "2", "--by", "an")

    def key(self, name):
        return self.home / f"{name}.key"

    def pub(self, name):
        return self.home / f"{name}.key.pub"

    def submit(self, *what, by="alice"):
        return self.ctl.json("list", "submit", self.dir, "--by", by, "--reason", "reported", *what)["id"]

    def review(self, number, by="bob", decision="--approve"):
        return self.ctl.json("list", "review", self.dir, number, "--by", by, decision, "--reason", "seen")

    def approve(self, *what):
        self.review(self.submit(*what))

    def sign(self, name, *options):
        return self.ctl.json("list", "sign", self.dir, "--key", self.key(name), *options)

    def publish(self):
        return self.ctl.json("list", "publish", self.dir)

    def release(self, *what, options=()):
        """Everything from a submission to a public version."""
        if what:
            self.approve(*what)
        self.sign("A", *options)
        self.sign("B")
        return self.publish()

    def verify(self, what=None, code=0):
        return self.ctl.json("list", "verify", what or self.dir, "--root", self.root, code=code)

    def show(self):
        return self.ctl.json("list", "show", self.dir)

    def text(self, serial):
        return subprocess.run(["zstd", "-dcq", self.dir / "versions" / f"{serial}.zst"], capture_output=True,
                              check=True).stdout.decode()


@pytest.fixture
def issuer(ctl, tmp_path):
    return Issuer(ctl, tmp_path)


def refused(issuer, what=None):
    done = subprocess.run(issuer.ctl.command("list", "verify", what or issuer.dir, "--root", issuer.root, "--json"),
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stdout
    return json.loads(done.stdout)["refused"]


def test_a_list_goes_from_submission_to_subscribers(issuer):
    number = issuer.submit("--add", "casino.example gambling", "--add", "bad.example/page\tporn",
                           "--add", "192.0.2.0/24 malware", "--legal-ref", "QĐ 12/2026", "--expires", "2099-12-31")
    assert issuer.review(number)["state"] == "approved"
    staged = issuer.sign("A", "--canary-percent", "5", "--soak", "1h", "--reason", "first")["version"]
    assert (staged["serial"], staged["added"], staged["signatures"]["complete"]) == (1, 3, False)
    assert "2" in issuer.ctl.refused("list", "publish", issuer.dir)
    assert not (issuer.public / "manifest.json").exists()
    assert issuer.sign("C")["version"]["signatures"]["complete"]
    version = issuer.publish()
    assert version["serial"] == 1 and version["rollout"]["canary_percent"] == 5
    verified = issuer.verify()
    assert verified["good"] and verified["files_checked"] and verified["entries"] == 3
    assert issuer.text(1) == ("casino.example\tgambling\tsubtree\t-\tQĐ 12/2026\t2099-12-31\n"
                              "bad.example/page\tporn\t-\t-\tQĐ 12/2026\t2099-12-31\n"
                              "192.0.2.0/24\tmalware\t-\t-\tQĐ 12/2026\t2099-12-31\n")
    text = issuer.ctl.run("list", "show", issuer.dir)
    assert "Version 1 is public" in text and "Submission" not in text
    names = {path.name for path in issuer.public.iterdir()}
    assert names == {"root", "snapshot", "delta", "manifest.json"}


def test_versions_add_and_remove_and_have_deltas(issuer):
    issuer.release("--add", "a.example porn", "--add", "b.example porn", "--add", "c.example gambling exact")
    issuer.release("--remove", "b.example", "--add", "d.example porn")
    version = issuer.release("--remove", "c.example", "--add", "c.example gambling")
    assert [delta["from"] for delta in version["deltas"]] in ([2, 1], [2], [1], [])
    assert issuer.text(3) == "a.example\tporn\nc.example\tgambling\nd.example\tporn\n"
    done = issuer.ctl.json("list", "diff", issuer.dir, 1, 3, code=4)
    assert done["first"] == ["-b.example\tporn", "-c.example\tgambling\texact", "+c.example\tgambling",
                             "+d.example\tporn"]
    assert (done["added"], done["removed"], done["same"]) == (2, 2, 1)
    assert "1 added" in issuer.ctl.run("list", "diff", issuer.dir, 1, 2, code=4)
    issuer.ctl.run("list", "diff", issuer.dir, 2, 2)
    assert "999" in issuer.ctl.refused("list", "diff", issuer.dir, 1, 999)
    issuer.verify()


def test_who_submits_cannot_review(issuer):
    number = issuer.submit("--add", "a.example porn", by="Alice")
    for same in ("Alice", "alice", "ALICE"):
        assert "second person" in issuer.ctl.refused("list", "review", issuer.dir, number, "--by", same, "--approve",
                                                     "--reason", "sure")
    assert "no name of a person" in issuer.ctl.refused("list", "review", issuer.dir, number, "--by", "аlice",
                                                       "--approve", "--reason", "look-alike letter")
    assert issuer.review(number, decision="--reject")["state"] == "rejected"
    assert "already" in issuer.ctl.refused("list", "review", issuer.dir, number, "--by", "bob", "--approve",
                                           "--reason", "after all")
    issuer.ctl.refused("list", "review", issuer.dir, number, "--by", "bob", "--reason", "undecided", code=2)
    assert "no submission 9" in issuer.ctl.refused("list", "review", issuer.dir, 9, "--by", "bob", "--approve",
                                                   "--reason", "x")


def test_what_nobody_approved_is_not_published(issuer):
    issuer.approve("--add", "good.example porn")
    issuer.submit("--add", "pending.example porn")
    issuer.review(issuer.submit("--add", "rejected.example porn"), decision="--reject")
    issuer.sign("A")
    issuer.sign("B")
    issuer.publish()
    assert issuer.text(1) == "good.example\tporn\n"
    waiting = issuer.show()["submissions"]
    assert [(row["id"], row["state"]) for row in waiting] == [(2, "pending")]


def test_changes_after_the_review_are_noticed(issuer):
    issuer.approve("--add", "a.example porn")
    changes = next((issuer.dir / "submissions").glob("*.changes"))
    changes.write_text("+google.example\tporn\n")
    assert "not what alice submitted" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("A"))


def test_a_second_signer_does_not_believe_the_first_one(issuer, tmp_path):
    issuer.approve("--add", "a.example porn")
    issuer.sign("A")
    staged = issuer.dir / "staged" / "candidate.json"
    staged.write_text(staged.read_text().replace("1\n  ]", "\n  ]").replace('"submissions": [\n    \n  ]',
                                                                           '"submissions": []'))
    assert json.loads(staged.read_text())["submissions"] == []
    assert "not what the approved submissions" in issuer.ctl.refused("list", "sign", issuer.dir, "--key",
                                                                     issuer.key("B"))


def test_wrong_lines_are_named_with_their_numbers(issuer, tmp_path):
    lines = tmp_path / "lines.txt"
    lines.write_text("# entries\na.example\tporn\nb.example\tnonsense\n192.0.2.1/24\tmalware\nc.example\tcsam\n-x..y\n")
    message = issuer.ctl.refused("list", "submit", issuer.dir, "--by", "alice", "--reason", "r", "--file", lines)
    for part in ("lines.txt:3", "unknown category", "lines.txt:4", "lines.txt:5", "national scope", "lines.txt:6"):
        assert part in message
    assert issuer.show()["submissions"] == []
    for wrong in (["--add", "a.example"], ["--remove", "x..y"], ["--expires", "soon", "--add", "a.example porn"], []):
        issuer.ctl.refused("list", "submit", issuer.dir, "--by", "alice", "--reason", "r", *wrong)
    lines.write_text("".join(f"n{i}.example\tporn\n" for i in range(1000)) + "-n5.example\n")
    submitted = issuer.ctl.json("list", "submit", issuer.dir, "--by", "alice", "--reason", "r", "--file", lines)
    assert (submitted["added"], submitted["removed"]) == (1000, 1)


def test_keys_are_secret_and_can_be_encrypted(issuer, tmp_path, monkeypatch):
    assert stat.S_IMODE(issuer.key("A").stat().st_mode) == 0o600
    assert "exists" in issuer.ctl.refused("list", "key", "new", issuer.key("A"))
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("lũy tre\n")
    made = issuer.ctl.json("list", "key", "new", tmp_path / "D.key", "--passphrase-file", passphrase)
    assert made["encrypted"] and "ENCRYPTED" in (tmp_path / "D.key").read_text()
    assert issuer.ctl.json("list", "key", "show", tmp_path / "D.key.pub")["id"] == made["id"]
    issuer.approve("--add", "a.example porn")
    assert "passphrase" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", tmp_path / "D.key")
    assert "no say" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", tmp_path / "D.key",
                                          "--passphrase-file", passphrase)
    monkeypatch.setenv("LUYTRE_KEY_PASSPHRASE", "lũy tre")
    assert "no say" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", tmp_path / "D.key")
    assert issuer.show()["staged"] is None


def test_one_key_signs_once(issuer):
    issuer.approve("--add", "a.example porn")
    issuer.sign("A")
    assert "another one" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("A"))
    assert "2" in issuer.ctl.refused("list", "publish", issuer.dir)
    assert "first signer" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("B"), "--urgent")


def test_rollback_brings_an_earlier_content_back_under_a_new_serial(issuer):
    issuer.release("--add", "a.example porn", "--add", "b.example porn")
    issuer.release("--remove", "a.example", "--add", "google.example porn")
    staged = issuer.ctl.json("list", "rollback", issuer.dir, "--to", 1, "--by", "dung", "--reason", "poisoned",
                             "--urgent")["version"]
    assert (staged["serial"], staged["rollback_of"], staged["urgent"]) == (3, 1, True)
    issuer.sign("B")
    issuer.sign("C")
    assert issuer.publish()["serial"] == 3
    assert issuer.text(3) == issuer.text(1)
    issuer.verify()
    assert "no version 9" in issuer.ctl.refused("list", "rollback", issuer.dir, "--to", 9, "--by", "dung",
                                                "--reason", "x")


def test_keys_are_rotated_by_old_and_new_ones(issuer):
    issuer.release("--add", "a.example porn")
    issuer.ctl.run("list", "key", "new", issuer.key("D"))
    issuer.ctl.run("list", "rotate", issuer.dir, "--by", "an", "--reason", "B left", "--add-key", issuer.pub("D"),
                   "--remove-key", issuer.pub("B"))
    issuer.sign("A")
    issuer.sign("D")
    # A and D are two of the new keys, but of the old ones only A has signed.
    assert "Subscribers would refuse" in issuer.ctl.refused("list", "publish", issuer.dir)
    issuer.sign("B")
    assert issuer.publish()["root"] == 2
    assert sorted(path.name for path in (issuer.public / "root").iterdir()) == ["1.root.json", "2.root.json"]
    assert issuer.verify()["root_version"] == 2
    assert "no say" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("B"))
    issuer.sign("D")
    issuer.sign("C")
    issuer.publish()
    issuer.verify()


def test_what_is_staged_can_be_discarded(issuer):
    issuer.approve("--add", "a.example porn")
    issuer.sign("A", "--urgent")
    issuer.ctl.run("list", "discard", issuer.dir, "--by", "an", "--reason", "not urgent")
    assert issuer.show()["staged"] is None
    assert [row["state"] for row in issuer.show()["submissions"]] == ["approved"]
    assert issuer.release()["urgent"] is False
    issuer.ctl.refused("list", "discard", issuer.dir, "--by", "an", "--reason", "again")


def test_a_version_without_changes_renews_the_expiry(issuer):
    first = issuer.release("--add", "a.example porn")
    second = issuer.release()
    assert second["serial"] == 2 and second["content_sha256"] == first["content_sha256"]


def test_an_emptied_list_is_not_signed(issuer):
    issuer.release("--add", "a.example porn")
    issuer.approve("--remove", "a.example")
    assert "empty" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("A"))
    assert issuer.show()["staged"] is None


@pytest.mark.parametrize("damage, word", [
    (lambda public: (public / "manifest.json").write_text("{}"), "malformed"),
    (lambda public: (public / "manifest.json").write_text(
        (public / "manifest.json").read_text().replace("payload\": \"ey", "payload\": \"fy")), "bad_signatures"),
    (lambda public: next((public / "snapshot").iterdir()).write_bytes(b""), "wrong_size"),
    (lambda public: flip(next((public / "snapshot").iterdir())), "wrong_hash"),
    (lambda public: shutil.rmtree(public / "snapshot"), "local_fault"),
    (lambda public: (public / "root" / "2.root.json").write_text("{}"), "malformed"),
])
def test_damage_is_found_by_verify(issuer, tmp_path, damage, word):
    issuer.release("--add", "a.example porn")
    mirror = tmp_path / "mirror"
    shutil.copytree(issuer.public, mirror)
    issuer.verify(mirror)
    issuer.verify(mirror / "manifest.json")
    damage(mirror)
    assert refused(issuer, mirror) == word


def flip(path):
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


def test_the_log_tells_who_did_what_and_notices_changes(issuer):
    issuer.release("--add", "a.example porn")
    log = issuer.dir / "log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["what"] for line in lines] == ["init", "submit", "approve", "sign", "sign", "sign", "sign", "publish"]
    assert [line["who"] for line in lines[1:3]] == ["alice", "bob"]
    assert issuer.show()["log_lines"] == len(lines)
    whole = log.read_text()
    log.write_text(whole.replace('"alice"', '"carol"'))
    assert "was changed" in issuer.ctl.refused("list", "show", issuer.dir)
    log.write_text("".join(whole.splitlines(keepends=True)[:2] + whole.splitlines(keepends=True)[3:]))
    assert "was changed" in issuer.ctl.refused("list", "show", issuer.dir)
    # A line that a crash has cut is replaced by the next one.
    log.write_text(whole + '{"number":9,"at')
    assert "interrupted" in issuer.ctl.refused("list", "show", issuer.dir)
    issuer.submit("--add", "b.example porn")
    assert issuer.show()["log_lines"] == len(lines) + 1


def test_a_publication_can_be_interrupted_anywhere(issuer):
    issuer.release("--add", "a.example porn")
    issuer.approve("--add", "b.example porn")
    issuer.sign("A")
    issuer.sign("B")
    before = issuer.home / "before"
    shutil.copytree(issuer.dir, before)
    issuer.publish()
    after = issuer.home / "after"
    shutil.copytree(issuer.dir, after)
    # With the manifest in its place, and nothing that follows.
    shutil.rmtree(issuer.dir)
    shutil.copytree(before, issuer.dir)
    for part in ("snapshot", "delta"):
        shutil.copytree(after / "public" / part, issuer.public / part, dirs_exist_ok=True)
    for name in ("2.json", "2.zst"):
        shutil.copy(after / "versions" / name, issuer.dir / "versions")
    issuer.verify()
    shutil.copy(after / "public" / "manifest.json", issuer.public)
    issuer.verify()
    assert "interrupted" in issuer.ctl.run("list", "show", issuer.dir)
    issuer.ctl.refused("list", "discard", issuer.dir, "--by", "an", "--reason", "no")
    assert issuer.publish()["serial"] == 2
    assert issuer.show()["staged"] is None and issuer.show()["submissions"] == []
    # With files in their places and the old manifest.
    shutil.rmtree(issuer.dir)
    shutil.copytree(before, issuer.dir)
    shutil.copytree(after / "public" / "snapshot", issuer.public / "snapshot", dirs_exist_ok=True)
    shutil.copy(after / "versions" / "2.json", issuer.dir / "versions")
    assert issuer.publish()["serial"] == 2
    issuer.verify()


def test_old_files_leave_the_public_folder(issuer):
    for number in range(5):
        issuer.release("--add", f"n{number}.example porn")
    names = sorted(path.name.split("-")[0] for path in (issuer.public / "snapshot").iterdir())
    assert names == ["3", "4", "5"]
    assert len(list((issuer.dir / "versions").glob("*.zst"))) == 5
    issuer.verify()


def test_serials_may_leap_after_keys_were_misused(issuer):
    issuer.release("--add", "a.example porn")
    assert issuer.release(options=("--serial", "1000"))["serial"] == 1000
    assert "does not follow" in issuer.ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("A"), "--serial", "5")


def test_mistakes_are_answered_with_what_to_do(issuer, tmp_path, ctl):
    assert "list init" in ctl.refused("list", "show", tmp_path / "nowhere")
    assert "already" in ctl.refused("list", "init", issuer.dir, "--name", "x", "--key", issuer.pub("A"))
    assert "threshold" in ctl.refused("list", "init", tmp_path / "n", "--name", "x", "--key", issuer.pub("A"),
                                      "--threshold", "2")
    assert "a-z" in ctl.refused("list", "init", tmp_path / "n", "--name", "Not A Name", "--key", issuer.pub("A"))
    assert "public key" in ctl.refused("list", "init", tmp_path / "n", "--name", "x", "--key", issuer.key("A"))
    assert "list sign" in ctl.refused("list", "publish", issuer.dir)
    assert "together" in ctl.refused("list", "sign", issuer.dir, "--key", issuer.key("A"), "--soak", "1h")
    ctl.refused("list", code=2)
    ctl.refused("list", "key", code=2)
    ctl.refused("list", "submit", issuer.dir, "--add", "a.example porn", code=2)
    for words in (["list"], ["list", "sign"], ["list", "key", "new"]):
        assert "--help" in ctl.run(*words, "--help")


def test_names_of_two_lists_are_not_confused(issuer, ctl, tmp_path):
    issuer.release("--add", "a.example porn")
    ctl.run("list", "init", tmp_path / "other", "--name", "vn-schools", "--key", issuer.pub("A"), "--key",
            issuer.pub("B"), "--threshold", "2")
    other = Issuer.__new__(Issuer)
    other.__dict__.update(issuer.__dict__, dir=tmp_path / "other", public=tmp_path / "other" / "public")
    other.release("--add", "a.example porn")
    assert refused(issuer, other.public / "manifest.json") == "wrong_list"

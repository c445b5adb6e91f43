# SPDX-License-Identifier: Apache-2.0
"""luytrectl line, preset, settings and check."""

import datetime

import pytest

KEYS = ["192.0.2.7", "2001:db8:1::/56", "vlan:20", "mac:02:00:5e:10:00:01"]


@pytest.fixture
def child(starter, ctl):
    """An installation with the starter list and one line at ages 7 to 12."""
    ctl.run("categories", "import", starter.share_dir / "deploy" / "lists" / "starter.txt", "--scope", "national")
    ctl.run("line", "add", "child", "--band", "b1", "--key", KEYS[0])
    return ctl


def reason(ctl, name, *whose, code=3):
    return ctl.json("check", name, *(whose or ("--line", "child")), code=code)["reason"]


def test_a_line_is_added_shown_and_removed(ctl):
    keys = [argument for key in KEYS for argument in ("--key", key)]
    ctl.run("line", "add", "house-7", "--band", "b1", *keys, "--allow", "game.example", "--deny", "video.example")
    line = ctl.json("line", "show", "house-7")
    assert line == {"id": "house-7", "band": "b1", "keys": KEYS, "paused_until": None,
                    "overrides": [{"name": "game.example", "kind": "allow", "lifts_security": False},
                                  {"name": "video.example", "kind": "deny", "lifts_security": False}]}
    assert ctl.json("line", "show") == [line]
    text = ctl.run("line", "show")
    assert "house-7" in text and "vlan:20" in text and "game.example" in text
    ctl.run("line", "remove", "house-7")
    assert ctl.json("line", "show") == []
    assert "house-7" in ctl.refused("line", "show", "house-7")


def test_a_line_is_changed_piece_by_piece(ctl):
    ctl.run("line", "add", "a", "--band", "b1", "--key", KEYS[0])
    ctl.run("line", "set", "a", "--band", "b2", "--add-key", KEYS[1], "--remove-key", KEYS[0])
    line = ctl.json("line", "set", "a", "--allow", "x.example", "--deny", "y.example")
    assert line["band"] == "b2" and line["keys"] == [KEYS[1]]
    line = ctl.json("line", "set", "a", "--deny", "x.example", "--forget", "y.example")
    assert line["overrides"] == [{"name": "x.example", "kind": "deny", "lifts_security": False}]
    line = ctl.json("line", "set", "a", "--allow", "x.example", "--confirm-security")
    assert line["overrides"] == [{"name": "x.example", "kind": "allow", "lifts_security": True}]


def test_a_pause_has_an_end(ctl):
    ctl.run("line", "add", "a", "--band", "b1", "--key", KEYS[0])
    until = ctl.json("line", "set", "a", "--pause", "30m")["paused_until"]
    left = datetime.datetime.fromisoformat(until.replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=29) < left <= datetime.timedelta(minutes=30)
    assert "paused until" in " ".join(ctl.run("line", "show", "a").split())
    assert ctl.json("line", "set", "a", "--resume")["paused_until"] is None
    assert "30m" in ctl.refused("line", "set", "a", "--pause", "forever")
    ctl.refused("line", "set", "a", "--pause", "2h", "--resume", code=2)


def test_two_lines_cannot_claim_one_key(ctl):
    ctl.run("line", "add", "first", "--band", "b1", "--key", "192.0.2.0/24")
    assert "first" in ctl.refused("line", "add", "second", "--band", "b1", "--key", "192.0.2.0/24")
    ctl.run("line", "add", "second", "--band", "b1", "--key", "192.0.2.7")
    assert "second" in ctl.refused("line", "set", "first", "--add-key", "192.0.2.7/32")


def test_mistakes_about_lines_are_answered_with_what_to_do(ctl):
    assert "line add" in ctl.refused("line", "show")
    assert "b0, b1" in ctl.refused("line", "add", "a", "--band", "b9", "--key", KEYS[0])
    assert "vlan:20" in ctl.refused("line", "add", "a", "--band", "b1", "--key", "somewhere")
    ctl.refused("line", "add", "not an id", "--band", "b1", "--key", KEYS[0])
    ctl.run("line", "add", "a", "--band", "b1")
    assert "already" in ctl.refused("line", "add", "a", "--band", "b1")
    assert "--help" in ctl.refused("line", "set", "a")
    assert "no key" in ctl.refused("line", "set", "a", "--remove-key", KEYS[0])
    assert "says nothing" in ctl.refused("line", "set", "a", "--forget", "x.example")
    assert "--allow" in ctl.refused("line", "set", "a", "--confirm-security", "--band", "b2")
    assert "'nobody'" in ctl.refused("line", "set", "nobody", "--band", "b2")
    assert "'nobody'" in ctl.refused("line", "remove", "nobody")


@pytest.mark.parametrize("name, why", [("casino.test", "gambling"), ("www.casino.test", "gambling"),
                                       ("adult.test", "porn"), ("malware.test", "malware")])
def test_check_blocks_what_the_band_blocks(child, name, why):
    assert reason(child, name) == why
    assert reason(child, name, "--band", "b1") == why
    text = child.run("check", name, "--line", "child", code=3)
    assert name in text and f"reason {why}" in text


@pytest.mark.parametrize("name", ["helpline.test", "health.test", "unlisted.example"])
def test_check_allows_the_rest(child, name):
    assert child.json("check", name, "--line", "child")["action"] == "allow"


def test_check_follows_the_owner_and_the_pause(child):
    child.run("line", "set", "child", "--allow", "casino.test", "--deny", "unlisted.example")
    assert reason(child, "casino.test", code=0) == "owner_allow"
    assert reason(child, "unlisted.example") == "owner_deny"
    child.run("line", "set", "child", "--allow", "malware.test")
    assert reason(child, "malware.test") == "malware"
    child.run("line", "set", "child", "--allow", "malware.test", "--confirm-security")
    assert reason(child, "malware.test", code=0) == "owner_allow"
    child.run("line", "set", "child", "--pause", "1h")
    assert reason(child, "another.example") == "pause"
    assert child.json("check", "helpline.test", "--line", "child")["action"] == "allow"


def test_check_tells_what_it_needs(child, ctl):
    whole = child.json("check", "www.casino.test", "--line", "child", code=3)
    assert whole["listed_name"] == "casino.test" and whole["serial"] == 1 and whole["band"] == "b1"
    assert whole["sentence"] and whole["remedy"]
    assert "--line ID or --band BAND" in ctl.refused("check", "casino.test")
    assert "'b9'" in ctl.refused("check", "casino.test", "--band", "b9")
    assert "'nobody'" in ctl.refused("check", "casino.test", "--line", "nobody")
    ctl.refused("check", "casino.test", "--line", "child", "--band", "b1", code=2)


def test_presets_are_shown_and_chosen(ctl):
    shown = ctl.json("preset", "show")
    assert shown["id"] == "vn" and shown["in_force"]
    assert [band["id"] for band in shown["bands"]][:2] == ["b0", "b1"]
    assert "gambling" in shown["bands"][1]["block"]
    assert "gambling" in ctl.run("preset", "show", "generic")
    ctl.run("preset", "set", "generic")
    assert ctl.json("preset", "show")["id"] == "generic"
    assert "generic, vn" in ctl.refused("preset", "set", "atlantis")


def test_unknown_lines_are_a_setting(ctl):
    assert ctl.json("settings", "unknown-line") == {"unknown_line": "off"}
    ctl.run("settings", "unknown-line", "b1")
    assert ctl.json("settings", "unknown-line") == {"unknown_line": "b1"}
    assert "untouched" in ctl.run("settings", "unknown-line", "off")
    assert "'b9'" in ctl.refused("settings", "unknown-line", "b9")


def test_help_and_version(ctl):
    assert ctl.run("--version").startswith("luytrectl ")
    for command in ("", "categories", "categories import", "categories lookup", "line", "line add", "line set",
                    "line show", "preset", "settings", "settings unknown-line", "check", "status"):
        assert "Usage" in ctl.run(*command.split(), "--help")

# SPDX-License-Identifier: Apache-2.0
"""luytrectl categories: what guards hold, who may release it, and what a preview says."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHARED = pathlib.Path(os.environ.get("LUYTRE_SHARED", ROOT.parent / "shared")) / "lists"


@pytest.fixture
def write(tmp_path):
    def written(text, file="list.txt"):
        path = tmp_path / file
        path.write_text(text)
        return path
    return written


def shared(path):
    if not (SHARED / path).exists():
        pytest.skip(f"{SHARED / path} is absent: it holds the real list that this test imports")
    return SHARED / path


GRANT = ("--grant", "never_block_1,never_block_2")


def imported(ctl, path, *options, code=0):
    return ctl.json("categories", "import", path, "--by", "an", *options, code=code)


def kinds(report, severity=None):
    return [finding["kind"] for finding in report["findings"] if severity in (None, finding["severity"])]


def audit(ctl):
    path = ctl.data_dir / "audit.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def in_force(ctl, name):
    return ctl.json("categories", "lookup", name)[0]["in_force"]["categories"]


@pytest.fixture
def held(ctl, write):
    """A source in force, and a next version of it that is held: google.com is in it."""
    imported(ctl, write("casino.example\n"), "--category", "gambling", "--source", "bets")
    report = imported(ctl, write("casino.example\ngoogle.com\n"), "--category", "gambling", "--source", "bets", code=5)
    assert report["held"] and kinds(report, "hold") == ["popular"]
    return ctl


def test_a_poisoned_version_is_held_and_the_one_in_force_stays(held):
    assert in_force(held, "casino.example") == ["gambling"]
    assert in_force(held, "google.com") == []
    waiting = held.json("categories", "held")["held"]
    assert [(row["source"], row["by"], row["entries"]) for row in waiting] == [("bets", "an", 2)]
    assert waiting[0]["findings"][0]["first"][0]["subject"] == "google.com"
    text = held.run("categories", "held")
    assert "google.com" in text and "gambling" in text and "brought by an" in text and "release" in text
    assert audit(held)[-1] == {**audit(held)[-1], "who": "an", "what": "hold", "source": "bets", "findings": ["popular"]}


def test_a_second_person_puts_it_in_force(held):
    held.run("categories", "release", "bets", "--by", "binh", "--reason", "the school asked for it")
    assert in_force(held, "google.com") == ["gambling"]
    assert held.json("categories", "held")["held"] == []
    last = audit(held)[-1]
    assert (last["who"], last["what"], last["brought_by"], last["reason"]) == ("binh", "release", "an",
                                                                            "the school asked for it")
    assert last["time"].endswith("Z")


@pytest.mark.parametrize("same", ["an", "AN", "An"])
def test_who_brought_it_cannot_release_it(held, same):
    assert "somebody else" in held.refused("categories", "release", "bets", "--by", same, "--reason", "me again")
    assert in_force(held, "google.com") == []
    assert len(held.json("categories", "held")["held"]) == 1


def test_a_release_needs_a_reason_and_a_person(held):
    held.refused("categories", "release", "bets", "--by", "binh", code=2)
    assert "--by" in held.refused("categories", "release", "bets", "--by", "two words", "--reason", "x")
    assert "categories held" in held.refused("categories", "release", "other", "--by", "binh", "--reason", "x")


def test_a_held_version_can_be_thrown_away(held):
    held.run("categories", "discard", "bets", "--by", "an")
    assert held.json("categories", "held")["held"] == []
    assert "Nothing is held" in held.run("categories", "held")
    assert in_force(held, "casino.example") == ["gambling"]
    assert audit(held)[-1]["what"] == "discard"
    assert "categories held" in held.refused("categories", "discard", "bets", "--by", "an")


def test_a_better_version_takes_the_place_of_a_held_one(held, write):
    imported(held, write("casino.example\nbingo.example\n"), "--category", "gambling", "--source", "bets")
    assert held.json("categories", "held")["held"] == []
    assert in_force(held, "bingo.example") == ["gambling"]


def test_a_newer_held_version_replaces_the_older(held, write):
    imported(held, write("facebook.com\nbing.com\nx.example\n"), "--category", "gambling", "--source", "bets", code=5)
    waiting = held.json("categories", "held")["held"]
    assert [row["entries"] for row in waiting] == [3]
    held.run("categories", "release", "bets", "--by", "binh", "--reason", "r")
    assert in_force(held, "facebook.com") == ["gambling"] and in_force(held, "google.com") == []


def test_what_was_accepted_once_is_not_held_again(held, write):
    held.run("categories", "release", "bets", "--by", "binh", "--reason", "r")
    report = imported(held, write("casino.example\ngoogle.com\nnew.example\n"), "--category", "gambling",
                      "--source", "bets")
    assert not report["held"] and report["findings"] == []


def test_scripts_accept_kinds_in_front(ctl, write):
    path = write("casino.example\ngoogle.com\n")
    assert imported(ctl, path, "--category", "gambling", "--accept", "shrink", code=5)["held"]
    report = imported(ctl, path, "--category", "gambling", "--accept", "shrink,popular")
    assert not report["held"] and report["accepted"] == ["popular"]
    assert audit(ctl)[-1]["accepted"] == ["popular"] and audit(ctl)[-1]["what"] == "import"
    assert "no guard 'everything'" in ctl.refused("categories", "import", path, "--category", "gambling",
                                                  "--accept", "everything")


def test_nobody_can_accept_a_helpline_that_is_mandatory(ctl, write):
    imported(ctl, write("help.example\thelpline_report\n"), "--format", "luytre", "--source", "help", *GRANT)
    order = write("example\tnational_order\nhelp.example\tnational_order\n", "order.txt")
    options = ("--format", "luytre", "--source", "order", "--scope", "mandatory")
    report = imported(ctl, order, *options, code=5)
    assert kinds(report, "forbid") == ["mandatory_never_block"]
    assert ctl.json("categories", "held")["held"][0]["releasable"] is False
    message = ctl.refused("categories", "release", "order", "--by", "binh", "--reason", "by law")
    assert "Nobody" in message
    message = ctl.refused("categories", "import", order, *options, "--accept", "mandatory_never_block")
    assert "Nobody" in message
    assert in_force(ctl, "help.example") == ["helpline_report"]


def test_a_health_site_in_a_list_of_drugs_is_a_conflict_in_the_report(ctl, write):
    imported(ctl, write("goaskalice.columbia.edu\thealth\n"), "--format", "luytre", "--source", "health",
             *GRANT)
    report = imported(ctl, write("goaskalice.columbia.edu\nweed.example\n"), "--category", "drugs", "--source", "drugs")
    assert not report["held"] and kinds(report) == ["never_block"]
    hit = report["findings"][0]["first"][0]
    assert (hit["subject"], hit["says"], hit["known_as"]) == ("goaskalice.columbia.edu", ["drugs"], ["health"])
    text = ctl.run("categories", "import", write("goaskalice.columbia.edu\n"), "--category", "drugs", "--source", "d2")
    assert "never_block" in text and "goaskalice.columbia.edu" in text
    assert "never" in ctl.run("check", "goaskalice.columbia.edu", "--band", "b1").lower()


def test_new_reasons_since_it_was_held_need_a_new_look(held, write):
    imported(held, write("help.example\thelpline_report\n"), "--format", "luytre", "--source", "help", *GRANT)
    order = write("google.com\tnational_order\nlater.example\tnational_order\n", "order.txt")
    options = ("--format", "luytre", "--source", "order", "--scope", "mandatory")
    imported(held, order, *options, code=5)
    imported(held, write("later.example\thelpline_report\n"), "--format", "luytre", "--source", "help2", *GRANT)
    message = held.refused("categories", "release", "order", "--by", "binh", "--reason", "r")
    assert "new reasons" in message and "mandatory_never_block" in message
    assert "Nobody" in held.refused("categories", "release", "order", "--by", "binh", "--reason", "r")


def test_limits_are_a_file_for_all_or_one_source(ctl, write):
    ctl.data_dir.mkdir()
    limits = ctl.data_dir / "guards.toml"
    limits.write_text("shrink_percent = 90\n[source.wild]\nshrink_percent = 1\n")
    for source, code in (("calm", 5), ("wild", 0)):
        imported(ctl, write("".join(f"n{i}.example\n" for i in range(200))), "--category", "porn", "--source", source)
        imported(ctl, write("".join(f"n{i}.example\n" for i in range(150))), "--category", "porn", "--source", source,
                 code=code)
    limits.write_text("shrink_percent = 50\nshrink = 4\n")
    message = ctl.refused("categories", "import", write("a.example\n"), "--category", "porn")
    assert "guards.toml, line 2" in message and "'shrink'" in message


def test_a_ranking_of_the_operator_counts(ctl, write):
    ctl.data_dir.mkdir()
    (ctl.data_dir / "guards.toml").write_text("ranked_names = 0\nranked_percent = 0\n")
    ranking = write("first.example\nsecond.example\n", "ranking.txt")
    names = write("second.example\n")
    assert not imported(ctl, names, "--category", "porn", "--source", "a", "--popular", ranking, "--top", "1")["held"]
    ctl.run("categories", "remove", "a")
    assert imported(ctl, names, "--category", "porn", "--source", "b", "--popular", ranking, code=5)["held"]
    (ctl.data_dir / "popular.names").write_text(ranking.read_text())
    assert imported(ctl, names, "--category", "porn", "--source", "c", code=5)["held"]
    assert "missing.txt" in ctl.refused("categories", "import", names, "--category", "porn", "--popular", "missing.txt")


def test_a_preview_says_whose_verdict_would_change_and_changes_nothing(ctl, write):
    imported(ctl, write("casino.example\n"), "--category", "gambling", "--source", "bets")
    before = ctl.json("categories", "stats")["serial"]
    path = write("facebook.com\nnew.example\n")
    preview = ctl.json("categories", "preview", path, "--category", "gambling", "--source", "bets", code=5)
    rows = {(row["name"], row["band"]): row for row in preview["changes"]}
    assert (rows["facebook.com", "b1"]["before"], rows["facebook.com", "b1"]["after"]) == ("allow", "block")
    assert rows["facebook.com", "b1"]["category"] == "gambling"
    assert ("facebook.com", "off") not in rows
    assert preview["would_be_held"] and kinds(preview) == ["popular"]
    text = ctl.run("categories", "preview", path, "--category", "gambling", "--source", "bets", code=5)
    assert "facebook.com" in text and "allow -> block" in text and "gambling" in text
    assert ctl.json("categories", "stats")["serial"] == before
    assert ctl.json("categories", "held")["held"] == []


def test_a_preview_of_a_removed_name_says_what_opens(ctl, write):
    imported(ctl, write("pornhub.com\nrest.example\n"), "--category", "porn", "--source", "adult")
    preview = ctl.json("categories", "preview", write("rest.example\n"), "--category", "porn", "--source", "adult")
    assert {(row["name"], row["band"], row["before"], row["after"]) for row in preview["changes"]} == {
        ("pornhub.com", band, "block", "allow") for band in ("b1", "b2", "b3")}
    assert not preview["would_be_held"]


def test_a_preview_knows_what_never_block_data_protects(ctl, write):
    imported(ctl, write("nasa.gov\tgovernment\n"), "--format", "luytre", "--source", "own", *GRANT)
    preview = ctl.json("categories", "preview", write("nasa.gov\n"), "--category", "piracy")
    assert preview["changes"] == [] and kinds(preview) == ["never_block"]


def test_a_preview_before_anything_was_imported(ctl, write):
    preview = ctl.json("categories", "preview", write("nasa.gov\n"), "--category", "piracy", code=5)
    assert ("nasa.gov", "b1") in {(row["name"], row["band"]) for row in preview["changes"]}
    assert not ctl.data_dir.exists()


def test_the_garbage_that_replaced_a_real_list_is_refused(ctl, write):
    imported(ctl, write("".join(f"n{i}.example\n" for i in range(200))), "--category", "ads_trackers",
             "--source", "ads")
    garbage = shared("formats/blp-broken.dnsmasq.conf.zst")
    for path, format in ((garbage, "dnsmasq"), (write("", "empty.txt"), "names")):
        message = ctl.refused("categories", "import", path, "--format", format, "--category", "ads_trackers",
                              "--source", "ads")
        assert "no usable" in message and "stays as it was" in message
    assert ctl.json("categories", "stats")["names"] == 200


@pytest.mark.parametrize("list, category, wrong", [
    ("bonappetit.adult", "porn", {"google.com", "facebook.com", "reddit.com"}),
    ("4skin.adult", "porn", {"vk.com", "deviantart.com"}),
    ("blp.torrent", "piracy", {"archive.org", "pbs.org", "nasa.gov"}),
])
def test_real_lists_with_popular_names_in_the_wrong_place_are_held(ctl, list, category, wrong):
    path = shared(f"categories/{list}.domains.zst")
    report = imported(ctl, path, "--format", "names", "--category", category, code=5)
    named = {hit["subject"] for finding in report["findings"] for hit in finding["first"]}
    assert kinds(report, "hold") == ["popular"]
    assert wrong <= named or len(named) >= 20
    assert ctl.json("categories", "held")["held"][0]["entries"] == report["entries"]


def test_wrong_listings_of_real_lists_are_conflicts_with_the_starter_list(ctl):
    path = shared("categories/blp.drugs.domains.zst")
    ctl.run("categories", "import", ROOT / "deploy" / "lists" / "starter.txt", "--scope", "national")
    report = imported(ctl, path, "--format", "names", "--category", "drugs")
    assert not report["held"]
    conflicts = [finding for finding in report["findings"] if finding["kind"] == "never_block"]
    assert conflicts and conflicts[0]["severity"] == "notice"


def test_a_killed_import_leaves_no_half_held_version(ctl, write):
    many = write("google.com\n" + "".join(f"n{i}.example\n" for i in range(100_000)))
    command = ctl.command("categories", "import", many, "--category", "porn", "--source", "many", "--by", "an")
    for delay in (0.05, 0.15, 0.3):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            running.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        for row in ctl.json("categories", "held")["held"]:
            assert row["entries"] == 100_001
    imported(ctl, many, "--category", "porn", "--source", "many", code=5)
    ctl.run("categories", "release", "many", "--by", "binh", "--reason", "r")
    assert ctl.json("categories", "stats")["names"] == 100_001


def test_a_damaged_held_version_is_not_put_in_force(held):
    content = next((held.data_dir / "held" / "bets").glob("content-*"))
    content.write_text(content.read_text().splitlines(keepends=True)[0])
    assert "import that list again" in held.refused("categories", "release", "bets", "--by", "binh", "--reason", "r")
    report = held.data_dir / "held" / "bets" / "report.json"
    report.write_text(report.read_text()[:-20])
    assert "damaged" in held.refused("categories", "held")


def test_source_names_cannot_lead_out_of_the_folder(ctl, write):
    imported(ctl, write("google.com\n"), "--category", "porn", "--source", "../../etc/x y", code=5)
    assert [path.name for path in (ctl.data_dir / "held").iterdir()] == ["%2E%2E%2F%2E%2E%2Fetc%2Fx%20y"]
    ctl.run("categories", "release", "../../etc/x y", "--by", "binh", "--reason", "r")


def test_help_of_the_new_commands(ctl):
    for command in ("held", "release", "discard", "preview"):
        assert "Usage" in ctl.run("categories", command, "--help")
    assert "5 held" in ctl.run("--help")

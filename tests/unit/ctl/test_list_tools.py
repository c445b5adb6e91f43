# SPDX-License-Identifier: Apache-2.0
"""luytrectl categories: export, overlaps, diff, verify."""

import os
import shutil
import subprocess

import pytest


@pytest.fixture
def write(tmp_path):
    def written(text, file="list.txt"):
        path = tmp_path / file
        path.write_text(text)
        return path
    return written


@pytest.fixture
def two(ctl, write):
    """Two sources that overlap: one covers, the other repeats."""
    ctl.run("categories", "import", write("a.example\tporn\tsubtree\nb.example\tporn,gambling\texact\n"),
            "--format", "luytre", "--source", "one")
    ctl.run("categories", "import", write("b.example\tgambling\tsubtree\nwww.a.example\tporn\texact\n"
                                          "deep.www.a.example\tporn\texact\nx.b.example\tgambling\tsubtree\n"),
            "--format", "luytre", "--source", "two")
    return ctl


def content(path):
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def test_an_export_in_our_format_comes_back_the_same(starter, ctl, tmp_path):
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    report = starter.json("categories", "export", "--format", "luytre", "--output", first)
    assert report["entries"] == report["lines"] == len(content(first)) > 200
    assert report["not_expressible"] == 0
    ctl.run("categories", "import", first, "--scope", "national")
    ctl.run("categories", "export", "--format", "luytre", "--output", second)
    assert first.read_bytes() == second.read_bytes()
    assert ctl.run("categories", "diff", first, second).startswith("0 added, 0 removed, 0 changed")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["first.txt", "second.txt"]


def test_an_export_chooses_sources_and_categories(two, tmp_path):
    out = tmp_path / "out"
    two.run("categories", "export", "--format", "luytre", "--output", out, "--source", "one")
    assert content(out) == ["a.example\tporn", "b.example\tgambling,porn\texact"]
    two.run("categories", "export", "--format", "names", "--output", out, "--category", "gambling")
    assert content(out) == ["b.example", "*.b.example", "*.x.b.example"]
    zone = two.run("categories", "export", "--format", "rpz", "--category", "gambling").splitlines()
    assert zone[-4:] == ["b.example CNAME .", "*.b.example CNAME .", "x.b.example CNAME .", "*.x.b.example CNAME ."]
    done = subprocess.run(two.command("categories", "export", "--format", "hosts"), capture_output=True, text=True)
    assert done.returncode == 0 and "0.0.0.0 a.example\n" in done.stdout
    assert "narrowed" in done.stderr and "narrowed" not in done.stdout


def test_licensed_and_ordered_lists_leave_only_by_their_name(ctl, write):
    ctl.run("categories", "import", write("licensed.example\tcsam\tsubtree\nordered.example\tnational_order\tsubtree\n"
                                          "open.example\tporn\tsubtree\n"), "--format", "luytre", "--scope", "mandatory")
    everything = ctl.run("categories", "export", "--format", "luytre")
    assert "open.example" in everything and "licensed" not in everything and "ordered" not in everything
    assert "licensed.example" in ctl.run("categories", "export", "--format", "luytre", "--category", "csam")


def test_a_zone_is_loaded_by_a_name_server(starter, tmp_path):
    checker = shutil.which("named-checkzone")
    if checker is None:
        pytest.skip("named-checkzone is absent (bind9-utils): it loads the zone that this test writes")
    zone = tmp_path / "zone"
    starter.run("categories", "export", "--format", "rpz", "--output", zone)
    subprocess.run([checker, "luytre.rpz", str(zone)], check=True)


def test_names_read_with_exact_reach_are_the_same_names(two, write, tmp_path):
    out = tmp_path / "names"
    two.run("categories", "export", "--format", "names", "--output", out)
    two.run("categories", "import", out, "--format", "names", "--reach", "exact", "--category", "porn",
            "--source", "back")
    again = tmp_path / "again"
    two.run("categories", "export", "--format", "names", "--output", again, "--source", "back")
    assert out.read_text() == again.read_text()


def test_export_mistakes_leave_the_old_file(two, tmp_path):
    out = tmp_path / "out"
    out.write_text("old")
    export = ("categories", "export", "--format", "names", "--output", out)
    assert "'nothing'" in two.refused(*export, "--source", "nothing")
    assert "'nonsense'" in two.refused(*export, "--category", "nonsense")
    assert "--output" in two.refused("categories", "export", "--format", "names", "--json")
    assert "regular file" in two.refused("categories", "export", "--format", "names", "--output", tmp_path)
    assert "none" in two.refused("categories", "export", "--format", "names", "--output", tmp_path / "none" / "out")
    two.refused("categories", "export", code=2)
    two.refused("categories", "export", "--format", "bind", code=2)
    assert out.read_text() == "old"
    assert not list(tmp_path.glob("out.*"))


def test_overlaps_count_names_that_both_list_and_cover(two):
    found = two.json("categories", "overlaps")
    assert found["pairs"] == [{"first": "one", "second": "two", "both": 1, "both_by_category": {"gambling": 1},
                               "first_covered_by_second": 0, "second_covered_by_first": 2}]
    covered = {source["name"]: source["covered_by_own_parent"] for source in found["sources"]}
    assert covered == {"one": 0, "two": 1}
    categories = {row["name"]: row for row in found["categories"]}
    assert categories["gambling"] == {"name": "gambling", "names": 2, "in_several_sources": 1, "covered_by_parent": 1}
    assert categories["porn"]["covered_by_parent"] == 2
    text = two.run("categories", "overlaps")
    assert "one" in text and "gambling" in text
    assert "categories import" in type(two)(two.data_dir / "empty").refused("categories", "overlaps")


def test_overlaps_of_one_source_are_none(starter):
    assert starter.json("categories", "overlaps")["pairs"] == []
    assert "No two sources" in starter.run("categories", "overlaps")


def test_diff_tells_added_removed_and_changed_names(ctl, write):
    before = write("a.example\tporn\nb.example\tporn\nc.example\tporn\texact\nd.example\tporn\n", "before.txt")
    after = write("a.example\tporn\nb.example\tgambling\nc.example\tporn\n"
                  "e.example\tporn\n", "after.txt")
    found = ctl.json("categories", "diff", before, after, code=4)
    assert found["same"] == 1
    assert [row["name"] for row in found["added"]["first"]] == ["e.example"]
    assert [row["name"] for row in found["removed"]["first"]] == ["d.example"]
    assert found["changed"]["first"] == [
        {"name": "b.example", "before": {"subtree": ["porn"]}, "after": {"subtree": ["gambling"]}},
        {"name": "c.example", "before": {"exact": ["porn"]}, "after": {"subtree": ["porn"]}}]
    text = ctl.run("categories", "diff", before, after, "--limit", "1", code=4)
    assert "porn subtree -> gambling subtree" in text and "and 1 more" in text
    assert ctl.run("categories", "diff", before, before).startswith("0 added")


def test_diff_compares_a_source_with_a_list_of_bare_names(two, write):
    same = write("b.example\nx.b.example\n", "bare.txt")
    found = two.json("categories", "diff", "source:two", same, code=4)
    assert not found["compares_categories"] and found["changed"]["count"] == 0
    assert found["same"] == 2 and found["removed"]["count"] == 2
    found = two.json("categories", "diff", "source:two", same, "--category", "porn", code=4)
    assert found["compares_categories"] and found["changed"]["count"] == 2
    assert two.json("categories", "diff", "source:two", "source:two")["same"] == 4


def test_diff_mistakes_are_answered_with_what_to_do(two, write):
    path = write("a.example\tporn\n")
    assert "'none'" in two.refused("categories", "diff", "source:none", path)
    assert "missing.txt" in two.refused("categories", "diff", path, "missing.txt")
    assert "'nonsense'" in two.refused("categories", "diff", path, path, "--category", "nonsense")
    two.refused("categories", "diff", path, code=2)
    two.refused("categories", "diff", path, path, "--limit", "many", code=2)


def test_verify_finds_that_all_is_well(starter, two):
    assert "All is well." in starter.run("categories", "verify")
    found = two.json("categories", "verify")
    assert found["fine"] and found["problems"] == []
    assert found["names"] == found["compared"] == 5


def test_verify_compares_ages_and_what_is_inherited(ctl, write):
    ctl.run("categories", "import", write("a.example\nx.y.a.example\n"), "--category", "porn", "--source", "one",
            "--minimum-age", "16")
    ctl.run("categories", "import", write("y.a.example\tmalware,education\texact\nx.y.a.example\tgambling\n"),
            "--source", "two")
    assert ctl.json("categories", "verify")["fine"]


def test_verify_says_what_to_do_about_the_index(two, write):
    two.run("categories", "import", write("c.example\n"), "--source", "three", "--category", "porn", "--no-compile")
    assert "categories compile" in two.run("categories", "verify", code=1)
    found = two.json("categories", "verify", code=1)
    assert not found["fine"] and found["compared"] == 0
    # An index of the right serial with other names: what a restored backup of half an installation looks like.
    index = two.data_dir / "index"
    two.run("categories", "compile")
    other = type(two)(two.data_dir.parent / "other")
    for serial in range(3):
        other.run("categories", "import", write(f"n{serial}.example\n"), "--source", "s", "--category", "porn")
    shutil.copy(other.data_dir / "index" / "index-3", index / os.readlink(index / "current"))
    found = two.json("categories", "verify", code=1)
    assert found["mismatch_count"] == 6 and found["mismatches"][0]["lists"]["categories"] == ["porn"]
    assert "another answer" in two.run("categories", "verify", code=1)
    (index / "current").unlink()
    assert "categories compile" in two.json("categories", "verify", code=1)["problems"][0]


def test_verify_reports_a_damaged_index(two):
    index = two.data_dir / "index" / os.readlink(two.data_dir / "index" / "current")
    damaged = bytearray(index.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    index.unlink()
    index.write_bytes(damaged)
    assert "cannot be used" in two.json("categories", "verify", code=1)["problems"][0]


def test_what_the_law_refuses_and_help_needs_is_never_imported(ctl, write):
    ctl.run("categories", "import", write("a.example\tnational_order\tsubtree\n"), "--source", "court",
            "--scope", "mandatory")
    care = write("help.a.example\thelpline_report\texact\nb.example\thelpline_report\n")
    text = ctl.run("categories", "import", care, "--source", "care", "--grant", "never_block_1", code=5)
    assert "Nobody can accept this" in text and "help.a.example" in text
    assert ctl.json("categories", "verify")["conflict_count"] == 0


def test_each_command_explains_itself(ctl):
    words = {"export": "rpz", "overlaps": "covered", "diff": "4 they differ", "verify": "Exit codes"}
    for command, word in words.items():
        assert word in ctl.run("categories", command, "--help")

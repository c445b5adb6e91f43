# SPDX-License-Identifier: Apache-2.0
"""luytrectl categories lookup and explain: who says what since when, and what becomes of it."""

import datetime
import time

import pytest

NATION = """\
bad.example\tnational_order\tsubtree\t-\tQD 123/2026\t2099-12-31
shop.example\tgambling\tsubtree\t18
pages.example/cards\tgambling
45.18.0.0/16\tgambling
"""
OWN = """\
!www.shop.example\t*\tsubtree
!bad.example\t*\tsubtree
!pages.example/cards/help\tgambling
!45.18.7.0/24\t*
"""


@pytest.fixture
def lists(ctl, tmp_path):
    """A list of the nation, and an operator's own exceptions that stand above it."""
    for name, text, *options in (
            ("nation", NATION, "--scope", "mandatory", "--priority", "100", "--issuer", "Ministry of Examples"),
            ("own", OWN, "--priority", "50")):
        path = tmp_path / f"{name}.txt"
        path.write_text(text)
        ctl.run("categories", "import", path, "--format", "luytre", *options)
    return ctl


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


def statements(explained):
    return {(subject["subject"], said["source"]): said
            for subject in explained["covering"] for said in subject["statements"]}


def test_lookup_tells_issuer_order_and_time(lists):
    listed = lists.json("categories", "lookup", "bad.example")[0]["listed"]
    order = next(row for row in listed if row["source"] == "nation")
    assert order["issuer"] == "Ministry of Examples" and order["scope"] == "mandatory"
    assert order["legal_ref"] == "QD 123/2026" and order["expires"] == "2100-01-01T00:00:00Z"
    assert order["since"].startswith(today()) and order["polarity"] == "lists"
    own = next(row for row in listed if row["source"] == "own")
    assert own["polarity"] == "withdraws" and own["issuer"] is None
    assert "malware" in own["categories"] and "helpline_report" not in own["categories"]
    text = " ".join(lists.run("categories", "lookup", "bad.example").split())
    assert "nation says: national_order (bad.example and all below it)" in text
    assert f"since {today()}, by QD 123/2026, until the end of 2099-12-31; issued by Ministry of Examples" in text
    assert "own takes back: malware, phishing_scam" in text


def test_explain_says_what_an_exception_takes_back(lists):
    name, = lists.json("categories", "explain", "a.www.shop.example")
    assert name["kind"] == "name" and [each["subject"] for each in name["covering"]] == [
        "www.shop.example", "shop.example"]
    listing = statements(name)["shop.example", "nation"]
    assert listing["categories"] == ["gambling"] and listing["holds"] == [] and not listing["age_holds"]
    assert listing["withdrawn"] == [{"by": "own", "at": "www.shop.example", "categories": ["gambling"]}]
    assert name["lists"] == name["in_force"] == {"categories": [], "minimum_age": 0} and name["agrees"]
    text = lists.run("categories", "explain", "a.www.shop.example")
    assert "gambling is taken back by own at www.shop.example" in text
    assert "the lists together: nothing" in text and "the index in force: nothing" in text


def test_explain_says_what_no_exception_may_take_back(lists):
    name, = lists.json("categories", "explain", "www.bad.example")
    listing = statements(name)["bad.example", "nation"]
    assert listing["holds"] == ["national_order"] and listing["withdrawn"] == []
    assert name["in_force"]["categories"] == ["national_order"] and name["agrees"]


def test_explain_a_page_is_about_its_host_and_the_page(lists):
    host, page = lists.json("categories", "explain", "https://pages.example/cards/help?x=1")
    assert host["kind"] == "name" and host["covering"] == []
    assert page["kind"] == "path" and page["subject"] == "pages.example/cards/help?x=1"
    assert [each["subject"] for each in page["covering"]] == ["pages.example/cards/help", "pages.example/cards"]
    assert page["lists"]["categories"] == [] and page["agrees"]
    _, other = lists.json("categories", "explain", "pages.example/cards/poker")
    assert other["lists"]["categories"] == other["in_force"]["categories"] == ["gambling"]
    text = lists.run("categories", "explain", "pages.example/cards/help")
    assert "no list says anything about this name" in text


def test_explain_an_address(lists):
    address, inside, outside = lists.json("categories", "explain", "45.18.1.1", "45.18.7.1", "192.0.2.1")
    assert address["kind"] == "address" and address["in_force"]["categories"] == ["gambling"]
    assert statements(inside)["45.18.0.0/16", "nation"]["withdrawn"][0]["at"] == "45.18.7.0/24"
    assert inside["in_force"]["categories"] == [] and inside["agrees"]
    assert outside["covering"] == [] and outside["agrees"]


def test_explain_shows_what_gives_way_to_a_longer_name(ctl, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("shop.example\tgambling\nadult.shop.example\tporn\n")
    ctl.run("categories", "import", path, "--format", "luytre")
    name, = ctl.json("categories", "explain", "adult.shop.example")
    assert statements(name)["shop.example", "list"]["holds"] == []
    assert name["lists"]["categories"] == ["porn"]
    assert "gambling gives way to what is more specific" in ctl.run("categories", "explain", "adult.shop.example")


def test_explain_says_when_the_index_is_not_what_the_lists_say(ctl, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("shop.example\tgambling\n")
    ctl.run("categories", "import", path, "--format", "luytre", "--no-compile")
    name, = ctl.json("categories", "explain", "shop.example")
    assert name["in_force"] is None and not name["agrees"]


def test_verify_is_content_with_exceptions_pages_and_ranges(lists):
    found = lists.json("categories", "verify")
    assert found["fine"], found
    # bad.example's exception comes to nothing; www.shop.example takes something back.
    assert (found["names"], found["paths"], found["prefixes"]) == (3, 2, 2)


def test_overlaps_and_diff_know_exceptions(lists, tmp_path):
    pairs = lists.json("categories", "overlaps")["pairs"]
    assert pairs == []
    other = tmp_path / "other.txt"
    other.write_text("shop.example\tgambling\tsubtree\t18\nbad.example\tnational_order\n")
    found = lists.json("categories", "diff", "source:own", other, code=4)
    assert found["added"]["count"] == 1 and found["removed"]["count"] == 1 and found["changed"]["count"] == 1
    changed, = found["changed"]["first"]
    # An operator's exception takes back what an operator may state, and no more.
    assert "malware" in changed["before"]["except_subtree"] and "csam" not in changed["before"]["except_subtree"]
    assert changed["after"] == {"subtree": ["national_order"]}


def test_mistakes_are_answered_with_what_to_do(lists):
    assert "without scheme" in lists.refused("categories", "explain", "a.example:80")
    assert "not a name" in lists.refused("categories", "explain", "45.18.0.0/16")


def test_compiling_removes_what_is_over(ctl, tmp_path):
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
    path = tmp_path / "list.txt"
    path.write_text(f"short.example\tgambling\tsubtree\t-\t-\t{end.strftime('%Y-%m-%dT%H:%M:%SZ')}\nlong.example\tgambling\n")
    ctl.run("categories", "import", path, "--format", "luytre")
    assert ctl.json("categories", "lookup", "short.example")[0]["in_force"]["categories"] == ["gambling"]
    while datetime.datetime.now(datetime.timezone.utc) <= end:
        time.sleep(0.1)
    assert ctl.json("categories", "compile")["names"] == 1
    found, = ctl.json("categories", "lookup", "short.example")
    assert found["listed"] == [] and found["in_force"]["categories"] == []

# SPDX-License-Identifier: Apache-2.0
"""What a child sees in a real browser when a page is closed, and that everything else works."""

import pytest

from network import CHILD


@pytest.mark.parametrize("quic", [False, True], ids=["tcp", "quic"])
def test_an_allowed_page_opens(gateway, browser, recording, quic):
    wanted = "open: news.test over " + ("HTTP/3.0" if quic else "HTTP/2.0")
    with browser.start(quic_names=["news.test"] if quic else []):
        page = browser.visit("https://news.test/")
        for _ in range(5):  # Firefox takes TCP until it has tried QUIC
            page = page if page.text == wanted else browser.visit("https://news.test/")
    assert page.text == wanted, page
    assert recording.hellos("news.test").get("quic" if quic else "tls", 0) >= 1


@pytest.mark.parametrize("quic", [False, True], ids=["tcp", "quic"])
def test_a_refused_page_says_so_at_once(gateway, browser, recording, results, quic):
    with browser.start(quic_names=["casino.test"] if quic else []):
        screenshot = results / f"refused-{type(browser).__name__.lower()}-{'quic' if quic else 'tcp'}.png"
        page = browser.visit("https://casino.test/", screenshot)
        after = browser.visit("https://news.test/")
    hellos = recording.hellos("casino.test")
    print(browser.name, "quic" if quic else "tcp", page.error, f"{page.seconds:.2f} s", hellos)
    # Over QUIC the name is refused for TCP as well; Chromium, told to use QUIC alone, stops before it tries.
    assert any(words in page.error for words in ("UNRECOGNIZED_NAME", "QUIC_PROTOCOL_ERROR")), page
    assert page.seconds < 3, page
    # Firefox begins with TCP whatever it was told, and has its answer before it tries QUIC.
    assert 1 <= sum(hellos.values()) <= 6, hellos
    assert after.text.startswith("open: news.test"), after


def test_a_page_that_was_open_over_quic_is_refused_at_once(gateway, firefox, recording, results):
    """Who has cookies, tickets and an HTTP/3 past of a site is told as soon as anybody, once the line closes it."""
    wanted = "open: news.test over HTTP/3.0"
    with firefox.start(quic_names=["news.test"]):
        page = firefox.visit("https://news.test/")
        for _ in range(10):
            page = page if page.text == wanted else firefox.visit("https://news.test/")
        assert page.text == wanted, page
        recording.begin_anew()
        gateway.await_policy(lambda: gateway.luytrectl("line", "set", CHILD.name, "--deny", "news.test"))
        try:
            firefox.forget_connections()
            page = firefox.visit("https://news.test/", results / "refused-firefox-met-before.png")
        finally:
            gateway.await_policy(lambda: gateway.luytrectl("line", "set", CHILD.name, "--forget", "news.test"))
    hellos = recording.hellos("news.test")
    print("Firefox ESR, met before", page.error, f"{page.seconds:.2f} s", hellos)
    assert "UNRECOGNIZED_NAME" in page.error, page
    assert page.seconds < 3, page
    assert 1 <= sum(hellos.values()) <= 6, hellos


def test_a_refused_plain_page_leads_to_the_explanation(gateway, browser, results):
    with browser.start():
        page = browser.visit("http://casino.test/", results / f"explained-{type(browser).__name__.lower()}.png")
    assert "This page is closed on your line" in page.text, page
    assert "reason=gambling" in page.address

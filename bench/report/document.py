# SPDX-License-Identifier: Apache-2.0
"""Puts measured tables where a document has the old ones: between `<!-- bench/run PART -->` and `<!-- end -->`."""

import re


def replace_block(text, part, content):
    """The document with the block of this part anew."""
    begin, end = f"<!-- bench/run {part} -->", "<!-- end -->"
    block = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
    if not block.search(text):
        raise RuntimeError(f"The document has no place for the part: {begin} … {end}.")
    return block.sub(lambda _: f"{begin}\n\n{content}\n\n{end}", text, count=1)

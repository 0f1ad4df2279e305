#!/usr/bin/env python3
"""Fails when a LOGQ_TRY stands within the braces of an initializer.

usage: check_try.py [ROOT]

When it returns from there, g++ and clang++ destroy none of the members made before: what they own
leaks. Looks at all .cc files of lib/, cli/ and tests/. Prints FILE:LINE: what is wrong; exit status
1 if anything is.
"""
import pathlib
import re
import sys

CLOSING, OPENING = ")]}", "([{"
# What stands before the brace of a block rather than of an initializer.
BLOCK = re.compile(r"(\)|\b(else|do|const|noexcept|override|mutable)|->\s*[\w:<>]+)$")


def opening_brace(text, place):
    """The place of the `{` that `place` lies in, with no statement ended between; else None."""
    depth = 0
    for i in range(place - 1, -1, -1):
        if text[i] in CLOSING:
            depth += 1
        elif text[i] in OPENING and depth > 0:
            depth -= 1
        elif text[i] == "{":
            return i
        elif text[i] == ";" and depth == 0:
            return None
    return None


def problems_of(path, name):
    text = path.read_text()
    for use in re.finditer(r"\bLOGQ_TRY\(", text):
        brace = opening_brace(text, use.start())
        if brace is not None and not BLOCK.search(text[:brace].rstrip()):
            line = text.count("\n", 0, use.start()) + 1
            yield f"{name}:{line}: LOGQ_TRY within an initializer; give it a variable of its own"


def main(root):
    paths = sorted(p for part in ("lib", "cli", "tests") for p in (root / part).rglob("*.cc"))
    found = [problem for p in paths for problem in problems_of(p, p.relative_to(root))]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))

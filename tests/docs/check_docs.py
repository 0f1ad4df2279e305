#!/usr/bin/env python3
"""Checks the documents of the repository.

usage: check_docs.py links ROOT       relative links in *.md lead to files that exist
       check_docs.py references ROOT  sections of documents that sources name exist
       check_docs.py paths ROOT       no file names the directories of one particular machine
       check_docs.py sizes ROOT       documents stay short enough to be read
       check_docs.py ways ROOT        README.md links to each of docs/*.md

Looks at what git knows (committed or added); without git at every file outside build/ and .git/.
"""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
REFERENCE = re.compile(r'((?:docs/[a-z-]+|ARCHITECTURE)\.md), "([^"]+)"')
# A heading without its number, or the bold words that begin a paragraph.
HEADING = re.compile(r"^(?:#+ (?:[\d.]+ )?|\*\*)(.+?)\.?(?:$|\*\*)", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# In pieces, so that this file does not find itself.
MACHINE_PATHS = ["/" + "work/", "/tmp/" + "bash_jobs", "/tmp/" + "build-", "/tmp/" + "src-"]
LINES_MAX = {"docs/*.md": 300, "ARCHITECTURE.md": 300, "README.md": 300, "CONTRIBUTING.md": 60}


def files_of(root):
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False)
    if listing.returncode == 0:
        names = [root / name.decode() for name in listing.stdout.split(b"\0") if name]
    else:
        names = [path for path in root.rglob("*")
                 if path.relative_to(root).parts[0] not in ("build", ".git")]
    return [path for path in names if path.is_file()]


def check_links(root):
    for path in files_of(root):
        if path.suffix != ".md":
            continue
        for target in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                yield f"{path.relative_to(root)}: link to {target}, which does not exist"


def check_references(root):
    for path in files_of(root):
        if path.suffix not in (".h", ".cc", ".py", ".sh"):
            continue
        # Comments may break a reference over two lines.
        text = re.sub(r"\n\s*(//|#)\s*", " ", path.read_text(encoding="utf-8"))
        for document, section in REFERENCE.findall(text):
            named = root / document
            headings = HEADING.findall(named.read_text(encoding="utf-8")) if named.exists() else []
            if section not in headings:
                yield f'{path.relative_to(root)}: {document} has no section "{section}"'


def check_paths(root):
    for path in files_of(root):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            for machine_path in MACHINE_PATHS:
                if machine_path.encode() in line:
                    yield f"{path.relative_to(root)}:{number}: mentions {machine_path}"


def check_sizes(root):
    for pattern, limit in LINES_MAX.items():
        for path in sorted(root.glob(pattern)):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > limit:
                yield f"{path.relative_to(root)}: {lines} lines, at most {limit}"


def check_ways(root):
    linked = set(LINK.findall((root / "README.md").read_text(encoding="utf-8")))
    for path in sorted((root / "docs").glob("*.md")):
        if str(path.relative_to(root)) not in linked:
            yield f"README.md: no link to {path.relative_to(root)}"


def main():
    check = {"links": check_links, "references": check_references, "paths": check_paths,
             "sizes": check_sizes, "ways": check_ways}[sys.argv[1]]
    root = pathlib.Path(sys.argv[2])
    problems = list(check(root))
    if not files_of(root):
        problems.append(f"{root}: nothing to check")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

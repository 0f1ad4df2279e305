#!/usr/bin/env python3
"""Fails when a file includes what its layer may not see (ARCHITECTURE.md, "Layers").

usage: check_layers.py [ROOT]

Looks at lib/, cli/ and tests/support/. Prints FILE:LINE: what is wrong; exit status 1 if anything is.
Public headers (lib/include/logq/) must also begin with a comment and have #pragma once.
"""
import pathlib
import re
import sys

# Layer -> the project's include prefixes it may use; "logq" are the public headers.
MAY_INCLUDE = {
    "include/logq": {"logq"},
    "base": {"logq", "base"},
    "wire": {"logq", "base", "wire"},
    "journal": {"logq", "base", "wire", "journal"},
    "client": {"logq", "base", "wire", "client"},
    "query": {"logq", "base", "wire", "journal", "query"},
    "collect": {"logq", "base", "wire", "journal", "collect"},
    "supervise": {"logq", "base", "wire", "client", "supervise"},
}
LIB = {"logq", "base", "wire", "journal", "client", "query", "collect", "supervise"}
MAY_INCLUDE["tests/support"] = LIB | {"support"}
PROJECT = LIB | {"common", "support"}

# Third-party headers (with a directory or from libsystemd) and the layers that may see them.
MAY_SEE_LIBRARY = {
    "systemd": {"collect", "supervise"},
    "zstd": {"journal"},
    "pcre2": {"collect", "query"},
    "tl": {"include/logq", "base"},
}
LIBRARY = {
    r"systemd/": "systemd",
    r"(zstd|lz4|lz4frame|lzma)[a-z_]*\.h$": "zstd",
    r"pcre2\.h$": "pcre2",
    r"tl/": "tl",
}
SPDLOG_HEADER = "lib/include/logq/spdlog_sink.h"
# Takes the names of a header's functions, so it must come behind it.
NAMES_HEADER = ("lib/include/logq/sd_journal_names.h", "systemd/sd-journal.h")
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def layer_of(path):
    """The layer of a path below the root, and None for files without one (lib/CMakeLists.txt)."""
    if path.parts[:3] == ("lib", "include", "logq"):
        return "include/logq"
    if path.parts[:2] == ("tests", "support"):
        return "tests/support"
    return path.parts[1] if len(path.parts) > 2 else None


def allowed_prefixes(path, layer):
    if path.parts[0] == "cli":
        return LIB | {"common", layer}
    return MAY_INCLUDE.get(layer)


def check_quoted(root, path, layer, name, programs):
    prefix = name.split("/")[0]
    if prefix == "logq" and not (root / "lib/include" / name).exists():
        # "logq/" is also the directory of the program logq.
        if path.parts[:2] == ("cli", "logq"):
            return None
        return f'"{name}" is no public header'
    if "/" not in name:
        return f'"{name}" has no layer: write "layer/file.h"'
    if ".." in pathlib.PurePath(name).parts:
        return f'"{name}" climbs out of its layer'
    if prefix not in PROJECT | programs:
        return f'"{name}" is of no layer of this project'
    if prefix not in allowed_prefixes(path, layer):
        return f"{layer}/ may not include {prefix}/"
    return None


def check_angled(path, layer, name):
    if re.match(r"(spdlog|fmt)/", name):
        return None if str(path) == SPDLOG_HEADER else f"only logq/spdlog_sink.h may include <{name}>"
    if (str(path), name) == NAMES_HEADER:
        return None
    if re.match(rf"({'|'.join(sorted(PROJECT))})/", name):
        return f'<{name}> is a header of this project: write "{name}"'
    if layer == "include/logq" and "/" in name and not re.match(r"(sys|tl)/", name):
        return f"a public header may not include <{name}>"
    for pattern, library in LIBRARY.items():
        if path.parts[0] == "lib" and re.match(pattern, name):
            return None if layer in MAY_SEE_LIBRARY[library] else f"{layer}/ may not include <{name}>"
    return None


def check_file(root, path, programs):
    layer = layer_of(path)
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    if path.parts[0] == "lib" and layer not in MAY_INCLUDE:
        yield 1, f"{layer}/ is no layer: name it in ARCHITECTURE.md and in {pathlib.Path(__file__).name}"
        return
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        if include[1] == '"':
            problem = check_quoted(root, path, layer, include[2], programs)
        else:
            problem = check_angled(path, layer, include[2])
        if problem:
            yield number, problem
    if layer == "include/logq":
        if not lines or not lines[0].startswith("//"):
            yield 1, "a public header begins with a comment that says what it is"
        if "#pragma once" not in lines:
            yield 1, "a public header has #pragma once"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    files = [found.relative_to(root) for top in ("lib", "cli", "tests/support")
             for found in sorted((root / top).rglob("*")) if found.suffix in (".h", ".cc")]
    if not files:
        sys.exit(f"check_layers.py: {root}: nothing to check")
    programs = {path.parts[1] for path in files if path.parts[0] == "cli"}
    problems = [f"{root / path}:{line}: {problem}" for path in files if layer_of(path)
                for line, problem in check_file(root, path, programs)]
    print("\n".join(problems) if problems else f"{len(files)} files respect the layers")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

"""Comparing what two stores hold, whoever wrote them: through journalctl, field order aside."""

import hashlib
import subprocess


def digest(directory, arguments=()):
    """The fields of all entries, in journal order; addresses and _BOOT_ID left out."""
    argv = ["journalctl", "-q", "--no-pager", "-D", str(directory), "-o", "export", *arguments]
    result = hashlib.sha256()
    entry = []
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as reader:
        for line in reader.stdout:
            if line == b"\n":
                result.update(b"".join(sorted(entry)))
                entry = []
            elif not line.startswith((b"__", b"_BOOT_ID")):
                entry.append(line)
    return result.hexdigest()


def require_equal(one, other, arguments=()):
    if digest(one, arguments) != digest(other, arguments):
        raise RuntimeError(f"{one} and {other} hold different entries")

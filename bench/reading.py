"""Reading: logq and journalctl over the same files, answers compared before anything is timed."""

import hashlib
import json
import os
import pathlib
import subprocess
import time

from table import Row, median

# What newer versions of journalctl add (docs/journalctl-parity.md).
NEW_EXPORT_LINES = (b"__SEQNUM=", b"__SEQNUM_ID=")
NEW_JSON_MEMBERS = ("__SEQNUM", "__SEQNUM_ID")
JSON_COMPARED = 20_000


class Job:
    def __init__(self, name, arguments, goal, statuses=(0,)):
        self.name = name
        self.arguments = arguments
        self.goal = goal
        self.statuses = statuses


# Of any journal.
FORMATS = [
    Job("`-o cat`", ["-o", "cat"], "≥ 10"),
    Job("`-o short`", ["-o", "short"], "≥ 10"),
    Job("`-o verbose`", ["-o", "verbose"], "≥ 10"),
    Job("`-o export`", ["-o", "export"], "≥ 10"),
    Job("`-o json`", ["-o", "json"], "≥ 25"),
    Job("`-g`, no hit", ["-g", "no such text anywhere"], "≥ 20", (1,)),
    Job("`-n 100`", ["-n", "100"], "≥ 1"),
]
# Of a journal of realistic entries (realistic_entry.h).
JOBS = [
    *FORMATS,
    Job("`-g`, few hits", ["-g", "orders/12345 "], "≥ 20"),
    Job("one indexed match", ["REQUEST_ID=req-77777"], "≥ 1"),
]


def argv(program, directory, arguments):
    return [program, "-q", "--no-pager", "-D", str(directory), *arguments]


def timed(command, statuses):
    with open(os.devnull, "wb") as nowhere:
        start = time.monotonic()
        status = subprocess.run(command, stdout=nowhere, stderr=subprocess.DEVNULL).returncode
        seconds = time.monotonic() - start
    if status not in statuses:
        raise RuntimeError(f"{' '.join(command)}: exit status {status}")
    return seconds


def comparable_json(line):
    entry = json.loads(line)
    for name in NEW_JSON_MEMBERS:
        entry.pop(name, None)
    return entry


def answer(program, directory, arguments):
    """A digest of the output without what newer versions add; JSON as objects, the newest ones."""
    is_json = "json" in arguments
    if is_json:
        arguments = [*arguments, "-n", str(JSON_COMPARED)]
    digest = hashlib.sha256()
    with subprocess.Popen(argv(program, directory, arguments), stdout=subprocess.PIPE) as reader:
        for line in reader.stdout:
            if is_json:
                digest.update(json.dumps(comparable_json(line), sort_keys=True).encode())
            elif not line.startswith(NEW_EXPORT_LINES):
                digest.update(line)
    return digest.hexdigest()


def answers_agree(logq, directory, job):
    return answer(logq, directory, job.arguments) == answer("journalctl", directory, job.arguments)


def rows_for(logq, directory, jobs, rounds, what):
    for job in jobs:
        if not answers_agree(logq, directory, job):
            yield Row(f"{job.name}, {what}", "answers differ", "journalctl", None, job.goal, failed=True)
            continue
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(timed(argv("journalctl", directory, job.arguments), job.statuses))
            ours.append(timed(argv(logq, directory, job.arguments), job.statuses))
        mine, peer = median(ours), median(theirs)
        yield Row(f"{job.name}, {what}", f"{mine * 1000:.0f} ms", f"journalctl {peer * 1000:.0f} ms",
                  peer / mine, job.goal)


def full_archives(directory):
    """The files that journald filled, which are of one size; all of them where it filled none."""
    archives = sorted(str(path) for path in pathlib.Path(directory).glob("*@*.journal"))
    return archives or sorted(str(path) for path in pathlib.Path(directory).glob("*.journal"))


def verify_rows(logq, directory, rounds):
    """One processor shows the checks, all of them the threads; a single file has one thread at most."""
    files = full_archives(directory)
    one_processor = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    for what, paths, prefix in ((f"{len(files)} equal files, one processor", files, one_processor),
                                (f"{len(files)} equal files, all processors", files, []),
                                ("one file", files[:1], [])):
        arguments = ["-q", "--verify", *[f"--file={path}" for path in paths]]
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(timed([*prefix, "journalctl", *arguments], (0,)))
            ours.append(timed([*prefix, logq, *arguments], (0,)))
        mine, peer = median(ours), median(theirs)
        yield Row(f"`--verify`, {what}", f"{mine * 1000:.0f} ms", f"journalctl {peer * 1000:.0f} ms",
                  peer / mine, "≥ 10")

#!/usr/bin/env python3
"""logq beside journalctl over three sets of journal files, as a table: bench/RESULTS.md, "Readers".

large        1.7 million entries that stock journald has stored
small files  1,000 archives of 100 entries in one sequence
everyday     ten times the entries of a real machine, written by systemd-journal-remote

Answers are compared before anything is timed; programs take turns within each round and the median counts.

Usage: readers.py [--rounds N] [--only SET,...] [--keep DIRECTORY] BINARIES. Needs root. --keep makes the sets in
a directory, or takes those that are there.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import inputs
import reading
from reading import FORMATS, JOBS, Job
from table import Row, median, ratio_text, render

SETS = {
    "large": JOBS,
    "small_files": [*FORMATS, Job("`-g`, few hits", ["-g", "request 1234[0-9]$"], "≥ 20"),
                    Job("one indexed match", ["MESSAGE=request 77777"], "≥ 1"),
                    Job("`-u X -n 10`", ["-u", "rare.service", "-n", "10"], "≥ 10")],
    "everyday": [*FORMATS, Job("`-g`, few hits", ["-g", "Bluetooth: RFCOMM"], "≥ 20"),
                 Job("one indexed match", ["_PID=866"], "≥ 1")],
}
COUNTED = {"large": "SYSLOG_IDENTIFIER", "small_files": "_SYSTEMD_UNIT", "everyday": "_SYSTEMD_UNIT"}
MEMORY_LIMIT_MIB = 64
COLD_LIMIT_MSEC = 5
COLD_ROUNDS = 15


def say(text):
    print(f"readers: {text}", file=sys.stderr, flush=True)


def counts_of_jq(directory, field):
    """How often each value occurs, as journalctl and jq tell, and how long they take for it."""
    command = (f"journalctl -q --no-pager -D '{directory}' -o json | jq -r '.{field} // \"-\" | tostring'"
               " | sort | uniq -c")
    start = time.monotonic()
    text = subprocess.run(command, shell=True, check=True, stdout=subprocess.PIPE).stdout.decode()
    seconds = time.monotonic() - start
    rows = (line.split(None, 1) for line in text.splitlines())
    return {value: int(count) for count, value in rows}, seconds


def counts_of_logq(logq, directory, field):
    argv = reading.argv(logq, directory, ["--count-by", field, "-o", "json"])
    out = subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout.decode()
    counts = collections.Counter()
    for line in out.splitlines():
        row = json.loads(line)
        counts[row[field] if row[field] is not None else "-"] += row["count"]
    return dict(counts)


def count_row(logq, directory, name, rounds):
    field = COUNTED[name]
    theirs, ours = [], []
    for _ in range(rounds):
        expected, seconds = counts_of_jq(directory, field)
        theirs.append(seconds)
        ours.append(reading.timed(reading.argv(logq, directory, ["--count-by", field]), (0,)))
    if counts_of_logq(logq, directory, field) != expected:
        return Row(f"`--count-by {field}`", "answers differ", "jq", None, "≤ 300 ms", failed=True)
    mine, peer = median(ours), median(theirs)
    return Row(f"`--count-by {field}`", f"{mine * 1000:.0f} ms",
               f"journalctl -o json, jq, sort {peer * 1000:.0f} ms", peer / mine, "≤ 300 ms")


def forget_pages(directory):
    """Takes files out of the page cache."""
    os.sync()
    for path in pathlib.Path(directory).iterdir():
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cold_row(logq, directory):
    """From the start of the process to its end, over one file."""
    path = reading.full_archives(directory)[0]
    argv = {program: [program, "-q", "--no-pager", f"--file={path}", "-n", "10"]
            for program in (logq, "journalctl")}
    warm, cold, peer = [], [], []
    for _ in range(COLD_ROUNDS):
        warm.append(reading.timed(argv[logq], (0,)))
        peer.append(reading.timed(argv["journalctl"], (0,)))
        forget_pages(directory)
        cold.append(reading.timed(argv[logq], (0,)))
    milliseconds = [1000 * median(values) for values in (warm, peer, cold)]
    return Row("`-n 10`, one file, the whole process",
               f"{milliseconds[0]:.1f} ms, with nothing of the file in memory {milliseconds[2]:.1f} ms",
               f"journalctl {milliseconds[1]:.1f} ms", milliseconds[1] / milliseconds[0],
               f"≤ {COLD_LIMIT_MSEC} ms")


def own_memory_kib(pid):
    """Resident memory that is not that of mapped files."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:")))


def most_memory_mib(command):
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=subprocess.DEVNULL)
    most = 0
    done = threading.Event()

    def look():
        nonlocal most
        while not done.is_set():
            most = max(most, own_memory_kib(process.pid))
            time.sleep(0.002)

    looker = threading.Thread(target=look)
    looker.start()
    process.wait()
    done.set()
    looker.join()
    return most / 1024


def memory_row(logq, directory, jobs):
    most = {job.name: most_memory_mib(reading.argv(logq, directory, job.arguments)) for job in jobs}
    name = max(most, key=most.get)
    return Row("most memory beside mapped files, of all of these", f"{most[name]:.1f} MiB ({name})", "-",
               None, f"≤ {MEMORY_LIMIT_MIB} MiB")


def rows_of(logq, directory, name, rounds):
    jobs = SETS[name]
    yield from reading.rows_for(logq, directory, jobs, rounds, name.replace("_", " "))
    yield count_row(logq, directory, name, rounds)
    yield memory_row(logq, directory, jobs)
    if name == "large":
        yield cold_row(logq, directory)


def make_sets(binaries, names, keep):
    """The directory of each set."""
    made = inputs.Inputs(binaries, 0)
    directories = {}
    for name in names:
        kept = keep / name if keep else None
        if kept is not None and kept.is_dir():
            directories[name] = kept
            continue
        say(f"making {name}")
        directories[name] = getattr(made, name)
        if kept is not None and directories[name] is not None:
            shutil.copytree(directories[name], kept)
            directories[name] = kept
    return made, directories


def describe(directory):
    files = [path for path in pathlib.Path(directory).iterdir() if path.suffix == ".journal"]
    mib = sum(path.stat().st_size for path in files) >> 20
    return f"{len(files)} files, {mib} MiB"


def main():
    parser = argparse.ArgumentParser(description="Compare the readers.")
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    logq = str(options.binaries.resolve() / "logq")
    made, directories = make_sets(options.binaries.resolve(), options.only.split(","), options.keep)
    failed = False
    try:
        for name, directory in directories.items():
            if directory is None:
                say(f"{name}: the journals it is made of are not here")
                continue
            rows = []
            for row in rows_of(logq, directory, name, options.rounds):
                rows.append(row)
                failed = failed or row.failed
                say(f"{row.job}: {row.ours}, {row.peer}: {ratio_text(row)}")
            print(f"{name.replace('_', ' ').capitalize()}, {describe(directory)}:\n\n{render(rows)}")
    finally:
        made.remove()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

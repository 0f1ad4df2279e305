#!/usr/bin/env python3
"""./dev bench: logq and its peers in one run, as a table.

Peers take turns within each round, the median of the rounds counts, and the answers are compared
before anything is timed. Needs root (a private systemd-journald wants a mount namespace).

    compare.py --bin build/bench/bin [--entries N] [--rounds N] [--write bench/RESULTS.md]
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import answers
import ingest
import latency
import peers
import reading
from table import Row, median, ratio_text, render

JOURNAL_REMOTE = "/lib/systemd/systemd-journal-remote"
MANY_FILES = 1000
WIDE_ROWS = 50_000
WIDE_FIELDS = 32
LOAD_PER_SECOND = 100_000
FOREVER = 10**9


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def fill_with_journald(binaries, entries):
    collector = peers.journald()
    argv = ingest.sender_argv(binaries, collector.runtime, "native", entries, 1)
    subprocess.run(argv, check=True)
    collector.wait_for_entries(entries)
    collector.stop()
    return collector


def reading_rows(binaries, entries, rounds):
    logq = str(binaries / "logq")
    written = fill_with_journald(binaries, entries)
    try:
        what = f"{entries // 1000}k entries of journald"
        yield from reading.rows_for(logq, written.storage, reading.JOBS, rounds, what)
        yield reading.verify_row(logq, written.storage, rounds, what)
    finally:
        written.remove()


def many_files_rows(binaries, rounds):
    directory = tempfile.mkdtemp(prefix="logq-bench-")
    try:
        subprocess.run([str(binaries / "many_files"), directory, str(MANY_FILES), "200"], check=True)
        job = reading.Job("`-u X -n 10`", ["-u", "rare.service", "-n", "10"], "≥ 10")
        yield from reading.rows_for(str(binaries / "logq"), directory, [job], rounds,
                                    f"{MANY_FILES} files")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def latency_rows(binaries):
    journald, logqd = peers.journald(), peers.logqd(binaries)
    try:
        def load(collector):
            return subprocess.Popen([str(binaries / "load_sender"), "native",
                                     f"{collector.runtime}/socket", str(FOREVER), "1",
                                     str(LOAD_PER_SECOND)], stderr=subprocess.DEVNULL)
        logq = str(binaries / "logq")
        yield latency.row(logq, journald, logqd, lambda _: None, "idle", "≤ 5 ms")
        yield latency.row(logq, journald, logqd, load, "100k entries/s offered", "≤ 20 ms")
    finally:
        for collector in (journald, logqd):
            collector.stop()
            collector.remove()


def library_rows(binaries, rounds):
    """Google Benchmark's medians; the program compares the answers of both readers itself."""
    command = [str(binaries / "journal_bench"), "--benchmark_format=json",
               f"--benchmark_repetitions={rounds}", "--benchmark_enable_random_interleaving=true"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout
    times = {}
    for run in json.loads(output)["benchmarks"]:
        if run.get("run_type") == "iteration":
            times.setdefault(run["name"].split("/")[0], []).append(run["real_time"])
    for name, what, goal in (("Walk", "library, all payloads of 100k entries", "≥ 5"),
                             ("Step", "library, stepping over 100k entries", "≥ 5")):
        mine = median(times[f"BM_{name}Logq"])
        peer = median(times[f"BM_{name}Libsystemd"])
        yield Row(what, f"{mine:.1f} ms", f"libsystemd {peer:.1f} ms", peer / mine, goal)


def writer_row(binaries, rounds):
    """Both write a file of WIDE_ROWS entries; journal-remote also parses its input, we build ours."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="logq-bench-"))
    try:
        program = [str(binaries / "wide_rows"), str(WIDE_ROWS), str(WIDE_FIELDS)]
        export = directory / "rows.export"
        with open(export, "wb") as file:
            subprocess.run([*program, "--export"], check=True, stdout=file)
        ours, theirs = [], []
        for _ in range(rounds):
            for name in ("mine", "peer"):  # journal-remote rotates, so each has a directory
                shutil.rmtree(directory / name, ignore_errors=True)
                (directory / name).mkdir()
            start = time.monotonic()
            subprocess.run([JOURNAL_REMOTE, "-o", str(directory / "peer/rows.journal"), str(export)], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            theirs.append(time.monotonic() - start)
            start = time.monotonic()
            subprocess.run([*program, str(directory / "mine/rows.journal")], check=True)
            ours.append(time.monotonic() - start)
        answers.require_equal(directory / "mine", directory / "peer")
        mine, peer = median(ours), median(theirs)
        return Row(f"writer, {WIDE_FIELDS} fields per row, process", f"{WIDE_ROWS / mine / 1000:.0f}k rows/s",
                   f"systemd-journal-remote {WIDE_ROWS / peer / 1000:.0f}k rows/s", peer / mine, "≥ 8")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def describe_machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown processor")
    systemd = subprocess.run(["journalctl", "--version"], stdout=subprocess.PIPE,
                             text=True).stdout.splitlines()[0]
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, {systemd}"


def main():
    parser = argparse.ArgumentParser(description="Compare logq with its peers.")
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--entries", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=pathlib.Path, help="replace the table of this file")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("needs root: a private systemd-journald wants a mount namespace")

    binaries = options.bin.resolve()
    rows = []
    for part in (library_rows(binaries, options.rounds),
                 [writer_row(binaries, options.rounds)],
                 ingest.rows(binaries, options.entries, options.rounds),
                 latency_rows(binaries),
                 reading_rows(binaries, options.entries, options.rounds),
                 many_files_rows(binaries, options.rounds)):
        for row in part:
            rows.append(row)
            say(f"{row.job}: {row.ours}, {row.peer}: {ratio_text(row)}")
    table = render(rows)
    print(table)
    if options.write:
        write_results(options, table)
    sys.exit(1 if any(row.ratio is None for row in rows) else 0)


def write_results(options, table):
    """Everything above the line that begins with "## Last run" is kept: it is written by hand."""
    text = options.write.read_text() if options.write.exists() else ""
    head = text.split("## Last run")[0]
    day = time.strftime("%Y-%m-%d", time.gmtime())
    options.write.write_text(
        f"{head}## Last run\n\n{day}, {describe_machine()}; {options.entries} entries, "
        f"{options.rounds} rounds, medians.\n\n{table}")


if __name__ == "__main__":
    main()

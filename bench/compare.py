#!/usr/bin/env python3
"""./dev bench: logq and its peers in one run, as a table.

Peers take turns within each round, the median of the rounds counts, and the answers are compared
before anything is timed. Needs root (a private systemd-journald wants a mount namespace).

    compare.py --bin build/bench/bin [--entries N] [--rounds N] [--write bench/RESULTS.md]
    compare.py --bin build/bench/bin --quick --only library,sizes
"""

import argparse
import dataclasses
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import flat
import ingest
import inputs
import latency
import library
import peers
import reading
import sizes
import writing
from table import ratio_text, render

MANY_FILES = 1000
LOAD_PER_SECOND = 100_000
FOREVER = 10**9
QUICK_ENTRIES = 60_000  # the smallest number of which journald fills a file


@dataclasses.dataclass
class Run:
    binaries: pathlib.Path
    entries: int
    rounds: int
    inputs: inputs.Inputs


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def reading_rows(run):
    what = f"{run.entries // 1000}k entries of journald"
    yield from reading.rows_for(str(run.binaries / "logq"), run.inputs.plain, reading.JOBS, run.rounds, what)


def verify_rows(run):
    yield from reading.verify_rows(str(run.binaries / "logq"), run.inputs.plain, run.rounds)


def many_files_rows(run):
    directory = tempfile.mkdtemp(prefix="logq-bench-")
    try:
        subprocess.run([str(run.binaries / "many_files"), directory, str(MANY_FILES), "200"], check=True)
        job = reading.Job("`-u X -n 10`", ["-u", "rare.service", "-n", "10"], "≥ 10")
        yield from reading.rows_for(str(run.binaries / "logq"), directory, [job], run.rounds,
                                    f"{MANY_FILES} files")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def latency_rows(run):
    binaries = run.binaries
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


PARTS = {
    "library": lambda run: library.rows(run.inputs, run.rounds),
    "instructions": lambda run: library.instruction_rows(run.inputs),
    "writer": lambda run: writing.rows(run.binaries, run.rounds),
    "sizes": lambda run: sizes.rows(run.binaries, run.entries),
    "verify": verify_rows,
    "ingest": lambda run: ingest.rows(run.binaries, run.entries, run.rounds),
    "flat": lambda run: flat.rows(run.binaries, run.entries, run.rounds),
    "latency": latency_rows,
    "reading": reading_rows,
    "many-files": many_files_rows,
}


def describe_machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown processor")
    systemd = subprocess.run(["journalctl", "--version"], stdout=subprocess.PIPE,
                             text=True).stdout.splitlines()[0]
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, {systemd}"


def parse_options():
    parser = argparse.ArgumentParser(description="Compare logq with its peers.")
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--entries", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS), help="some of the parts, with commas between")
    parser.add_argument("--quick", action="store_true", help="one round over few entries, to try things out")
    parser.add_argument("--write", type=pathlib.Path, help="replace the table of this file")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("needs root: a private systemd-journald wants a mount namespace")
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if options.write and (options.quick or len(options.only) < len(PARTS)):
        parser.error("--write keeps the results of a whole run")
    if options.quick:
        options.entries, options.rounds = QUICK_ENTRIES, 1
    return options


def main():
    options = parse_options()
    binaries = options.bin.resolve()
    made = inputs.Inputs(binaries, options.entries)
    rows = []
    try:
        for name in options.only:
            for row in PARTS[name](Run(binaries, options.entries, options.rounds, made)):
                rows.append(row)
                say(f"{row.job}: {row.ours}, {row.peer}: {ratio_text(row)}")
    finally:
        made.remove()
    table = render(rows)
    print(table)
    if options.write:
        write_results(options, table)
    sys.exit(1 if any(row.failed for row in rows) else 0)


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

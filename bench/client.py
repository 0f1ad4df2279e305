#!/usr/bin/env python3
"""What a log call costs and how fast entries arrive: logq beside libsystemd, spdlog and a bare sendmsg().

All peers are one program (client_calls.cc), run interleaved; the median of each figure counts. Calls are timed
towards a loop that drops everything, so that no collector takes the processor from the caller; rates are those of
entries that are stored, by a private journald or logqd. Where the host gives the processor to another machine, the mean
of the time that has passed says little of the call; the mean of the processor's time stands still then.

Usage: client.py [--rounds N] BINARIES. Needs root, for a /run of its own: libsystemd knows only one socket.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import peers
from table import Row, median, render

CALLS = 100_000
RATE_ENTRIES = 200_000
LOGQD_SETTINGS = "[Journal]\nRateLimitBurst=0\n"
PERCENTILES = ("p50", "p90", "p99", "p99.9", "max")
COLUMNS = ("mean", *PERCENTILES, "processor")

# libsystemd, and with it spdlog, sends to /run/systemd/journal/socket and nowhere else.
SCRIPT = """
mount -t tmpfs -o mode=0755 none /run && mkdir -p /run/systemd/journal &&
ln -s "$1/socket" /run/systemd/journal/socket && export LOGQ_SOCKET="$1/socket" && shift && exec "$@"
"""


def say(text):
    print(f"client: {text}", file=sys.stderr, flush=True)


def run_client(binaries, runtime, mode, peer, threads, count):
    argv = ["unshare", "-m", "--propagation", "private", "sh", "-c", SCRIPT, "sh", str(runtime),
            str(binaries / "client_calls"), mode, peer, str(threads), str(count)]
    out = json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout)
    if out["dropped"]:
        raise RuntimeError(f"{peer} dropped {out['dropped']} entries")
    return out


class Sink:
    """A receiver that keeps nothing."""

    def __init__(self, binaries):
        self.directory = tempfile.TemporaryDirectory(prefix="logq-bench-", dir=peers.MEMORY)
        # Beside the peers' own threads, on the processor that is not timed.
        argv = ["taskset", "-c", str(max(os.sched_getaffinity(0))), str(binaries / "bare_sink"), "native", f"{self.directory.name}/socket", str(10**12)]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.directory.cleanup()


def time_calls(binaries, mode, names, threads, rounds):
    """The figures of each peer, as medians over the rounds."""
    results = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            sink = Sink(binaries)
            try:
                results[name].append(run_client(binaries, sink.directory.name, mode, name, threads, CALLS // threads))
            finally:
                sink.stop()
    return {name: {key: median([result[key] for result in of]) for key in of[0]} for name, of in results.items()}


def percentile_table(results):
    lines = ["| ns per call | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
    for name, of in results.items():
        figures = " | ".join(f"{of[key]:,.0f}" if key in of else "-" for key in COLUMNS)
        lines.append(f"| {name} | {figures} |")
    return "\n".join(lines) + "\n"


def synchronous_rows(results):
    mine = results["logq"]["p50"]
    for name, goal in (("sendmsg", "≤ 1.15"), ("sendv", "< 1"), ("spdlog", "< 1")):
        peer = results[name]["p50"]
        yield Row(f"synchronous call, p50, beside {name}", f"{mine:,.0f} ns", f"{peer:,.0f} ns", mine / peer, goal)


def asynchronous_rows(calls, blocks):
    yield Row("asynchronous call, mean of blocks of 64", f"{blocks['logq_async']['mean']:.1f} ns",
              f"spdlog async {blocks['spdlog_async']['mean']:,.0f} ns",
              blocks["spdlog_async"]["mean"] / blocks["logq_async"]["mean"], "≤ 20 ns, ≥ 10")
    mine = blocks["logq_async"]["processor"]
    peer = blocks["spdlog_async"]["processor"]
    yield Row("the same, of the processor's time", f"{mine:.1f} ns", f"spdlog async {peer:,.0f} ns", peer / mine,
              "≤ 20 ns, ≥ 10")
    yield Row("asynchronous call, p99, net of the timer", f"{calls['logq_async']['p99']:.0f} ns",
              f"spdlog async {calls['spdlog_async']['p99']:,.0f} ns",
              calls["spdlog_async"]["p99"] / calls["logq_async"]["p99"], "≤ 60 ns")


def stored_rate(binaries, collector, peer, threads):
    before = peers.entries_in(collector.storage)
    start = time.monotonic()
    run_client(binaries, collector.runtime, "rate", peer, threads, RATE_ENTRIES // threads)
    collector.wait_for_entries(before + RATE_ENTRIES)
    return RATE_ENTRIES / (time.monotonic() - start)


def rate_rows(binaries, rounds):
    """Each peer into a collector of its own, from the first call until the last entry is stored."""
    ways = [("sendv", "journald", 1), ("logq_async", "logqd", 1), ("logq_async", "logqd", 4),
            ("logq_async", "journald", 1)]
    rates = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            peer, where, threads = way
            collector = peers.journald() if where == "journald" else peers.logqd(binaries, LOGQD_SETTINGS)
            try:
                rates[way].append(stored_rate(binaries, collector, peer, threads))
            finally:
                collector.stop()
                collector.remove()
            say(f"{way}: {rates[way][-1]:,.0f}/s")
    floor = median(rates[ways[0]])
    for way in ways[1:]:
        mine = median(rates[way])
        goal = "≥ 10" if way == ("logq_async", "logqd", 1) else "-"
        threads = f", {way[2]} threads" if way[2] > 1 else ""
        yield Row(f"stored: {way[0]} into {way[1]}{threads}", f"{mine:,.0f}/s", f"sendv into journald {floor:,.0f}/s",
                  mine / floor, goal)


def compile_rows(rounds):
    """What the header costs each file that includes it."""
    root = pathlib.Path(__file__).resolve().parent.parent
    headers = {"nothing": "", "logq/logger.h": "#include <logq/logger.h>\n",
               "logq/spdlog_sink.h": "#include <logq/spdlog_sink.h>\n",
               "spdlog/spdlog.h": "#include <spdlog/spdlog.h>\n"}
    times = {name: [] for name in headers}
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory) / "file.cc"
        for _ in range(rounds):
            for name, text in headers.items():
                source.write_text(text + "int main() {}\n")
                start = time.monotonic()
                subprocess.run(["c++", "-std=c++20", "-O2", f"-I{root}/lib/include", "-c", str(source), "-o",
                                f"{directory}/file.o"], check=True)
                times[name].append(time.monotonic() - start)
    lines = ["| included | time to compile |", "|---|---|"]
    lines += [f"| {name} | {median(of) * 1000:.0f} ms |" for name, of in times.items()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Compare the ways to log.")
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    binaries = options.binaries.resolve()
    if os.geteuid() != 0:
        parser.error("needs root")
    synchronous = ["sendmsg", "logq", "sendv", "spdlog"]
    asynchronous = ["logq_async", "logq_async_with", "spdlog_async"]
    rows = []
    tables = []
    for threads in (1, 4):
        calls = time_calls(binaries, "calls", synchronous + asynchronous, threads, options.rounds)
        blocks = time_calls(binaries, "blocks", asynchronous, threads, options.rounds)
        blocks = {f"{name}, blocks of 64": of for name, of in blocks.items()}
        tables.append(f"{threads} thread{'s' if threads > 1 else ''}, net of the timer:\n\n"
                      + percentile_table({**calls, **blocks}))
        say(f"{threads} threads: {calls} {blocks}")
        if threads == 1:
            rows += synchronous_rows(calls)
            rows += asynchronous_rows(calls, {name: blocks[f"{name}, blocks of 64"] for name in asynchronous})
    rows += rate_rows(binaries, options.rounds)
    print(render(rows))
    print("\n".join(tables))
    print(compile_rows(options.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The library beside libsystemd, on one thread: time, and instructions as valgrind counts them."""

import json
import re
import shutil
import subprocess

from inputs import WIDE_FIELDS, journal_files
from table import Row, median

LENGTHS = (2_000, 6_000)  # entries; the difference of two runs is free of what happens once


def benchmark_times(binaries, directory, rounds):
    """Google Benchmark's medians by name, and the number of entries read. Turns are taken at random,
    and the program refuses to run where the answers of the two readers differ."""
    command = [str(binaries / "journal_bench"), f"--dir={directory}", "--benchmark_filter=Walk|Step|Touch",
               "--benchmark_format=json", f"--benchmark_repetitions={rounds}",
               "--benchmark_enable_random_interleaving=true"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout
    times, entries = {}, 0
    for run in json.loads(output)["benchmarks"]:
        if run.get("run_type") == "iteration":
            times.setdefault(run["name"].split("/")[0], []).append(run["real_time"])
            entries = int(run["entries"])
    return {name: median(values) for name, values in times.items()}, entries


def kinds(inputs):
    """Directory, description and goal of the walk for each kind of file."""
    yield inputs.plain, "files of journald", "≥ 5"
    yield inputs.detailed, "payloads > 4 KB, zstd", "≥ 2"
    yield inputs.wide, f"{WIDE_FIELDS} fields", "≥ 5"


def rows(inputs, rounds):
    for directory, what, walk_goal in kinds(inputs):
        times, entries = benchmark_times(inputs.binaries, directory, rounds)
        what = f"{what}; {entries} entries in {len(journal_files(directory))} files"
        for name, job, goal in (("Walk", "all payloads", walk_goal),
                                ("Step", "stepping", "≥ 5"),
                                ("OpenWalk", "all payloads, files already open", walk_goal),
                                ("OpenStep", "stepping, files already open", "≥ 5")):
            mine, peer = times[f"BM_{name}Logq"], times[f"BM_{name}Libsystemd"]
            yield Row(f"library, {job}, {what}", f"{mine:.1f} ms", f"libsystemd {peer:.1f} ms",
                      peer / mine, goal)
        touch = times["BM_TouchPages"]
        yield Row(f"touching each page of the files once, {what}", f"{touch:.1f} ms", "", None, "")


def instructions(binaries, arguments):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
               str(binaries / "journal_bench"), *arguments]
    report = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", report)[1])


def instructions_per_entry(binaries, kind, directory=None):
    where = [f"--dir={directory}"] if directory else []
    few, many = (instructions(binaries, [f"--repeat={kind}", f"--count={count}", *where])
                 for count in LENGTHS)
    return (many - few) / (LENGTHS[1] - LENGTHS[0])


def instruction_rows(inputs):
    if shutil.which("valgrind") is None:
        yield Row("instructions per entry", "not counted: no valgrind", "", None, "")
        return
    binaries = inputs.binaries
    append = instructions_per_entry(binaries, "append") - instructions_per_entry(binaries, "build")
    yield Row("instructions per entry: append, 18 fields", f"{append:.0f}", "", None, "")
    for directory, what, _ in kinds(inputs):
        for kind, job in (("walk", "all payloads"), ("step", "stepping")):
            mine = instructions_per_entry(binaries, f"{kind}-logq", directory)
            peer = instructions_per_entry(binaries, f"{kind}-libsystemd", directory)
            yield Row(f"instructions per entry: {job}, {what}", f"{mine:.0f}", f"libsystemd {peer:.0f}",
                      peer / mine, "")

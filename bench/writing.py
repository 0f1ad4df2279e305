"""The writer beside systemd-journal-remote: rows of WIDE_FIELDS fields, as flow records have."""

import pathlib
import subprocess
import tempfile
import time

import answers
import inputs
from table import Row, median

ROWS = 50_000
# https://github.com/netdata/systemd-journal-sdk, its published figure for its Rust writer: 32 fields
# per row, compact, no compression. Another machine, so no ratio of the two says which one is faster.
NETDATA_ROWS_PER_SECOND = 86_600


def timed(run):
    start = time.monotonic()
    run()
    return time.monotonic() - start


def write(binaries, path, *options):
    command = [str(binaries / "wide_rows"), str(ROWS), str(inputs.WIDE_FIELDS), str(path), *options]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def rows(binaries, rounds):
    with tempfile.TemporaryDirectory(prefix="logq-bench-") as name:
        directory = pathlib.Path(name)
        export = directory / "rows.export"
        inputs.write_wide_export(binaries, ROWS, export)
        ours, theirs, alone = [], [], []
        for number in range(rounds):
            mine, peer, clocked = (directory / f"{who}-{number}" for who in ("mine", "peer", "clocked"))
            for path in (mine, peer, clocked):
                path.mkdir()
            theirs.append(timed(lambda: inputs.run_journal_remote(export, peer / "rows.journal")))
            ours.append(timed(lambda: write(binaries, mine)))
            alone.append(float(write(binaries, clocked, "--time").split()[1]))
            answers.require_equal(mine, peer)
            answers.require_equal(mine, clocked)
    mine, peer = median(ours), median(theirs)
    what = f"writer, {inputs.WIDE_FIELDS} fields per row"
    yield Row(f"{what}, process", f"{ROWS / mine / 1000:.0f}k rows/s",
              f"systemd-journal-remote {ROWS / peer / 1000:.0f}k rows/s", peer / mine, "≥ 8")
    yield Row(f"{what}, appends alone", f"{median(alone) / 1000:.1f}k rows/s",
              f"netdata's publication, another machine: {NETDATA_ROWS_PER_SECOND / 1000:.1f}k rows/s",
              None, "")

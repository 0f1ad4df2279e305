"""Bytes per entry: the blocks that the archives of both writers take, for the same entries."""

import pathlib
import signal
import struct
import tempfile

import answers
import inputs
import peers
from table import Row

STATE_ARCHIVED = 2
STATE_OFFSET = 16
N_ENTRIES_OFFSET = 152
TIMEOUT_SEC = 60
WIDE_ROWS = 50_000


class Archives:
    """The archived journal files of a directory: how many, their entries and the bytes of their blocks."""

    def __init__(self, directory):
        self.files = self.entries = self.bytes = 0
        self.unfinished = 0  # named as archives, but not in that state yet
        for path in pathlib.Path(directory).glob("*@*.journal"):
            with open(path, "rb") as file:
                header = file.read(N_ENTRIES_OFFSET + 8)
            if header[STATE_OFFSET] != STATE_ARCHIVED:
                self.unfinished += 1
                continue
            self.files += 1
            self.entries += struct.unpack_from("<Q", header, N_ENTRIES_OFFSET)[0]
            self.bytes += path.stat().st_blocks * 512


def row(what, mine, theirs, peer):
    ours, other = mine.bytes / mine.entries, theirs.bytes / theirs.entries
    return Row(f"bytes per archived entry, {what}", f"{ours:.1f} B, files: {mine.files}",
               f"{peer} {other:.1f} B, files: {theirs.files}", ours / other, "≤ 0.9")


def archive_all(collector, entries):
    """Rotates once `entries` are stored and waits until they are in finished archives."""
    collector.wait_for_entries(entries)
    collector.process.send_signal(signal.SIGUSR2)

    def done():
        found = Archives(collector.storage)
        return found.unfinished == 0 and found.entries >= entries

    peers.wait_until(done, TIMEOUT_SEC, f"{collector.name} did not archive {entries} entries")
    return Archives(collector.storage)


def collector_row(binaries, entries):
    """Of journald the files that it filled by itself, its best case; logqd gets just their entries and
    is told to rotate, so that its last file is not full."""
    collectors = [inputs.journald_store(binaries, entries)]
    try:
        (collectors[0].storage / "system.journal").unlink()
        count = inputs.count_sent(collectors[0])
        if count == 0:
            raise RuntimeError(f"journald filled no file with {entries} entries")
        collectors.append(peers.logqd(binaries))
        inputs.send(binaries, collectors[1], count)
        ours = archive_all(collectors[1], count)
        inputs.require_equal_stores(*collectors)
        return row(f"8 client fields, {count} entries", ours, Archives(collectors[0].storage), "journald")
    finally:
        for collector in collectors:
            collector.stop()
            collector.remove()


def wide_row(binaries):
    """journal-remote rotates by itself; we write the rows of its archives, and archive all of them."""
    with tempfile.TemporaryDirectory(prefix="logq-bench-") as name:
        directory = pathlib.Path(name)
        theirs, ours = directory / "theirs", directory / "ours"
        for path in (theirs, ours):
            path.mkdir()
        export = directory / "rows.export"
        inputs.write_wide_export(binaries, WIDE_ROWS, export)
        inputs.run_journal_remote(export, theirs / "rows.journal")
        export.unlink()
        archived = Archives(theirs)
        if archived.files == 0:
            raise RuntimeError(f"systemd-journal-remote filled no file with {WIDE_ROWS} rows")
        (theirs / "rows.journal").unlink()
        inputs.write_wide_archives(binaries, archived.entries, ours)
        answers.require_equal(ours, theirs)
        return row(f"{inputs.WIDE_FIELDS} fields, {archived.entries} entries", Archives(ours), archived,
                   "systemd-journal-remote")


def rows(binaries, entries):
    yield collector_row(binaries, entries)
    yield wide_row(binaries)

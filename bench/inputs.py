"""The journal files that the readers are compared over; each set is made once, when it is first asked for."""

import functools
import pathlib
import re
import shutil
import subprocess
import tempfile

import answers
import ingest
import peers

JOURNAL_REMOTE = "/lib/systemd/systemd-journal-remote"
REAL_JOURNALS = pathlib.Path(__file__).resolve().parent.parent.parent / "shared/testdata/journals/no-rtc"
EVERYDAY_COPIES = 10
LARGE_ENTRIES = 1_700_000
SMALL_FILES = 1000
SMALL_FILE_ENTRIES = 100
USEC_PER_DAY = 86_400_000_000
WIDE_FIELDS = 32
DETAIL_BYTES = 6000
DETAIL_SHARE = 10  # one entry with a large payload for so many without


def send(binaries, collector, entries, detail_bytes=0):
    argv = ingest.sender_argv(binaries, collector.runtime, "native", entries, 1)
    subprocess.run([*argv, "0", str(detail_bytes)], check=True)


def journald_store(binaries, entries, detail_bytes=0):
    """A journald that has stored load_sender's entries and is stopped; the caller removes it."""
    collector = peers.journald()
    send(binaries, collector, entries, detail_bytes)
    collector.wait_for_entries(entries)
    collector.stop()
    return collector


def count_sent(collector):
    """How many of load_sender's entries a store has."""
    argv = ["journalctl", "-q", "-D", str(collector.storage), "-o", "cat", "SYSLOG_IDENTIFIER=orders"]
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout.count(b"\n")


def require_equal_stores(one, other):
    """Of what load_sender sent: the rest, such as _PID, differs between two collectors."""
    answers.require_equal(one.storage, other.storage,
                          [f"--output-fields={ingest.CLIENT_FIELDS}", "SYSLOG_IDENTIFIER=orders"])


def journal_files(directory):
    return sorted(str(path) for path in pathlib.Path(directory).glob("*.journal"))


def write_wide_export(binaries, rows, path):
    with open(path, "wb") as file:
        subprocess.run([str(binaries / "wide_rows"), str(rows), str(WIDE_FIELDS), "--export"],
                       check=True, stdout=file)


def write_wide_archives(binaries, rows, path):
    subprocess.run([str(binaries / "wide_rows"), str(rows), str(WIDE_FIELDS), str(path), "--archive"],
                   check=True)


def write_copies(directory, copies, path):
    """The export stream of a directory, over and over, each time a day later."""
    argv = ["journalctl", "-q", "-D", str(directory), "-o", "export"]
    stream = subprocess.run(argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    times = re.compile(rb"^(__REALTIME_TIMESTAMP|_SOURCE_REALTIME_TIMESTAMP)=(\d+)$", re.MULTILINE)
    with open(path, "wb") as file:
        for copy in range(copies):
            later = copy * USEC_PER_DAY
            file.write(times.sub(lambda found: b"%s=%d" % (found[1], int(found[2]) + later), stream))


def run_journal_remote(export, journal):
    """Writes the entries of `export` to `journal`, and to archives beside it when that is full."""
    subprocess.run([JOURNAL_REMOTE, "-o", str(journal), str(export)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Inputs:
    def __init__(self, binaries, entries):
        self.binaries = binaries
        self.entries = entries
        self.collectors = []
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="logq-bench-"))

    def _store(self, entries, detail_bytes=0):
        collector = journald_store(self.binaries, entries, detail_bytes)
        self.collectors.append(collector)
        return collector.storage

    @functools.cached_property
    def plain(self):
        """8 client fields and journald's own, in as many files as journald makes of them."""
        return self._store(self.entries)

    @functools.cached_property
    def detailed(self):
        """The same with a payload of DETAIL_BYTES in each, which journald stores with zstd."""
        return self._store(max(self.entries // DETAIL_SHARE, 1), DETAIL_BYTES)

    @functools.cached_property
    def wide(self):
        """WIDE_FIELDS short fields per entry, written by systemd-journal-remote."""
        directory = self.root / "wide"
        directory.mkdir()
        export = self.root / "wide.export"
        write_wide_export(self.binaries, max(self.entries // 4, 1), export)
        run_journal_remote(export, directory / "rows.journal")
        export.unlink()
        return directory

    @functools.cached_property
    def large(self):
        """LARGE_ENTRIES of load_sender's entries, stored by journald."""
        return self._store(LARGE_ENTRIES)

    @functools.cached_property
    def small_files(self):
        """SMALL_FILES archives in one sequence, as a machine has after months."""
        directory = self.root / "small"
        directory.mkdir()
        subprocess.run([str(self.binaries / "many_files"), str(directory), str(SMALL_FILES),
                        str(SMALL_FILE_ENTRIES)], check=True)
        return directory

    @functools.cached_property
    def everyday(self):
        """EVERYDAY_COPIES times the entries of a real machine; None where they are not here."""
        if not REAL_JOURNALS.is_dir():
            return None
        directory = self.root / "everyday"
        directory.mkdir()
        real = self.root / "real"
        real.mkdir()
        for packed in REAL_JOURNALS.glob("*.zst"):
            subprocess.run(["zstd", "-dqf", str(packed), "-o", str(real / packed.stem)], check=True)
        export = self.root / "everyday.export"
        write_copies(real, EVERYDAY_COPIES, export)
        run_journal_remote(export, directory / "everyday.journal")
        export.unlink()
        shutil.rmtree(real)
        return directory

    def remove(self):
        for collector in self.collectors:
            collector.remove()
        shutil.rmtree(self.root, ignore_errors=True)

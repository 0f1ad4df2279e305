"""The collectors that are compared: each runs privately, in directories of its own, and is stopped by its pid."""

import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

JOURNALD = "/lib/systemd/systemd-journald"
MEMORY = "/dev/shm"
START_TIMEOUT_SEC = 10
DRAIN_TIMEOUT_SEC = 120
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

# systemd-journald reads its configuration below /run, which gets a private tmpfs.
JOURNALD_SCRIPT = """
mount -t tmpfs -o mode=0755 none /run && mkdir -p /run/systemd/journald.conf.d &&
printf '[Journal]\\nReadKMsg=no\\nAudit=no\\nRateLimitBurst=0\\nForwardToWall=no\\n' \
  >/run/systemd/journald.conf.d/bench.conf &&
export RUNTIME_DIRECTORY="$1" LOGS_DIRECTORY="$2" && exec "$3" >/dev/null 2>&1
"""


def wait_until(condition, timeout_sec, what):
    deadline = time.monotonic() + timeout_sec
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.001)


def entries_in(directory):
    """The entries of all journal files of a directory, as their headers count them."""
    counts = {}
    for path in pathlib.Path(directory).glob("*.journal"):
        try:
            with open(path, "rb") as file:
                inode = os.fstat(file.fileno()).st_ino  # a file seen under two names counts once
                header = file.read(160)
        except FileNotFoundError:
            continue  # renamed in between, seen the next time
        if len(header) == 160:
            counts[inode] = struct.unpack_from("<Q", header, 152)[0]
    return sum(counts.values())


class Collector:
    """One collector with a native socket, a stream socket and journal files in `storage`."""

    def __init__(self, name, argv):
        self.name = name
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="logq-bench-"))
        self.storage = self.root / "log"
        self.storage.mkdir()
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="logq-bench-", dir=MEMORY))  # as /run is
        (self.runtime / "flushed").touch()  # journald: store persistently at once
        self.process = subprocess.Popen(argv(self), stdin=subprocess.DEVNULL)
        wait_until(self.accepts, START_TIMEOUT_SEC, f"{name} did not start")

    def accepts(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self.runtime / "stdout"))
            except OSError:
                return False
        return (self.runtime / "socket").exists() and entries_in(self.storage) > 0

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def anonymous_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
        return 0

    def wait_for_entries(self, count):
        wait_until(lambda: entries_in(self.storage) >= count, DRAIN_TIMEOUT_SEC,
                   f"{self.name} stored {entries_in(self.storage)} of {count} entries")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)


def journald():
    return Collector("journald", lambda c: [
        "unshare", "-m", "--propagation", "private", "sh", "-c", JOURNALD_SCRIPT, "sh",
        str(c.runtime), str(c.storage), JOURNALD])


def logqd(binaries, settings=""):
    """`settings` is a configuration of its own."""
    def argv(collector):
        config = collector.root / "logqd.conf"
        config.write_text(settings)
        return [str(binaries / "logqd"), f"--runtime-dir={collector.runtime}",
                f"--storage-dir={collector.storage}", f"--config={config}"]
    return Collector("logqd", argv)

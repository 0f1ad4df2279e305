#!/usr/bin/env python3
"""What supervising costs: logq-run with a tree of services beside daemontools, runit, s6 and a booted systemd.

idle       memory, switches to another process and processor time of all supervising processes over some seconds in
           which no service does anything; a supervisor that is woken is switched to and from
restart    from the moment before a service is killed (SIGKILL) until its next process has read the clock, before
           that does anything else; of one service, and of each of many in turn
up, down   from the start of the supervisor until all services have said their first word, and from the request to
           stop until none of them is left

The service is bench/first_word.cc, of every supervisor the same. daemontools, runit and s6 pause for a second
before they restart what has not run for one, so every service runs for longer before it is killed. Their services
print to /dev/null; those of logq-run are in the log of a private logqd, with their lives. systemd does far more than
is compared here, and keeps a journal of it.

Usage: supervision.py [--services N] [--restarts N] [--idle SECONDS] [--only NAME,...] BINARIES. Needs root. Where others
use the machine `chrt -f 10` in front of it keeps them out of the figures.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import peers

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_SEC = 60
LONG_ENOUGH_SEC = 1.3  # that a service has run before its end is no hasty one
NSEC = 1e-9

TREE = """[Supervisor]
Intensity=1000000
Period=1s
Children={children}
"""
SERVICE = """[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart={program}
Restart=always
RestartSec=0
"""

# A systemd of its own over a copy of this machine's files that is thrown away; its cgroup is named after the process.
BOOT_SCRIPT = """
set -e
root=$1/root
mkdir $1/cgroup $1/memory $root
mount -t cgroup2 cgroup2 $1/cgroup
own=$1/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/logq-bench-$$
mkdir $own && echo $$ >$own/cgroup.procs
mount -t tmpfs memory $1/memory
mkdir $1/memory/upper $1/memory/work
mount -t overlay -o lowerdir=/,upperdir=$1/memory/upper,workdir=$1/memory/work overlay $root
exec unshare --pid --fork --mount --uts --ipc --net --cgroup --kill-child sh -ec '
  root=$1/root
  mount -t proc proc $root/proc
  mount -t sysfs -o ro sysfs $root/sys
  mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
  mount -t tmpfs run $root/run
  mount --rbind /dev $root/dev
  mkdir $root/run/bench && mount --bind $1 $root/run/bench
  rm -rf $root/etc/systemd/system && mkdir -p $root/etc/systemd/system
  cp $1/services/*.service $root/etc/systemd/system
  cd $root && pivot_root . mnt && umount -l /mnt
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system \
    --unit=basic.target --log-target=journal --show-status=false' sh "$1" </dev/null >/dev/null 2>&1
"""


SWEEP_SCRIPT = """
mount -t cgroup2 cgroup2 "$1" && cd "$1$(sed -n 's/^0:://p' /proc/self/cgroup)" &&
for wait in 1 2 3 4 5 6 7 8 9; do
  find "logq-bench-$2" -depth -type d -exec rmdir {} + && exit
  sleep 0.3
done 2>/dev/null
"""


class Words:
    """The first words of services: who, as this machine counts processes, and when."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.settimeout(PATIENCE_SEC)
        self.socket.bind(str(path))

    def next(self):
        message, ancillary, _, _ = self.socket.recvmsg(8, socket.CMSG_SPACE(12))
        pid = struct.unpack("iII", ancillary[0][2][:12])[0]
        return pid, struct.unpack("q", message)[0] * NSEC


def processes_below(root):
    """All that descend from a process, by their parents."""
    children = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = path.read_text()
            children.setdefault(int(text.rsplit(")", 1)[1].split()[1]), []).append(int(text.split()[0]))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def field(path, name):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def switches_of(pid):
    path = f"/proc/{pid}/status"
    return field(path, "voluntary_ctxt_switches") + field(path, "nonvoluntary_ctxt_switches")


def cpu_seconds_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


class Supervisor:
    """One way to run services; each in a directory of its own."""

    name = ""

    def __init__(self, binaries, count):
        self.binaries = binaries
        self.count = count
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="logq-bench-", dir=peers.MEMORY))
        self.services = self.root / "services"
        self.services.mkdir()
        self.words = Words(self.root / "words")
        self.alive = {}  # the services' processes, and when they began
        for number in range(count):
            self.write_service(f"s{number:03}", f"{binaries}/first_word {self.root}/words")

    def write_service(self, name, program):
        raise NotImplementedError

    def argv(self):
        raise NotImplementedError

    def environment(self):
        return os.environ

    def up(self):
        """Seconds until all services are."""
        begin = time.monotonic()
        self.process = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        env=self.environment())
        for _ in range(self.count):
            pid, at = self.words.next()
            self.alive[pid] = at
        return max(self.alive.values()) - begin

    def request_stop(self):
        self.process.terminate()

    def down(self):
        """Seconds until no service is left."""
        begin = time.monotonic()
        self.request_stop()
        peers.wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in self.alive), PATIENCE_SEC,
                         f"{self.name} did not stop its services")
        took = time.monotonic() - begin
        self.process.wait(PATIENCE_SEC)
        return took

    def supervisors(self):
        return [pid for pid in processes_below(self.process.pid) if pid not in self.alive]

    def restart_oldest(self):
        """Seconds until a service that has run longest is there again."""
        pid = min(self.alive, key=self.alive.get)
        time.sleep(max(0, self.alive.pop(pid) + LONG_ENOUGH_SEC - time.monotonic()))
        begin = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        pid, at = self.words.next()
        self.alive[pid] = at
        return at - begin

    def remove(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.alive:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)


class LogqRun(Supervisor):
    name = "logq-run"

    def __init__(self, binaries, count):
        super().__init__(binaries, count)
        self.collector = peers.logqd(binaries, "[Journal]\nRateLimitBurst=0\n")
        children = " ".join(sorted(path.name for path in self.services.glob("*.service")))
        (self.services / "app.tree").write_text(TREE.format(children=children))

    def write_service(self, name, program):
        (self.services / f"{name}.service").write_text(SERVICE.format(program=program))

    def argv(self):
        return [str(self.binaries / "logq-run"), str(self.services / "app.tree")]

    def environment(self):
        return {**os.environ, "LOGQ_SOCKET": str(self.collector.runtime / "socket")}

    def remove(self):
        super().remove()
        self.collector.stop()
        self.collector.remove()


class Scanned(Supervisor):
    """A directory per service, with a script that becomes it."""

    def write_service(self, name, program):
        directory = self.services / name
        directory.mkdir()
        script = directory / "run"
        script.write_text(f"#!/bin/sh\nexec {program}\n")
        script.chmod(0o755)


class Daemontools(Scanned):
    name = "daemontools"

    def argv(self):
        return ["svscan", str(self.services)]

    def request_stop(self):
        self.supervising = self.supervisors()
        subprocess.run(["svc", "-dx", *map(str, self.services.iterdir())], check=True)
        self.process.terminate()


class Runit(Scanned):
    name = "runit"

    def argv(self):
        return ["runsvdir", "-P", str(self.services)]

    def request_stop(self):
        self.process.send_signal(signal.SIGHUP)


class S6(Scanned):
    name = "s6"

    def argv(self):
        return ["s6-svscan", "-c", "1000", str(self.services)]


class Systemd(Supervisor):
    name = "systemd"

    def __init__(self, binaries, count):
        super().__init__(binaries, count)
        shutil.copy(binaries / "first_word", self.root)

    def write_service(self, name, program):
        (self.services / f"{name}.service").write_text(
            SERVICE.format(program="/run/bench/first_word /run/bench/words"))

    def argv(self):
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", BOOT_SCRIPT, "sh", str(self.root)]

    def systemctl(self, *arguments):
        first = self.first_process()
        subprocess.run(["nsenter", "-t", str(first), "-m", "-u", "-i", "-p", "-C", "-n", f"--root=/proc/{first}/root",
                        f"--wd=/proc/{first}/root", "systemctl", *arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def first_process(self):
        return processes_below(self.process.pid)[1]

    def is_booted(self):
        try:
            self.systemctl("is-active", "basic.target")
            return True
        except (subprocess.CalledProcessError, IndexError):
            return False

    def up(self):
        self.process = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL)
        peers.wait_until(self.is_booted, PATIENCE_SEC, "systemd did not boot")
        begin = time.monotonic()
        self.systemctl("start", "--no-block", *(path.name for path in self.services.iterdir()))
        for _ in range(self.count):
            pid, at = self.words.next()
            self.alive[pid] = at
        return max(self.alive.values()) - begin

    def supervisors(self):
        return [self.first_process()]

    def request_stop(self):
        self.systemctl("stop", "--no-block", *(path.name for path in self.services.iterdir()))

    def down(self):
        begin = time.monotonic()
        self.request_stop()
        peers.wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in self.alive), PATIENCE_SEC,
                         "systemd did not stop its services")
        took = time.monotonic() - begin
        self.process.kill()
        return took

    def remove(self):
        self.process.kill()
        self.process.wait()
        (self.root / "swept").mkdir()
        subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", SWEEP_SCRIPT, "sh",
                        str(self.root / "swept"), str(self.process.pid)], check=False)
        super().remove()


ALL = {made.name: made for made in (LogqRun, Daemontools, Runit, S6, Systemd)}


@contextlib.contextmanager
def running(name, binaries, count):
    made = ALL[name](binaries, count)
    try:
        yield made, made.up()
    finally:
        made.remove()


def idle_cells(supervisor, seconds):
    """Of all supervising processes: how many, PSS and RSS, switches and processor time."""
    pids = supervisor.supervisors()
    switches = sum(map(switches_of, pids))
    cpu = sum(map(cpu_seconds_of, pids))
    time.sleep(seconds)
    switches = sum(map(switches_of, pids)) - switches
    cpu = sum(map(cpu_seconds_of, pids)) - cpu
    pss, rss = (sum(field(f"/proc/{pid}/smaps_rollup", name) for pid in pids) / 1024 for name in ("Pss", "Rss"))
    return [str(len(pids)), f"{pss:.1f} MiB", f"{rss:.1f} MiB", str(switches), f"{cpu * 1000:.0f} ms"]


def percentiles(values):
    values = sorted(values)
    return " / ".join(f"{values[index] * 1000:.1f}" for index in (len(values) // 2, int(len(values) * 0.99)))


def row_of(name, options):
    binaries = options.binaries
    with running(name, binaries, 1) as (one, _):
        alone = percentiles([one.restart_oldest() for _ in range(options.restarts)])
        one.down()
    with running(name, binaries, options.services) as (many, up):
        time.sleep(LONG_ENOUGH_SEC)
        idle = idle_cells(many, options.idle)
        among = percentiles([many.restart_oldest() for _ in range(options.services)])
        down = many.down()
    return [name, *idle, alone, among, f"{up:.2f} s", f"{down:.2f} s"]


def main():
    parser = argparse.ArgumentParser(description="Compare what supervisors cost.")
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=60)
    parser.add_argument("--idle", type=float, default=10)
    parser.add_argument("--only", default=",".join(ALL))
    options = parser.parse_args()
    options.binaries = options.binaries.resolve()
    if os.geteuid() != 0:
        parser.error("needs root")
    head = ["supervisor", "processes", "PSS", "RSS", f"switches in {options.idle:g} s", "processor",
            "restart alone, ms", f"one of {options.services}, ms", "up", "down"]
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for name in options.only.split(","):
        print("| " + " | ".join(row_of(name, options)) + " |", flush=True)


if __name__ == "__main__":
    main()

"""Ingest: the same sender into journald, into logqd, and into a loop that drops everything."""

import subprocess
import tempfile
import threading
import time

import answers
import peers
from table import Row, median

BATCH_ENTRIES_MAX = 512
CLIENT_FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,CODE_FILE,CODE_LINE,CODE_FUNC,REQUEST_ID,DURATION_USEC"


class Sample:
    def __init__(self, seconds, entries, cpu=0.0, anonymous_kib=0):
        self.rate = entries / seconds
        self.cpu_usec = cpu * 1e6 / entries
        self.anonymous_kib = anonymous_kib


def sender_argv(binaries, socket_dir, kind, count, batch):
    if kind == "stream":
        return [str(binaries / "load_sender"), "stream", f"{socket_dir}/stdout", str(count)]
    name = "logq" if kind == "batch" else "socket"
    return [str(binaries / "load_sender"), kind, f"{socket_dir}/{name}", str(count), str(batch)]


def kind_for(name, kind):
    """The batch socket is logqd's own: journald gets as many entries by the datagram."""
    return "native" if kind == "batch" and name == "journald" else kind


def run_bare(binaries, kind, count, batch):
    """How fast the sender is when nothing is done with what it sends."""
    with tempfile.TemporaryDirectory(prefix="logq-bench-") as directory:
        name = {"stream": "stdout", "batch": "logq"}.get(kind, "socket")
        sink_kind = kind if kind in ("stream", "batch") else "native"
        argv = [str(binaries / "bare_sink"), sink_kind, f"{directory}/{name}"]
        if sink_kind == "native":
            argv.append(str(-(-count // batch)))
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as sink:
            sink.stdout.readline()
            start = time.monotonic()
            subprocess.run(sender_argv(binaries, directory, kind, count, batch), check=True)
            sink.wait(timeout=60)
            return Sample(time.monotonic() - start, count)


def run_collector(collector, binaries, kind, count, batch):
    before = peers.entries_in(collector.storage)
    cpu_before = collector.cpu_seconds()
    peak = PeakMemory(collector)
    start = time.monotonic()
    subprocess.run(sender_argv(binaries, collector.runtime, kind, count, batch), check=True)
    collector.wait_for_entries(before + count)
    seconds = time.monotonic() - start
    return Sample(seconds, count, collector.cpu_seconds() - cpu_before, peak.stop())


class PeakMemory:
    """The largest anonymous memory of a collector between its construction and stop()."""

    def __init__(self, collector):
        self.peak = 0
        self.done = threading.Event()
        self.collector = collector
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.done.wait(0.05):
            self.peak = max(self.peak, self.collector.anonymous_kib())

    def stop(self):
        self.done.set()
        self.thread.join()
        return max(self.peak, self.collector.anonymous_kib())


def one_round(binaries, kind, count, batch):
    """A sample of each peer; what the two collectors stored must be equal."""
    samples = {"bare": run_bare(binaries, kind_for("bare", kind), count, batch)}
    digests = {}
    for make in (peers.journald, lambda: peers.logqd(binaries)):
        collector = make()
        try:
            samples[collector.name] = run_collector(collector, binaries,
                                                    kind_for(collector.name, kind), count, batch)
            collector.stop()
            digests[collector.name] = answers.digest(
                collector.storage, [f"--output-fields={CLIENT_FIELDS}", "SYSLOG_IDENTIFIER=orders"])
        finally:
            collector.stop()
            collector.remove()
    if len(set(digests.values())) != 1:
        raise RuntimeError(f"{kind}, batch {batch}: journald and logqd stored different entries")
    return samples


def measure(binaries, kind, count, batch, rounds):
    results = [one_round(binaries, kind, count, batch) for _ in range(rounds)]
    rate = {name: median([samples[name].rate for samples in results])
            for name in ("bare", "journald", "logqd")}
    cpu = {name: median([samples[name].cpu_usec for samples in results])
           for name in ("journald", "logqd")}
    memory = {name: max(samples[name].anonymous_kib for samples in results)
              for name in ("journald", "logqd")}
    return rate, cpu, memory


def measure_handles(binaries, count, rounds):
    """Single datagrams with a pidfd each, with pidfds when there is time for them, and without, in turns."""
    rates = {"bare": [], "always": [], "auto": [], "never": []}
    cpu = {policy: [] for policy in rates}
    for _ in range(rounds):
        rates["bare"].append(run_bare(binaries, "native", count, 1).rate)
        for policy in ("always", "auto", "never"):
            collector = peers.logqd(binaries, f"[Logq]\nProcessHandles={policy}\n")
            try:
                sample = run_collector(collector, binaries, "native", count, 1)
            finally:
                collector.stop()
                collector.remove()
            rates[policy].append(sample.rate)
            cpu[policy].append(sample.cpu_usec)
    return ({name: median(values) for name, values in rates.items()},
            {name: median(values) for name, values in cpu.items() if values})


def rows(binaries, count, rounds):
    single = measure(binaries, "native", count, 1, rounds)
    bursts = measure(binaries, "bursts", count, 1, rounds)
    batched = measure(binaries, "native", count, 50, rounds)
    acknowledged = measure(binaries, "batch", count, 50, rounds)
    full = measure(binaries, "batch", count, BATCH_ENTRIES_MAX, rounds)
    stream = measure(binaries, "stream", count, 1, rounds)
    handles, handles_cpu = measure_handles(binaries, count, rounds)

    def per_second(value):
        return f"{value / 1000:.0f}k/s"

    rate, cpu, memory = single
    yield Row("ingest, 1 entry per datagram, share of the bare loop", per_second(rate["logqd"]),
              "bare recvmmsg loop " + per_second(rate["bare"]), rate["logqd"] / rate["bare"], "≥ 0.85")
    yield Row("the same beside journald", per_second(rate["logqd"]),
              "journald " + per_second(rate["journald"]), rate["logqd"] / rate["journald"], "")
    yield Row("collector CPU per entry", f"{cpu['logqd']:.1f} µs", f"journald {cpu['journald']:.1f} µs",
              cpu["logqd"] / cpu["journald"], "≤ 0.17")
    rate = bursts[0]
    yield Row("the same, 16 datagrams to a sendmmsg", per_second(rate["logqd"]),
              "bare recvmmsg loop " + per_second(rate["bare"]), rate["logqd"] / rate["bare"], "")
    yield Row("the same, a pidfd with each datagram, share of the bare loop", per_second(handles["always"]),
              "bare recvmmsg loop " + per_second(handles["bare"]), handles["always"] / handles["bare"], "≥ 0.75")
    yield Row("the same beside logqd without pidfds", per_second(handles["always"]),
              "`ProcessHandles=never` " + per_second(handles["never"]), handles["always"] / handles["never"], "")
    yield Row("the same, pidfds when there is time for them (the default)", per_second(handles["auto"]),
              "`ProcessHandles=never` " + per_second(handles["never"]), handles["auto"] / handles["never"], "")
    yield Row("collector CPU per entry with a pidfd each", f"{handles_cpu['always']:.1f} µs",
              f"`ProcessHandles=never` {handles_cpu['never']:.1f} µs",
              handles_cpu["always"] / handles_cpu["never"], "")
    rate = batched[0]
    yield Row("ingest, 50 entries per datagram", per_second(rate["logqd"]),
              "journald " + per_second(rate["journald"]), rate["logqd"] / rate["journald"], "≥ 9")
    rate, cpu, _ = acknowledged
    yield Row("ingest through the batch socket, 50 entries per batch", per_second(rate["logqd"]),
              "journald, 50 per datagram " + per_second(rate["journald"]),
              rate["logqd"] / rate["journald"], "≥ 9")
    yield Row("collector CPU per entry of it", f"{cpu['logqd']:.1f} µs", f"journald {cpu['journald']:.1f} µs",
              cpu["logqd"] / cpu["journald"], "")
    yield Row("the same, share of a receiver that acknowledges and drops", per_second(rate["logqd"]),
              "recvmmsg and send loop " + per_second(rate["bare"]), rate["logqd"] / rate["bare"], "")
    rate = full[0]
    yield Row(f"through the batch socket, {BATCH_ENTRIES_MAX} entries per batch", per_second(rate["logqd"]),
              f"journald, {BATCH_ENTRIES_MAX} per datagram " + per_second(rate["journald"]),
              rate["logqd"] / rate["journald"], "")
    rate = stream[0]
    yield Row("stdout stream lines", per_second(rate["logqd"]),
              "journald " + per_second(rate["journald"]), rate["logqd"] / rate["journald"], "≥ 6")
    yield Row("the same, share of a reader that drops", per_second(rate["logqd"]),
              "read loop " + per_second(rate["bare"]), rate["logqd"] / rate["bare"], "")
    yield Row("anonymous memory under load, at most", f"{memory['logqd'] / 1024:.1f} MiB",
              f"journald {memory['journald'] / 1024:.1f} MiB", memory["logqd"] / memory["journald"],
              "≤ 16 MiB + 4 KiB per client")

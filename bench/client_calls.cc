// What a log call costs its caller, and how fast entries get from the caller to the collector:
// logq, libsystemd, spdlog with its systemd sink, and a bare sendmsg() of the same bytes.
//
//   client_calls calls PEER THREADS COUNT    times each call: percentiles in ns, net of the timer
//   client_calls blocks PEER THREADS COUNT   times blocks of 64 calls: percentiles of their means,
//                                            and the processor's time per call
//   client_calls rate PEER THREADS COUNT     calls as fast as they can be made, until all is sent
//
// PEER: logq, logq_async, logq_async_with (the same with two fields of context), sendv, spdlog,
// spdlog_async, sendmsg. Each entry is a message and four typed fields. Whoever is asynchronous is
// timed in bursts that fit its queue. $LOGQ_SOCKET says where logq and sendmsg send to; libsystemd
// and spdlog know only /run/systemd/journal/socket. The threads that are timed are pinned to the
// processors but the last, where there are several, and the peers' own threads to that. Prints
// JSON.
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <spdlog/async.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-journal.h>

#include "client/entry_encoder.h"
#include "logq/logger.h"

namespace logq::bench {
namespace {

constexpr int kBlock = 64;
constexpr int kBurst = 512;  // calls, and then a pause until all is sent
constexpr int kWarmUp = 2048;
constexpr std::size_t kQueueBytes = std::size_t{1} << 20;
constexpr std::size_t kSpdlogQueue = 8192;

constexpr std::string_view kMessage = "GET /api/v1/orders answered from the cache";
const std::string kClient = "client.example.org";

std::uint64_t nanoseconds(clockid_t clock = CLOCK_MONOTONIC) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// The finest clock there is: its unit is of no interest, nanoseconds_per_tick() is.
std::uint64_t ticks() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return nanoseconds();
#endif
}

double nanoseconds_per_tick() {
  const std::uint64_t ns = nanoseconds();
  const std::uint64_t begin = ticks();
  while (nanoseconds() - ns < 100'000'000) {
  }
  return static_cast<double>(nanoseconds() - ns) / static_cast<double>(ticks() - begin);
}

// A way to log. All threads use the same one.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;
  virtual void begin_thread() {}
  virtual bool is_asynchronous() const { return false; }
  virtual void wait_until_sent() {}
  virtual std::uint64_t dropped() { return 0; }
};

class LogqPeer final : public Peer {
 public:
  explicit LogqPeer(bool is_async, bool has_context = false)
      : is_async_(is_async),
        log_(options(is_async)) {
    if (has_context) log_ = log_.with(field("REQUEST_ID", "4711-0815"), field("TENANT", 42));
  }
  [[gnu::noinline]] void call(std::uint64_t number) {
    log_.info(kMessage, field<"NUMBER">(number), field<"STATUS">(200U), field<"CLIENT">(kClient),
              field<"RATIO">(0.25));
  }
  bool is_asynchronous() const override { return is_async_; }
  void wait_until_sent() override { log_.flush(std::chrono::minutes(1)); }
  std::uint64_t dropped() override {
    const LoggerStatistics of = log_.statistics();
    return of.dropped() + of.fell_back;
  }

 private:
  static LoggerOptions options(bool is_async) {
    LoggerOptions options;
    options.identifier = "client_calls";
    options.max_block = std::chrono::minutes(1);
    if (is_async) {
      options.async =
          AsyncOptions{.queue_bytes = kQueueBytes, .close_timeout = std::chrono::minutes(1)};
    }
    return options;
  }

  bool is_async_;
  Logger log_;
};

// As the macros of sd-journal.h do it, with the same fields.
class SendvPeer final : public Peer {
 public:
  [[gnu::noinline]] void call(std::uint64_t number) {
    char numbered[48];
    const int size = std::snprintf(numbered, sizeof numbered, "NUMBER=%llu",
                                   static_cast<unsigned long long>(number));
    const std::string client = "CLIENT=" + kClient;
    std::array<iovec, 10> parts{text("MESSAGE=GET /api/v1/orders answered from the cache"),
                                text("PRIORITY=6"),
                                text("SYSLOG_IDENTIFIER=client_calls"),
                                text("CODE_FILE=" __FILE__),
                                text("CODE_LINE=117"),
                                text("CODE_FUNC=void logq::bench::SendvPeer::call(uint64_t)"),
                                iovec{numbered, static_cast<std::size_t>(size)},
                                text("STATUS=200"),
                                iovec{const_cast<char*>(client.data()), client.size()},
                                text("RATIO=0.25")};
    if (::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) < 0) ++dropped_;
  }
  std::uint64_t dropped() override { return dropped_; }

 private:
  static iovec text(const char* literal) {
    return {const_cast<char*>(literal), std::strlen(literal)};
  }
  std::atomic<std::uint64_t> dropped_{0};
};

class SpdlogPeer final : public Peer {
 public:
  explicit SpdlogPeer(bool is_async) : is_async_(is_async) {
    auto sink = std::make_shared<spdlog::sinks::systemd_sink_mt>("client_calls");
    if (is_async) {
      pool_ = std::make_shared<spdlog::details::thread_pool>(kSpdlogQueue, 1);
      log_ = std::make_shared<spdlog::async_logger>("bench", sink, pool_,
                                                    spdlog::async_overflow_policy::block);
    } else {
      log_ = std::make_shared<spdlog::logger>("bench", sink);
    }
    log_->set_error_handler([this](const std::string&) { ++dropped_; });
  }
  [[gnu::noinline]] void call(std::uint64_t number) {
    SPDLOG_LOGGER_INFO(log_, "{} number={} status={} client={} ratio={}", kMessage, number, 200U,
                       kClient, 0.25);
  }
  bool is_asynchronous() const override { return is_async_; }
  void wait_until_sent() override {
    while (pool_ != nullptr && pool_->queue_size() > 0)
      std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  std::uint64_t dropped() override { return dropped_; }

 private:
  bool is_async_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::logger> log_;
  std::atomic<std::uint64_t> dropped_{0};
};

// The floor of every synchronous call: the bytes that logq sends, made once.
class SendmsgPeer final : public Peer {
 public:
  SendmsgPeer() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const char* const path = std::getenv("LOGQ_SOCKET");
    if (path == nullptr) std::exit(2);
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const void* const generic = &address;
    if (::connect(fd_, static_cast<const sockaddr*>(generic), sizeof address) < 0) std::exit(2);
    const std::array<Field, 4> fields{field<"NUMBER">(123'456), field<"STATUS">(200U),
                                      field<"CLIENT">(kClient), field<"RATIO">(0.25)};
    Entry entry;
    entry.message = kMessage;
    entry.identifier = "client_calls";
    entry.code_file = __FILE__;
    entry.code_function = "void logq::bench::LogqPeer::call(uint64_t)";
    entry.code_line = 117;
    entry.thread_id = 4711;
    entry.fields = fields;
    if (!client::append_native_entry(entry, bytes_)) std::exit(2);
  }
  ~SendmsgPeer() override { ::close(fd_); }
  [[gnu::noinline]] void call(std::uint64_t /*number*/) {
    iovec part{bytes_.data(), bytes_.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (::sendmsg(fd_, &message, MSG_NOSIGNAL) < 0) ++dropped_;
  }
  std::uint64_t dropped() override { return dropped_; }

 private:
  int fd_;
  std::string bytes_;
  std::atomic<std::uint64_t> dropped_{0};
};

struct Job {
  std::string mode;
  unsigned threads = 1;
  std::uint64_t count = 0;  // calls of each thread
};

void pin_to(unsigned processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
}

unsigned last_processor() {
  return std::max(1U, std::thread::hardware_concurrency()) - 1;
}

void pin_caller(unsigned thread) {
  pin_to(last_processor() == 0 ? 0 : thread % last_processor());
}

struct Times {
  std::vector<std::uint64_t> spans;  // ticks, with those of the timer
  std::uint64_t processor_ns = 0;    // of all bursts, with what reading that clock costs
  std::uint64_t bursts = 0;
};

// The processor time of this thread. Other than any other clock it stands still while the host
// gives the processor to another machine.
std::uint64_t processor_nanoseconds() {
  return nanoseconds(CLOCK_THREAD_CPUTIME_ID);
}

template <typename Kind>
void time_calls(Kind& peer, const Job& job, Times& times) {
  const bool is_block = job.mode == "blocks";
  const int per_span = is_block ? kBlock : 1;
  std::vector<std::uint64_t>& spans = times.spans;
  spans.reserve(job.count / static_cast<std::uint64_t>(per_span) + 1);
  // Kept near until the burst is over, so that no call is timed with what keeping its time costs.
  std::array<std::uint64_t, kBurst> near{};
  std::size_t kept = 0;
  std::uint64_t in_burst = 0;
  std::uint64_t burst_began = 0;
  for (std::uint64_t done = 0; done < job.count;) {
    if (is_block && in_burst == 0) burst_began = processor_nanoseconds();
    const std::uint64_t begin = ticks();
    for (int i = 0; i < per_span; ++i)
      peer.call(done + static_cast<std::uint64_t>(i));
    near[kept++] = ticks() - begin;
    done += static_cast<std::uint64_t>(per_span);
    in_burst += static_cast<std::uint64_t>(per_span);
    if (in_burst < kBurst) continue;
    if (is_block) times.processor_ns += processor_nanoseconds() - burst_began;
    ++times.bursts;
    if (peer.is_asynchronous()) peer.wait_until_sent();
    spans.insert(spans.end(), near.begin(), near.begin() + kept);
    in_burst = 0;
    kept = 0;
  }
  spans.insert(spans.end(), near.begin(), near.begin() + kept);
}

// What reading a clock twice takes by itself, in its unit.
template <typename Clock>
double median_pair(const Clock& clock, std::size_t times) {
  std::vector<std::uint64_t> spans;
  for (std::size_t i = 0; i < times; ++i) {
    const std::uint64_t begin = clock();
    spans.push_back(clock() - begin);
  }
  const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(times / 2);
  std::nth_element(spans.begin(), middle, spans.end());
  return static_cast<double>(*middle);
}

// What a call took of the processor's time, a mean over whole bursts.
double processor_mean(const std::vector<Times>& of_threads) {
  const double pair = median_pair([] { return processor_nanoseconds(); }, 10'000);
  double sum = 0;
  double bursts = 0;
  for (const Times& times : of_threads) {
    const auto in_bursts = static_cast<double>(times.bursts);
    sum += static_cast<double>(times.processor_ns) - pair * in_bursts;
    bursts += in_bursts;
  }
  return std::max(0.0, sum / std::max(bursts, 1.0) / kBurst);
}

void print_percentiles(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    return values[std::min(values.size() - 1,
                           static_cast<std::size_t>(part * static_cast<double>(values.size())))];
  };
  double sum = 0;
  for (const double value : values)
    sum += value;
  std::printf(
      "\"mean\": %.2f, \"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"p99.9\": %.2f, "
      "\"max\": %.2f, ",
      sum / static_cast<double>(values.size()), at(0.5), at(0.9), at(0.99), at(0.999),
      values.back());
}

template <typename Kind>
void run_threads(const Job& job, const std::function<void(unsigned)>& body) {
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < job.threads; ++t) {
    threads.emplace_back([&body, t] {
      pin_caller(t);
      body(t);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
}

template <typename Kind>
void run(Kind& peer, const Job& job) {
  if (job.mode == "rate") {
    const std::uint64_t begin = nanoseconds();
    run_threads<Kind>(job, [&](unsigned) {
      for (std::uint64_t i = 0; i < job.count; ++i)
        peer.call(i);
    });
    const std::uint64_t called = nanoseconds();
    peer.wait_until_sent();
    std::printf("{\"called_sec\": %.6f, \"sent_sec\": %.6f, \"dropped\": %llu}\n",
                static_cast<double>(called - begin) / 1e9,
                static_cast<double>(nanoseconds() - begin) / 1e9,
                static_cast<unsigned long long>(peer.dropped()));
    return;
  }
  std::vector<Times> times(job.threads);
  run_threads<Kind>(job, [&](unsigned t) {
    Times warm_up;
    time_calls(peer, {job.mode, 1, kWarmUp}, warm_up);
    time_calls(peer, job, times[t]);
  });
  const double unit = nanoseconds_per_tick();
  const double timer = median_pair([] { return ticks(); }, 100'000);
  std::vector<double> values;
  for (const Times& of_thread : times)
    for (const std::uint64_t span : of_thread.spans)
      values.push_back(std::max(0.0, static_cast<double>(span) - timer) * unit /
                       (job.mode == "blocks" ? kBlock : 1));
  std::printf("{");
  print_percentiles(values);
  if (job.mode == "blocks") std::printf("\"processor\": %.2f, ", processor_mean(times));
  std::printf("\"dropped\": %llu}\n", static_cast<unsigned long long>(peer.dropped()));
}

int usage() {
  std::fprintf(stderr, "usage: client_calls calls|blocks|rate PEER THREADS COUNT\n");
  return 2;
}

}  // namespace

int run_job(const std::string& peer, const Job& job) {
  if (job.mode != "rate") pin_to(last_processor());  // what is started now inherits it
  if (peer == "logq" || peer == "logq_async" || peer == "logq_async_with") {
    LogqPeer logq(peer != "logq", peer == "logq_async_with");
    run(logq, job);
  } else if (peer == "spdlog" || peer == "spdlog_async") {
    SpdlogPeer spdlog(peer == "spdlog_async");
    run(spdlog, job);
  } else if (peer == "sendv") {
    SendvPeer sendv;
    run(sendv, job);
  } else if (peer == "sendmsg") {
    SendmsgPeer sendmsg;
    run(sendmsg, job);
  } else {
    return usage();
  }
  return 0;
}

}  // namespace logq::bench

int main(int argc, char** argv) {
  if (argc != 5) return logq::bench::usage();
  logq::bench::Job job;
  job.mode = argv[1];
  job.threads = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  job.count = std::strtoull(argv[4], nullptr, 10);
  const bool is_mode = job.mode == "calls" || job.mode == "blocks" || job.mode == "rate";
  if (!is_mode || job.threads == 0 || job.count == 0) return logq::bench::usage();
  return logq::bench::run_job(argv[2], job);
}

// The differential with random inputs: what a grammar makes (input_grammar.h) goes to stock
// journald and to logqd, and both are expected to store the same. What may differ is listed in
// support/input_peer.h. Records of the kernel and of audit have generators of their own in
// tests/collect, which makes 14,000 inputs together.
//
// The seed is the same every time; LOGQ_INPUT_SEED gives another one. --long goes on with ten more.
// An input that differs is sent again alone, made as small as it goes, and printed.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <span>
#include <tuple>

#include <gtest/gtest.h>

#include "integration/input_grammar.h"
#include "integration/input_sending.h"
#include "integration/input_shrinking.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

// Of each seed.
std::size_t native_inputs() {
  return static_cast<std::size_t>(rounds(1500, 5000));
}
std::size_t syslog_inputs() {
  return static_cast<std::size_t>(rounds(1000, 2500));
}
std::size_t streams_opened() {
  return static_cast<std::size_t>(rounds(500, 1500));
}
constexpr std::size_t kStreamsAtOnce = 500;
constexpr std::size_t kLineMax = 200;
const std::string kLineMaxSetting = "LineMax=200\n";
constexpr std::size_t kShownMax = 5;
constexpr std::uint64_t kUsualSeed = 20'260'801;

std::vector<std::uint64_t> seeds() {
  const char* given = std::getenv("LOGQ_INPUT_SEED");
  std::vector<std::uint64_t> all{given != nullptr ? std::stoull(given) : kUsualSeed};
  for (int i = 1; i < rounds(1, 11); ++i)
    all.push_back(all.front() + static_cast<std::uint64_t>(i));
  return all;
}

// Both of them, new.
struct Peers {
  explicit Peers(const std::string& settings = "") : journald(settings) {
    write_text_file(directory.path() + "/conf", "[Journal]\nRateLimitBurst=0\n" + settings);
    logqd = std::make_unique<PrivateLogqd>(
        std::vector<std::string>{"--config=" + directory.path() + "/conf"});
  }
  TempDir directory;
  StockJournald journald;
  std::unique_ptr<PrivateLogqd> logqd;
};

using SendAll = Stored (*)(InputPeer peer, const InputSamples& samples);

struct Difference {
  std::size_t index = 0;
  std::string text;  // what each has stored
};

// The inputs of which the two store other entries.
std::vector<Difference> differences(const InputSamples& samples, SendAll send_all) {
  Peers peers;
  const Stored theirs = send_all(InputPeer(peers.journald), samples);
  const Stored ours = send_all(InputPeer(*peers.logqd), samples);
  std::vector<Difference> found;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto entries = [i](const Stored& stored) {
      return i < stored.size() ? describe_entries(stored[i]) : "nothing";
    };
    if (i < theirs.size() && i < ours.size() && theirs[i] == ours[i]) continue;
    found.push_back({i, "journald: " + entries(theirs) + "logqd: " + entries(ours)});
  }
  return found;
}

std::string shrunk(const RandomInput& input, SendAll send_all) {
  const auto differs = [&](const std::vector<std::string>& candidates) {
    InputSamples samples;
    for (const std::string& bytes : candidates) {
      RandomInput smaller = input;
      smaller.bytes = bytes;
      samples.push_back(smaller.sample());
    }
    const auto found = differences(samples, send_all);
    return found.empty() ? std::nullopt : std::optional(found.front().index);
  };
  return shrunk_input(input.bytes, differs);
}

void expect_same(const std::vector<RandomInput>& inputs, SendAll send_all) {
  InputSamples samples;
  for (const RandomInput& input : inputs)
    samples.push_back(input.sample());
  const auto found = differences(samples, send_all);
  EXPECT_EQ(found.size(), 0U) << "of " << inputs.size();
  for (std::size_t i = 0; i < std::min(found.size(), kShownMax); ++i) {
    const RandomInput& input = inputs[found[i].index];
    ADD_FAILURE() << input.name << ", by uid " << input.uid << ", carrier "
                  << static_cast<int>(input.carrier) << "\nbytes: " << escaped_bytes(input.bytes)
                  << "\nsmaller: " << escaped_bytes(shrunk(input, send_all)) << "\n"
                  << found[i].text;
  }
}

TEST(RandomInput, NativeDatagramsAndFilesAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  for (const std::uint64_t seed : seeds()) {
    InputGrammar grammar(seed);
    std::vector<RandomInput> inputs;
    while (inputs.size() < native_inputs())
      inputs.push_back(grammar.native());
    expect_same(inputs, &send_all_native);
  }
}

TEST(RandomInput, SyslogDatagramsAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  for (const std::uint64_t seed : seeds()) {
    InputGrammar grammar(seed);
    std::vector<RandomInput> inputs;
    while (inputs.size() < syslog_inputs())
      inputs.push_back(grammar.syslog());
    expect_same(inputs, &send_all_syslog);
  }
}

// A process that does nothing, so that bytes can be said to be its.
class OtherProcess {
 public:
  OtherProcess() : pid_(::fork()) {
    while (pid_ == 0)
      ::pause();
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() {
    signal_process(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// Step by step on all streams at once; each step is read before the next.
void send_together(InputPeer& peer, std::span<const StreamSample> samples, pid_t other) {
  std::vector<base::UniqueFd> streams = peer.open_streams(samples.size());
  bool more = true;
  for (std::size_t step = 0; more; ++step) {
    more = false;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (step >= samples[i].steps.size()) continue;
      const StreamStep& now = samples[i].steps[step];
      // A peer that refuses the header closes the connection: a result, not a failure.
      std::ignore =
          send_message(streams[i], {now.bytes, {}, 0, now.by_another_process ? other : 0});
      more = true;
    }
    if (more) peer.sync();
  }
  streams.clear();
  peer.sync();
}

Stored send_streams(InputPeer peer, const StreamSamples& samples, pid_t other) {
  const std::span all(samples);
  for (std::size_t at = 0; at < all.size(); at += kStreamsAtOnce)
    send_together(peer, all.subspan(at, std::min(kStreamsAtOnce, all.size() - at)), other);
  return peer.stored_streams();
}

Stored send_streams_singly(InputPeer peer, const StreamSamples& samples, pid_t other) {
  for (const StreamSample& sample : samples) {
    peer.mark_native();
    send_together(peer, {&sample, 1}, other);
  }
  return peer.stored();
}

// Which of the streams it is: each alone.
void report_streams(const StreamSamples& samples, pid_t other) {
  Peers peers(kLineMaxSetting);
  const Stored theirs = send_streams_singly(InputPeer(peers.journald), samples, other);
  const Stored ours = send_streams_singly(InputPeer(*peers.logqd), samples, other);
  ASSERT_EQ(theirs.size(), ours.size());
  std::size_t shown = 0;
  for (std::size_t i = 0; i < theirs.size() && shown < kShownMax; ++i) {
    if (theirs[i] == ours[i]) continue;
    ++shown;
    std::string steps;
    for (const StreamStep& step : samples[i].steps)
      steps += (step.by_another_process ? "\nother: " : "\nbytes: ") + escaped_bytes(step.bytes);
    ADD_FAILURE() << samples[i].name << steps << "\njournald: " << describe_entries(theirs[i])
                  << "logqd: " << describe_entries(ours[i]);
  }
}

TEST(RandomInput, StreamsAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  for (const std::uint64_t seed : seeds()) {
    InputGrammar grammar(seed);
    StreamSamples samples;
    while (samples.size() < streams_opened())
      samples.push_back(grammar.stream(kLineMax));
    const OtherProcess other;
    Peers peers(kLineMaxSetting);

    const Stored theirs = send_streams(InputPeer(peers.journald), samples, other.pid());
    const Stored ours = send_streams(InputPeer(*peers.logqd), samples, other.pid());

    EXPECT_GT(theirs.size(), streams_opened() / 2);
    EXPECT_EQ(ours.size(), theirs.size()) << "seed " << seed;
    EXPECT_TRUE(ours == theirs) << "seed " << seed;
    if (ours != theirs) report_streams(samples, other.pid());
  }
}

}  // namespace
}  // namespace logq::test

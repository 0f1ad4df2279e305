// The proof that logqd takes in what journald takes in: the same bytes to stock journald and to
// logqd, and the same entries expected, through `journalctl -o export`. What may differ is listed
// in support/input_peer.h; a sample that differs on purpose names its reason in docs/protocols.md.
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <gtest/gtest.h>

#include "integration/input_samples_native.h"
#include "integration/input_samples_stream.h"
#include "integration/input_samples_syslog.h"
#include "integration/input_sending.h"
#include "support/child_process.h"
#include "support/input_peer.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

// Compares sample by sample, so that one run names every difference there is.
template <typename Sample>
void expect_equal(const std::vector<Sample>& samples, const Stored& theirs, const Stored& ours) {
  const std::string documented = read_text_file(LOGQ_SOURCE_DIR "/docs/protocols.md");
  ASSERT_EQ(theirs.size(), samples.size());
  ASSERT_EQ(ours.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool equal = theirs[i] == ours[i];
    EXPECT_EQ(equal, samples[i].difference.empty())
        << "sample: " << samples[i].name << "\njournald: " << describe_entries(theirs[i])
        << "logqd: " << describe_entries(ours[i]);
    EXPECT_NE(documented.find(samples[i].difference), std::string::npos) << samples[i].difference;
  }
}

// The inputs systemd's own fuzzers start from; nothing where the shared data is absent.
InputSamples fuzz_samples(const std::string& directory) {
  const std::string path = std::string(LOGQ_TESTDATA_DIR) + "/fuzz/" + directory;
  InputSamples samples;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(path, missing)) {
    std::ifstream file(entry.path(), std::ios::binary);
    samples.push_back({directory + "/" + entry.path().filename().string(),
                       std::string(std::istreambuf_iterator<char>(file), {})});
  }
  return samples;
}

TEST(InputDifferential, SyslogDatagramsAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  PrivateLogqd logqd;
  InputSamples samples = syslog_samples();
  append(samples, fuzz_samples("journald-syslog"));

  expect_equal(samples, send_all_syslog(InputPeer(journald), samples),
               send_all_syslog(InputPeer(logqd), samples));
}

// As datagrams, and the seeds of systemd's fuzzers as they are meant: in a memfd.
TEST(InputDifferential, NativeDatagramsAndDescriptorsAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  PrivateLogqd logqd;
  InputSamples samples = native_samples();
  for (const InputSample& seed : fuzz_samples("journald-native-fd")) {
    samples.push_back(seed);
    const auto file = [bytes = seed.bytes] { return descriptors(make_memfd(bytes)); };
    samples.push_back({seed.name + " in a memfd", "", file});
  }

  expect_equal(samples, send_all_native(InputPeer(journald), samples),
               send_all_native(InputPeer(logqd), samples));
}

TEST(InputDifferential, StreamsAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  PrivateLogqd logqd;
  StreamSamples samples = stream_samples();
  for (const InputSample& seed : fuzz_samples("journald-stream"))
    samples.push_back({seed.name, {{seed.bytes}}});

  expect_equal(samples, send_all_streams(InputPeer(journald), samples),
               send_all_streams(InputPeer(logqd), samples));
}

// The order in which fields are first stored shows in every export. What the collectors said before
// is stored already and comes first, so one entry of each kind goes ahead.
std::vector<std::vector<std::string>> field_orders(InputPeer peer) {
  std::vector<std::vector<std::string>> orders;
  const auto send_each = [&](const std::string& text) {
    peer.send_native({"PRIORITY=1\nMESSAGE=native " + text + "\nEXTRA=" + text + "\n", {}, 0});
    peer.sync();
    orders.push_back(peer.last_names());
    peer.send_syslog({"<100>Oct 11 22:14:15 " + text + "[1]: syslog " + text + "\n", {}, 0});
    peer.sync();
    orders.push_back(peer.last_names());
    const base::UniqueFd stream = peer.open_stream();
    const std::string bytes = text + "\n\n77\n1\n0\n0\n0\nstream " + text;
    std::ignore = ::send(stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    std::ignore = ::shutdown(stream.get(), SHUT_WR);
    peer.sync();
    orders.push_back(peer.last_names());
  };
  send_each("one");
  orders.clear();
  send_each("two");
  return orders;
}

TEST(InputDifferential, FieldsAreStoredInJournaldsOrder) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  PrivateLogqd logqd;

  EXPECT_EQ(field_orders(InputPeer(logqd)), field_orders(InputPeer(journald)));
}

// 50 bytes are too few: both collectors go no lower than 79.
TEST(InputDifferential, StreamsWithTheShortestLinesAreStoredAsByJournald) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const TempDir directory;
  const std::string config = directory.path() + "/logqd.conf";
  write_text_file(config, "[Journal]\nLineMax=50\n");
  StockJournald journald("LineMax=50\n");
  PrivateLogqd logqd({"--config=" + config});
  const StreamSamples samples = stream_shortest_line_max();

  expect_equal(samples, send_all_streams(InputPeer(journald), samples),
               send_all_streams(InputPeer(logqd), samples));
}

}  // namespace
}  // namespace logq::test

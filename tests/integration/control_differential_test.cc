// The control sockets of systemd-journald 252 and logqd are told the same bytes: what both answer
// is the same. And stock journalctl gives its orders to logqd.
#include <unistd.h>

#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/varlink_peer.h"

namespace logq::test {
namespace {

// All that is answered to these bytes. Where we differ on purpose, which is no part of the samples,
// is said in docs/control.md, "Differences from journald 252".
std::vector<std::string> answers_of(const std::string& socket, const std::string& bytes) {
  VarlinkPeer peer(socket);
  peer.send(bytes);
  peer.end_input();
  return peer.read_to_end();
}

std::string with_end(std::string message) {
  message.push_back('\0');
  return message;
}

std::string rotate_with(const std::string& parameter) {
  return varlink_call("io.systemd.Journal.Rotate", "{\"a\":" + parameter + "}");
}

std::vector<std::string> telling_samples() {
  const std::string sync = varlink_call("io.systemd.Journal.Synchronize");
  std::vector<std::string> samples = {sync,
                                      sync + sync + sync,
                                      sync + varlink_call("a.b.C") + sync,
                                      sync + with_end("garbage") + sync,
                                      sync + "{\"method\":\"io.",
                                      with_end("") + sync,
                                      varlink_call("io.systemd.Journal.FlushToVar"),
                                      varlink_call("io.systemd.Journal.RelinquishVar"),
                                      varlink_call("io.systemd.Journal.FlushToVar"),
                                      rotate_with(std::string(100, '[') + std::string(100, ']')),
                                      rotate_with(std::string(2047, '[') + std::string(2047, ']')),
                                      rotate_with(std::string(2048, '[') + std::string(2048, ']'))};
  for (const char* const value : {"-",
                                  "1.",
                                  "+1",
                                  ".5",
                                  "1e5",
                                  "0x10",
                                  "-0",
                                  "1.5",
                                  "01",
                                  "1e",
                                  "tru",
                                  "true1",
                                  "true",
                                  "\"\\x\"",
                                  "\"\\/\"",
                                  "\"\\ud83d\\ude00\"",
                                  "\"\\ud83d\"",
                                  "\"\\u0000\"",
                                  "\"\xff\"",
                                  "[1,]",
                                  "[]",
                                  "{\"a\"}",
                                  "{1:2}",
                                  "{\"x\":1,\"x\":2}",
                                  "1 ",
                                  "NaN",
                                  "1 2",
                                  "\"a\" \"b\"",
                                  "18446744073709551616",
                                  "1e999",
                                  "'a'",
                                  "\"\xef\xbb\xbf\"",
                                  "null",
                                  "{}"})
    samples.push_back(rotate_with(value));
  for (const char* const message : {"{}",
                                    "[]",
                                    "null",
                                    "1",
                                    "\"x\"",
                                    " {\"method\":\"a.b.C\"}\n",
                                    "{\"method\":1}",
                                    "{\"method\":\"\"}",
                                    "{\"method\":\"x\"}",
                                    "{\"method\":\"io.systemd.Journal.\"}",
                                    "{\"method\":\"a.b.C\",\"parameters\":null}",
                                    "{\"method\":\"a.b.C\",\"parameters\":[]}",
                                    "{\"method\":\"a.b.C\",\"extra\":1}",
                                    "{\"method\":\"a.b.C\",\"more\":true}",
                                    "{\"method\":\"a.b.C\",\"more\":1}",
                                    "{\"method\":\"a.b.C\",\"upgrade\":true}",
                                    "{\"method\":\"a.b.C\",\"oneway\":true}",
                                    "{\"more\":true,\"oneway\":false,\"method\":\"a\"}",
                                    "{\"oneway\":false,\"more\":true,\"method\":\"a\"}",
                                    "{\"method\":\"a\",\"method\":\"a\"}",
                                    "{\"method\":\"a\\u00e4\\n\\\"\\\\\"}",
                                    "{\"method\":\"a\"}x",
                                    "{\"method\":\"a\",}",
                                    "\xef\xbb\xbf{\"method\":\"a\"}",
                                    "{\"error\":\"a.b\"}",
                                    "{\"parameters\":{}}"})
    samples.push_back(with_end(message));
  return samples;
}

// Messages put together from parts that mean something, at random.
std::string random_sample(std::mt19937& random) {
  static const std::vector<std::string> kParts = {"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "\"method\"",
                                                  "\"parameters\"",
                                                  "\"more\"",
                                                  "\"oneway\"",
                                                  "\"io.systemd.Journal.Synchronize\"",
                                                  "\"a.b\"",
                                                  "true",
                                                  "false",
                                                  "null",
                                                  "1",
                                                  "{}",
                                                  " ",
                                                  "\"x\":1",
                                                  "\"method\":\"a.b\"",
                                                  "\"parameters\":{}",
                                                  "{\"method\":\"a.b\"}",
                                                  "\n",
                                                  "\\"};
  std::string sample = "{\"method\":\"a.b\"";
  const std::size_t parts = random() % 6;
  for (std::size_t i = 0; i < parts; ++i)
    sample += kParts[random() % kParts.size()];
  return with_end(sample + (random() % 4 != 0 ? "}" : ""));
}

std::string printable(std::string bytes) {
  for (char& c : bytes)
    c = c == '\0' ? '|' : c;
  return bytes.substr(0, 200);
}

TEST(ControlDifferential, TheSameBytesGetTheSameAnswers) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const StockJournald journald;
  const PrivateLogqd logqd;
  std::vector<std::string> samples = telling_samples();
  std::mt19937 random(1);  // NOLINT: always the same samples
  for (int i = 0; i < 2000; ++i)
    samples.push_back(random_sample(random));

  std::size_t answered = 0;
  for (const std::string& sample : samples) {
    const auto stock = answers_of(journald.runtime_dir() + "/io.systemd.journal", sample);
    const auto ours = answers_of(logqd.runtime_dir() + "/io.systemd.journal", sample);
    ASSERT_EQ(ours, stock) << printable(sample);
    answered += stock.empty() ? 0U : 1U;
  }

  EXPECT_GT(answered, 100U);
  EXPECT_LT(answered, samples.size() - 100);
}

// $1 logqd, $2 its storage; the rest is what journalctl is to do. The runtime directory is the one
// that journalctl knows, in a /run of our own.
constexpr const char* kOrderScript =
    "mount -t tmpfs -o mode=0755 none /run && mkdir -p /run/systemd/journal || exit 90\n"
    "logqd=$1 store=$2; shift 2\n"
    "\"$logqd\" --runtime-dir=/run/systemd/journal --storage-dir=\"$store\" & pid=$!\n"
    "for i in $(seq 600); do [ -S /run/systemd/journal/stdout ] && break; sleep 0.1; done\n"
    "status=0; journalctl --sync && journalctl \"$@\" || status=$?\n"
    "find /run/systemd/journal /run/log -type f 2>&1\n"
    "kill $pid; wait $pid || status=91; exit $status\n";

CommandResult order_logqd(const std::string& storage_dir, const std::vector<std::string>& options) {
  Command command{{"unshare", "-m", "--propagation", "private", "sh", "-c", kOrderScript, "sh",
                   built_program("logqd"), storage_dir},
                  {},
                  {}};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  return run_command(command);
}

TEST(ControlDifferential, StockJournalctlGivesItsOrdersToLogqd) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  for (const char* const option :
       {"--sync", "--rotate", "--flush", "--relinquish-var", "--smart-relinquish-var"}) {
    const TempDir storage;
    const CommandResult result = order_logqd(storage.path(), {option});
    EXPECT_EQ(result.status, 0) << option << ": " << result.out << result.err;
    EXPECT_EQ(result.err, "") << option;
    const auto has = [&](const char* name) { return result.out.find(name) != std::string::npos; };
    EXPECT_TRUE(has("synced")) << option << result.out;
    EXPECT_EQ(has("rotated"), std::string(option) == "--rotate") << result.out;
    EXPECT_EQ(has("system.journal"), std::string(option) == "--relinquish-var") << result.out;
  }
}

}  // namespace
}  // namespace logq::test

// What an application prints as lines is what comes back: through the stdout streams of logqd and
// of stock journald, read by logq and by stock journalctl.
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/io.h"
#include "logq/logger.h"
#include "supervise/collector_stream.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

// Random ones, rich in what is special to somebody on the way. They fit a line in every form.
Strings awkward_lines() {
  Strings values{"",         "plain",    "\n",    std::string(1, '\0'),
                 "a\nb=c\n", "\xff\xfe", "\\\"",  "<3>not",
                 "tail  ",   "\r\n",     " lead", "\x1b[31m"};
  std::mt19937 random(20261122);  // the same in every run
  constexpr std::string_view kSpecial("\n\r\t\0 \"\\{}[]<>=,:\x7f\x1b\xc3\xa9\xf0\xff", 23);
  for (const std::size_t most : {10U, 100U, 4000U}) {
    for (int i = 0; i < 30; ++i) {
      std::string value(random() % most, '\0');
      for (char& byte : value)
        byte = random() % 3 == 0 ? kSpecial[random() % kSpecial.size()]
                                 : static_cast<char>(random() % 256);
      values.push_back(value);
    }
  }
  return values;
}

// The lines that a text is stored as: without what is at their end, and none that are empty then.
void append_lines(const std::string& text, Strings& lines) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line;
    for (const char c : text.substr(begin, end - begin))
      line += c == '\0' ? "\\0" : std::string(1, c);
    line.resize(line.find_last_not_of(" \t\r\n") + 1);
    if (!line.empty()) lines.push_back(line);
    begin = end + 1;
  }
}

// "MESSAGE VALUE" of JSON lines, in hexadecimal, by a reader that knows nothing of ours: strings,
// or arrays of bytes.
Strings decode_json(const Strings& lines) {
  constexpr const char* kScript = R"(
import json, sys
def bytes_of(value): return bytes(value) if isinstance(value, list) else value.encode()
for line in sys.stdin.buffer.read().split(b"\n")[:-1]:
    entry = json.loads(line)
    print(bytes_of(entry["MESSAGE"]).hex(), bytes_of(entry["VALUE"]).hex())
)";
  std::string input;
  for (const std::string& line : lines)
    input += line + "\n";
  const CommandResult result = run_command({{"python3", "-c", kScript}, {}, input});
  EXPECT_EQ(result.status, 0) << result.err;
  Strings decoded;
  for (std::size_t begin = 0; begin < result.out.size();) {
    const std::size_t end = result.out.find('\n', begin);
    decoded.push_back(result.out.substr(begin, end - begin));
    begin = end + 1;
  }
  return decoded;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

struct LineWay {
  std::string collector;
  bool is_async = false;
};

class ClientLines : public testing::TestWithParam<LineWay> {
 protected:
  void SetUp() override {
    if (GetParam().collector == "logqd") {
      logqd_ = std::make_unique<PrivateLogqd>();
    } else {
      if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
      journald_ = std::make_unique<StockJournald>();
    }
  }
  // As a service has it: standard output is a stream of the collector.
  [[nodiscard]] Logger make_logger(LineFormat format) {
    const std::string path = logqd_ ? logqd_->stdout_socket() : journald_->stdout_socket();
    stream_ = supervise::connect_stream({{path, false}});
    EXPECT_TRUE(stream_.fd.is_open());
    EXPECT_TRUE(base::write_all(stream_.fd.get(), "lines\n\n6\n1\n0\n0\n0\n"));
    LoggerOptions options{.identifier = "lines"};
    if (GetParam().is_async) options.async = AsyncOptions{};
    StreamOptions stream;
    stream.fd = stream_.fd.get();
    stream.format = format;
    return Logger(options, make_stream_transport(stream));
  }
  // The messages that are stored, as a reader shows them.
  Strings stored(const std::string& reader) {
    EXPECT_EQ(supervise::drain_stream(stream_.fd.get(),
                                      std::chrono::steady_clock::now() + std::chrono::seconds(20)),
              supervise::Drained::kReceived);
    logqd_ ? logqd_->sync() : journald_->sync();
    const std::string storage = logqd_ ? logqd_->storage_dir() : journald_->storage_dir();
    const auto result = run_command({{reader == "logq" ? built_program(reader) : reader, "-D",
                                      storage, "-q", "-o", "export", "SYSLOG_IDENTIFIER=lines"},
                                     {},
                                     {}});
    EXPECT_EQ(result.status, 0) << result.err;
    Strings messages;
    for (const JournalFields& entry : parse_export(result.out))
      messages.push_back(entry.at("MESSAGE"));
    return messages;
  }

  std::unique_ptr<PrivateLogqd> logqd_;
  std::unique_ptr<StockJournald> journald_;
  supervise::StreamConnection stream_;
};

INSTANTIATE_TEST_SUITE_P(Both,
                         ClientLines,
                         testing::Values(LineWay{"logqd"},
                                         LineWay{"journald"},
                                         LineWay{"logqd", true},
                                         LineWay{"journald", true}),
                         [](const auto& parameter) {
                           return parameter.param.collector +
                                  (parameter.param.is_async ? "Asynchronous" : "");
                         });

TEST_P(ClientLines, JsonKeepsEveryByteOfMessagesAndFields) {
  const Strings values = awkward_lines();
  Strings expected;
  {
    const Logger log = make_logger(LineFormat::kJson);
    for (const std::string& value : values) {
      log.info(value, field("VALUE", value));
      expected.push_back(hex(value) + " " + hex(value));
    }
    ASSERT_EQ(log.flush(std::chrono::seconds(20)), FlushResult::kFlushed);
  }
  for (const char* reader : {"logq", "journalctl"})
    EXPECT_EQ(decode_json(stored(reader)), expected) << reader;
}

TEST_P(ClientLines, LevelLinesAreTheLinesOfTheMessage) {
  Strings expected;
  {
    const Logger log = make_logger(LineFormat::kLevelPrefix);
    for (const std::string& value : awkward_lines()) {
      log.notice(value);
      append_lines(value, expected);
    }
    ASSERT_EQ(log.flush(std::chrono::seconds(20)), FlushResult::kFlushed);
  }
  for (const char* reader : {"logq", "journalctl"})
    EXPECT_EQ(stored(reader), expected) << reader;
}

TEST_P(ClientLines, LogfmtIsOneLineForEachEntryWhateverIsInIt) {
  const Strings values = awkward_lines();
  {
    const Logger log = make_logger(LineFormat::kLogfmt);
    for (std::size_t i = 0; i < values.size(); ++i)
      log.warning(values[i], field("NUMBER", i), field("VALUE", values[i]), field("LAST", true));
    ASSERT_EQ(log.flush(std::chrono::seconds(20)), FlushResult::kFlushed);
  }
  for (const char* reader : {"logq", "journalctl"}) {
    const Strings lines = stored(reader);
    ASSERT_EQ(lines.size(), values.size()) << reader;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_TRUE(lines[i].starts_with("time=")) << lines[i];
      EXPECT_NE(lines[i].find(" level=warning "), std::string::npos) << lines[i];
      EXPECT_NE(lines[i].find(" number=" + std::to_string(i) + " "), std::string::npos) << lines[i];
      EXPECT_TRUE(lines[i].ends_with(" last=true")) << lines[i];
    }
  }
}

}  // namespace
}  // namespace logq::test

// What an application logs is what comes back: from logq::Logger and the spdlog sink, through logqd
// and through stock journald, read by logq and by stock journalctl, byte for byte.
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/logger.h>

#include "logq/logger.h"
#include "logq/spdlog_sink.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

constexpr std::string_view kTag = "TEST_CASE=values";  // the entries of the test, and no others

// Values that break careless formats: empty, with newlines, NULs, bytes that are no UTF-8, and all
// of them at sizes around the limits of lines, compression and datagrams.
std::vector<std::string> awkward_values() {
  std::vector<std::string> values{"",          "\n",       std::string(1, '\0'),
                                  "a\nb=c\n",  "\xff\xfe", "\xc3\x28",
                                  "tail \n\n", "=",        " lead"};
  std::mt19937 random(20261121);  // the same bytes in every run
  for (const std::size_t size : {7U, 511U, 512U, 4096U, 49'153U, 262'144U, 1'048'576U}) {
    std::string bytes(size, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random());
    values.push_back(bytes);
    values.push_back(std::string(size - 1, 'x') + '\n');
  }
  return values;
}

// A collector and its store.
class Collector {
 public:
  virtual ~Collector() = default;
  [[nodiscard]] virtual std::string socket() const = 0;
  [[nodiscard]] virtual std::string storage() const = 0;
  virtual void sync() = 0;

  // The tagged entries, oldest first, as `reader` shows them.
  std::vector<JournalFields> tagged(const std::string& reader) {
    sync();
    const auto result = run_command({{reader == "logq" ? built_program(reader) : reader, "-D",
                                      storage(), "-q", "-o", "export", std::string(kTag)},
                                     {},
                                     {}});
    EXPECT_EQ(result.status, 0) << result.err;
    return parse_export(result.out);
  }
};

class LogqdCollector final : public Collector {
 public:
  [[nodiscard]] std::string socket() const override { return logqd_.native_socket(); }
  [[nodiscard]] std::string storage() const override { return logqd_.storage_dir(); }
  void sync() override { logqd_.sync(); }

 private:
  PrivateLogqd logqd_;
};

class JournaldCollector final : public Collector {
 public:
  [[nodiscard]] std::string socket() const override { return journald_.native_socket(); }
  [[nodiscard]] std::string storage() const override { return journald_.storage_dir(); }
  void sync() override { journald_.sync(); }

 private:
  StockJournald journald_;
};

struct Way {
  std::string collector;
  bool is_async = false;
};

class ClientToStore : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    if (GetParam().collector == "logqd") {
      collector_ = std::make_unique<LogqdCollector>();
    } else {
      if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
      collector_ = std::make_unique<JournaldCollector>();
    }
  }
  [[nodiscard]] Logger make_logger() const {
    LoggerOptions options{.identifier = "client", .socket_path = collector_->socket()};
    if (GetParam().is_async) options.async = AsyncOptions{};
    const Logger log(options);
    return log.with(field("TEST_CASE", "values"));
  }
  [[nodiscard]] static SendStatus taken() {
    return GetParam().is_async ? SendStatus::kQueued : SendStatus::kSent;
  }
  void expect_stored(const Logger& log, const std::vector<std::string>& values) {
    ASSERT_EQ(log.flush(std::chrono::seconds(20)), FlushResult::kFlushed);
    for (const char* reader : {"logq", "journalctl"}) {
      const auto entries = collector_->tagged(reader);
      ASSERT_EQ(entries.size(), values.size()) << reader;
      for (std::size_t i = 0; i < values.size(); ++i) {
        // Not EXPECT_EQ: a mebibyte of noise explains nothing.
        EXPECT_TRUE(entries[i].at("MESSAGE") == values[i]) << reader << ", message " << i;
        EXPECT_TRUE(entries[i].at("VALUE") == values[i]) << reader << ", value " << i;
      }
    }
  }

  std::unique_ptr<Collector> collector_;
};

INSTANTIATE_TEST_SUITE_P(
    Both,
    ClientToStore,
    testing::Values(Way{"logqd"}, Way{"journald"}, Way{"logqd", true}, Way{"journald", true}),
    [](const auto& parameter) {
      return parameter.param.collector + (parameter.param.is_async ? "Asynchronous" : "");
    });

TEST_P(ClientToStore, LoggerKeepsEveryByteOfMessagesAndFields) {
  const Logger log = make_logger();
  const auto values = awkward_values();

  for (const std::string& value : values)
    ASSERT_EQ(log.info(value, field("VALUE", value)), taken()) << value.size();

  expect_stored(log, values);
}

TEST_P(ClientToStore, SpdlogSinkKeepsEveryByteOfMessagesAndFields) {
  const Logger under = make_logger();
  spdlog::logger log("shop", std::make_shared<spdlog_sink>(under));
  const auto values = awkward_values();

  for (const std::string& value : values)
    log.info("{}", kv("VALUE", value));

  expect_stored(under, values);
}

TEST_P(ClientToStore, FieldsOfLoggerThreadAndCallAreStored) {
  const Logger log = make_logger().with(field("REQUEST_ID", "7f3a"));
  spdlog::logger through_spdlog("shop", std::make_shared<spdlog_sink>(log));
  {
    const ScopedField scope("ATTEMPT", 2);
    log.error("cannot open", field<"RATIO">(0.5), field("OK", false));
    through_spdlog.error("user {} out", kv("USER_ID", 42));
  }
  log.notice("plain");
  ASSERT_EQ(log.flush(std::chrono::seconds(20)), FlushResult::kFlushed);

  for (const char* reader : {"logq", "journalctl"}) {
    const auto entries = collector_->tagged(reader);
    ASSERT_EQ(entries.size(), 3U) << reader;
    for (const auto& entry : entries)
      EXPECT_EQ(entry.at("REQUEST_ID"), "7f3a") << reader;
    EXPECT_EQ(entries[0].at("ATTEMPT"), "2");
    EXPECT_EQ(entries[0].at("RATIO"), "0.5");
    EXPECT_EQ(entries[0].at("OK"), "false");
    EXPECT_EQ(entries[1].at("ATTEMPT"), "2");
    EXPECT_EQ(entries[1].at("USER_ID"), "42");
    EXPECT_EQ(entries[1].at("MESSAGE"), "user 42 out");
    EXPECT_EQ(entries[1].at("LOGGER"), "shop");
    EXPECT_EQ(entries[2].count("ATTEMPT"), 0U);
  }
}

}  // namespace
}  // namespace logq::test

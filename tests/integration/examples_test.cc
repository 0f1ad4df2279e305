// The programs of examples/ do what they say, against a private collector.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/count_text.h"
#include "support/private_logqd.h"

namespace logq::test {
namespace {

class Examples : public testing::Test {
 protected:
  CommandResult run(std::vector<std::string> argv, Environment environment = {}) {
    const Environment collector = logqd_.environment();
    environment.insert(environment.end(), collector.begin(), collector.end());
    return run_command(
        {.argv = std::move(argv), .environment = std::move(environment), .input = ""});
  }
  CommandResult run_example(const std::string& name, Environment environment = {}) {
    return run({built_program(name)}, std::move(environment));
  }
  // Entries as stock journalctl exports them.
  [[nodiscard]] std::string stored(const std::vector<std::string>& matches) const {
    logqd_.sync();
    std::vector<std::string> arguments{"-q", "-o", "export"};
    arguments.insert(arguments.end(), matches.begin(), matches.end());
    return logqd_.read("journalctl", arguments).out;
  }
  // Messages with their importance, "6 text", in the order of the journal.
  [[nodiscard]] std::vector<std::string> messages(const std::string& identifier) const {
    return messages_of({"-t", identifier});
  }
  [[nodiscard]] std::vector<std::string> messages_of(std::vector<std::string> matches) const {
    logqd_.sync();
    matches.insert(matches.begin(), {"-q", "-o", "json"});
    return lines_with_priority(logqd_.read("journalctl", matches).out);
  }

  PrivateLogqd logqd_;

 private:
  static std::string json_text(const std::string& line, const std::string& name) {
    const std::string key = "\"" + name + "\":\"";
    const std::size_t begin = line.find(key);
    if (begin == std::string::npos) return "?";
    return line.substr(begin + key.size(), line.find('"', begin + key.size()) - begin - key.size());
  }
  static std::vector<std::string> lines_with_priority(const std::string& text) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string line = text.substr(at, end - at);
      found.push_back(json_text(line, "PRIORITY") + " " + json_text(line, "MESSAGE"));
      at = end + 1;
    }
    return found;
  }
};

TEST_F(Examples, ThePlainLoggerStoresItsRequests) {
  const CommandResult result = run_example("plain_logger");

  EXPECT_EQ(result.status, 0) << result.err;
  const std::string text = stored({"-t", "plain-logger"});
  EXPECT_EQ(count(text, "\nMESSAGE=request received\n"), 3U);
  EXPECT_EQ(count(text, "\nREASON=generic:2: No such file or directory\n"), 3U);
}

TEST_F(Examples, TheAsynchronousLoggerLosesNothing) {
  const CommandResult result = run_example("async_logger");

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "sent 4000, on standard error 0, dropped 0, waiting 0\n");
  const std::string text = stored({"-t", "async-logger"});
  EXPECT_EQ(count(text, "\nSTEP=999\n"), 4U);
  EXPECT_EQ(count(text, "\nWORKER=3\n"), 1000U);
}

TEST_F(Examples, AForkedLoggerSendsEachEntryOnceFromItsOwnProcess) {
  const CommandResult result = run_example("fork_logger");

  EXPECT_EQ(result.status, 0) << result.err;
  std::vector<std::string> found = messages("fork-logger");
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::string>{"6 child that becomes another program", "6 child that ends",
                                      "6 parent, after the fork", "6 parent, before the fork"}));
}

TEST_F(Examples, TheSpdlogLoggerSendsFieldsOfCallsAndScopes) {
  const CommandResult result = run_example("spdlog_logger");

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(messages("spdlog-logger").size(), 6U);
  const std::string slow = stored({"-t", "spdlog-logger", "REQUEST_ID=4", "PRIORITY=4"});
  for (const char* field : {"MESSAGE=slow: 480 ms", "TOOK_MSEC=480", "LOGGER=requests"})
    EXPECT_EQ(count(slow, "\n" + std::string(field) + "\n"), 1U) << field << slow;
}

TEST_F(Examples, TheGuidesSnippetsStoreWhatTheGuideSays) {
  EXPECT_EQ(run_example("guide_first_lines").status, 0);
  const CommandResult result = run_example("guide_logger");

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(result.err, "");
  const std::string shop = stored({"-t", "shop"});
  const std::string guide = stored({"-t", "guide"});
  for (const char* field : {"ORDER_ID=4711", "AMOUNT_EUR=12.5"})
    EXPECT_EQ(count(shop, "\n" + std::string(field) + "\n"), 1U) << field;
  for (const char* field :
       {"HTTP_STATUS=200", "CACHED=false", "TOOK_USEC=1500", "RATIO=0.25",
        "X_FORWARDED_FOR=10.0.0.1", "REQUEST_ID=7f3a", "ERRNO=2", "EXCEPTION=no such order",
        "MESSAGE_ID=3f5a0c118e6d4b1f9a702ec45b83d607", "MESSAGE=in the child",
        "REASON=generic:2: No such file or directory"})
    EXPECT_EQ(count(guide, "\n" + std::string(field) + "\n"), 1U) << field;
  EXPECT_EQ(count(guide, "\nORDER_ID=4711\n"), 3U) << "paid, shipped, lost";
  EXPECT_EQ(count(guide, "\nMESSAGE=dump\n"), 0U) << "below the level";
}

TEST_F(Examples, TheGuidesSpdlogSnippetsStoreWhatTheGuideSays) {
  const CommandResult result = run_example("guide_spdlog");

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(messages("shop"),
            (std::vector<std::string>{"6 user alice paid 12.50", "4 slow query"}));
  const std::string text = stored({"-t", "shop"});
  for (const char* field : {"USER=alice", "AMOUNT_EUR=12.5", "TOOK_USEC=1500", "TABLE=orders"})
    EXPECT_EQ(count(text, "\n" + std::string(field) + "\n"), 1U) << field << text;
}

// The program's name is the identifier of ours; systemd's sink has the logger's name there.
TEST_F(Examples, OurSinkStoresWhatSpdlogsOwnDoesAndMore) {
  const CommandResult before = run_example("guide_sink_before", preloading(LOGQ_JOURNAL_PATH_SHIM));
  const CommandResult after = run_example("guide_sink_after");

  EXPECT_EQ(before.status, 0) << before.err;
  EXPECT_EQ(after.status, 0) << after.err;
  const std::vector<std::string> expected{"6 user 42 logged in", "3 cannot open /srv/data"};
  EXPECT_EQ(messages("shop"), expected);
  EXPECT_EQ(messages("guide_sink_after"), expected);
  const std::string text = stored({"-t", "guide_sink_after"});
  EXPECT_EQ(count(text, "\nLOGGER=shop\n"), 2U);
  EXPECT_EQ(count(text, "\nSOURCE_REALTIME_TIMESTAMP="), 2U);
}

TEST_F(Examples, APythonProgramSpeaksTheNativeProtocol) {
  const CommandResult result =
      run({"python3", LOGQ_SOURCE_DIR "/examples/native_socket.py", "two\nlines"});

  EXPECT_EQ(result.status, 0) << result.err;
  const std::string text = stored({"-t", "backup", "BYTES_COPIED=1073741824"});
  using namespace std::string_literals;
  EXPECT_EQ(count(text, "MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\n"s), 1U) << text;
  EXPECT_EQ(count(text, "RAW\n\x03\0\0\0\0\0\0\0\0\n\xff\n"s), 1U) << text;
}

class ErlangExample : public Examples {
 protected:
  void SetUp() override {
    if (run({"sh", "-c", "command -v erl && command -v erlc"}).status != 0)
      GTEST_SKIP() << "no Erlang here (Debian's package erlang-base)";
    std::vector<std::string> compile{"erlc", "-o", code_.path()};
    for (const auto& file : std::filesystem::directory_iterator(LOGQ_SOURCE_DIR "/examples/erlang"))
      compile.push_back(file.path());
    const CommandResult compiled = run(std::move(compile));
    ASSERT_EQ(compiled.status, 0) << compiled.out << compiled.err;
  }
  [[nodiscard]] std::vector<std::string> service(const char* way) const {
    return {"erl", "-noinput", "-pa", code_.path(), "-run", "service", "main", way};
  }

  TempDir code_;
};

TEST_F(ErlangExample, LinesOfAServiceHaveTheirImportance) {
  std::vector<std::string> command{built_program("logq-run"), "-u", "shop", "--"};
  for (const std::string& word : service("stdout"))
    command.push_back(word);
  const CommandResult result = run(std::move(command));

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(messages_of({"_SYSTEMD_UNIT=shop.service", "_TRANSPORT=stdout"}),
            (std::vector<std::string>{"6 user 42 logged in", "4 two", "4 lines", "7 bytes",
                                      "3 cannot open /srv/data"}));
}

TEST_F(ErlangExample, EntriesThroughTheNativeSocketHaveFieldsAndBinaryValues) {
  const CommandResult result = run(service("native"));

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  const std::string text = stored({"-t", "shop"});
  using namespace std::string_literals;
  for (const std::string& field :
       {"USER_ID=42\n"s, "CODE_FUNC=service:serve/0\n"s, "PRIORITY=3\n"s,
        "MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\n"s, "RAW\n\x03\0\0\0\0\0\0\0\0\n\xff\n"s})
    EXPECT_GE(count(text, "\n" + field), 1U) << field << text;
  EXPECT_EQ(count(text, "\nREQUEST_ID=7f3a\n"), 4U);
}

}  // namespace
}  // namespace logq::test

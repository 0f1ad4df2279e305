// Streams by the thousand, and lines without an end in all of them.
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "collect/limits.h"
#include "support/child_process.h"
#include "support/descriptor_limit.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr const char* kPrinterHeader = "printer\n\n6\n0\n0\n0\n0\n";

void print(const base::UniqueFd& stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(stream.get(), text.data(), text.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// How many streams this process and the collectors it starts may have descriptors for, as far as
// the limit can be raised.
std::size_t streams_possible() {
  constexpr rlim_t kOthers = 1024;
  const rlim_t limit = raise_descriptor_limit(collect::kStreamsMax + kOthers);
  const rlim_t possible = limit - std::min(limit, kOthers);
  return std::min<std::size_t>(possible, collect::kStreamsMax);
}

std::vector<base::UniqueFd> open_streams(const std::string& path,
                                         std::size_t count,
                                         const std::string& first_words) {
  std::vector<base::UniqueFd> streams;
  for (std::size_t i = 0; i < count; ++i) {
    streams.push_back(connect_unix(path, SOCK_STREAM));
    print(streams.back(), kPrinterHeader + first_words);
  }
  return streams;
}

// The number behind the first `label` in a text, 0 where there is none.
std::size_t number_after(const std::string& text, const std::string& label) {
  const std::size_t at = text.find(label);
  std::size_t number = 0;
  if (at == std::string::npos) return number;
  const std::size_t begin = text.find_first_of("0123456789", at + label.size());
  if (begin != std::string::npos) {
    std::from_chars(text.data() + begin, text.data() + text.size(), number);
  }
  return number;
}

std::string status_of(const PrivateLogqd& logqd) {
  return run_command({{built_program("logq"), "--collector-status",
                       "--runtime-dir=" + logqd.runtime_dir(), "-o", "json"},
                      {},
                      {}})
      .out;
}

std::vector<JournalFields> lines_of(const PrivateLogqd& logqd) {
  logqd.sync();
  return parse_export(
      logqd.read("journalctl", {"-q", "-a", "-o", "export", "_TRANSPORT=stdout"}).out);
}

// 65,536 where root may have so many descriptors.
TEST(ManyStreams, AsManyAsThereAreDescriptorsForAreOpenAtOnceInBoundedMemory) {
  const std::size_t count = streams_possible();
  const PrivateLogqd logqd;
  const auto streams = open_streams(logqd.stdout_socket(), count, "line\nrest");
  logqd.sync();
  const std::string status = status_of(logqd);
  const std::size_t kib = anonymous_kib(logqd.pid());
  RecordProperty("streams", std::to_string(count));

  EXPECT_EQ(number_after(status, "\"open\":"), count) << status;
  EXPECT_GT(kib, 0U);
  EXPECT_LE(kib, 16 * 1024 + 4 * count);
  const std::string printed = logqd.read("logq", {"-q", "-o", "cat", "_TRANSPORT=stdout"}).out;
  EXPECT_EQ(std::ranges::count(printed, '\n'), static_cast<std::ptrdiff_t>(count));
  if (count < collect::kStreamsMax) return;
  const auto one_too_many = open_streams(logqd.stdout_socket(), 1, "line\n");
  EXPECT_TRUE(
      wait_until([&] { return number_after(status_of(logqd), "\"streamRefused\":") == 1; }));
}

TEST(ManyStreams, LinesWithoutAnEndShareABoundedBudgetAndLoseNoByte) {
  constexpr std::size_t kStreams = 1500;
  constexpr std::size_t kLineBytes = 40'000;
  const PrivateLogqd logqd;
  {
    const auto streams =
        open_streams(logqd.stdout_socket(), kStreams, std::string(kLineBytes, 'x'));
    logqd.sync();
    struct stat area {};
    ASSERT_EQ(::stat((logqd.runtime_dir() + "/receive-streams").c_str(), &area), 0);
    const auto held = static_cast<std::size_t>(area.st_blocks) * 512;
    EXPECT_GT(held, collect::kStreamBudgetBytes / 2) << "most lines could wait for their end";
    EXPECT_LT(held, collect::kStreamBudgetBytes + kStreams * collect::kStreamKeepBytes + (2 << 20));
    for (const base::UniqueFd& stream : streams)
      print(stream, "y\n");
  }

  std::map<std::string, std::string> texts;
  std::size_t cut = 0;
  for (const JournalFields& line : lines_of(logqd)) {
    texts[line.at("_STREAM_ID")] += line.at("MESSAGE");
    cut += line.contains("_LINE_BREAK") && line.at("_LINE_BREAK") == "line-max" ? 1U : 0U;
  }
  EXPECT_EQ(texts.size(), kStreams);
  for (const auto& [stream, text] : texts)
    EXPECT_EQ(text, std::string(kLineBytes, 'x') + "y") << stream;
  EXPECT_GT(cut, 0U);
  EXPECT_LT(cut, kStreams);
}

}  // namespace
}  // namespace logq::test

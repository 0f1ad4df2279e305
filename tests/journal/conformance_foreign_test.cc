// The conformance matrix, second half: files that systemd 252 writes, read by libsystemd, by
// journalctl and by our own readers.
//
// systemd-journal-remote is given the entries whose times and boots are hard; journald, which
// stamps entries itself, the same payloads. Compression is zstd or none: 252 compresses with what
// it was built for alone. Files of LZ4 and XZ are in the first half, by our writer, and among the
// recorded ones in the tests of damage.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "journal/conformance_checks.h"
#include "journal/conformance_entries.h"
#include "journal/file_header.h"
#include "journal/reader_support.h"
#include "journal/verify.h"
#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::journal::test {
namespace {

using logq::test::ChildProcess;
using logq::test::Command;
using logq::test::StockJournald;
using logq::test::TempDir;
using logq::test::wait_until;

using Kind = std::tuple<bool, bool, bool, FileState>;  // compact, keyed, compressed

// Every pair of values is in six of the 24: each state in each layout, the hash and compression of
// which change from state to state.
bool is_in_the_default_suite(bool compact, bool keyed, bool compressed, int state) {
  return keyed == ((state + (compact ? 1 : 0)) % 2 == 1) && compressed == ((state == 2) != compact);
}

std::vector<Kind> kinds(bool in_the_default_suite) {
  std::vector<Kind> kinds;
  for (const bool compact : {false, true}) {
    for (const bool keyed : {false, true}) {
      for (const bool compressed : {false, true}) {
        for (int state = 0; state < 3; ++state) {
          if (is_in_the_default_suite(compact, keyed, compressed, state) == in_the_default_suite)
            kinds.emplace_back(compact, keyed, compressed, static_cast<FileState>(state));
        }
      }
    }
  }
  return kinds;
}

std::string kind_name(const testing::TestParamInfo<Kind>& tested) {
  const auto& [compact, keyed, compressed, state] = tested.param;
  constexpr const char* kStates[] = {"Offline", "Online", "Archived"};
  return std::string(compact ? "Compact" : "Regular") + (keyed ? "Keyed" : "Jenkins") +
         (compressed ? "Zstd" : "Plain") + kStates[static_cast<int>(state)];
}

logq::test::Environment environment_of(const Kind& kind) {
  return {{"SYSTEMD_JOURNAL_COMPACT", std::get<0>(kind) ? "1" : "0"},
          {"SYSTEMD_JOURNAL_KEYED_HASH", std::get<1>(kind) ? "1" : "0"}};
}

void expect_kind(const std::string& path, const Kind& kind) {
  const auto& [compact, keyed, compressed, state] = kind;
  const Header header = *read_file_header(path);
  EXPECT_EQ(header.state, state);
  EXPECT_EQ(header.incompatible_flags, (compact ? kIncompatibleCompact : 0U) |
                                           (keyed ? kIncompatibleKeyedHash : 0U) |
                                           (compressed ? kIncompatibleCompressedZstd : 0U));
  const auto report = verify_file(path);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_FALSE(report->failure) << report->failure->message();
}

// Whether a file has at least so many entries and its writer has nothing more to do: it may have
// counted an entry before the entry can be found by all of its values.
bool is_written(const std::string& path, std::uint64_t n_entries, pid_t writer) {
  const auto header = read_file_header(path);
  if (!header || header->n_entries < n_entries || header->state != FileState::kOnline) return false;
  const std::string status =
      logq::test::read_text_file("/proc/" + std::to_string(writer) + "/status");
  return status.find("\nState:\tS") != std::string::npos;
}

std::string archive_in(const std::string& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    const std::string path = file.path().string();
    const auto header = read_file_header(path);
    if (header && header->state == FileState::kArchived) return path;
  }
  return {};
}

class RemoteFile : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (!logq::test::peers_installed()) GTEST_SKIP() << logq::test::kNoPeers;
    logq::test::write_text_file(source_, to_export(written_));
    switch (std::get<FileState>(GetParam())) {
      case FileState::kOffline:
        ASSERT_EQ(logq::test::run_command(remote(source_)).status, 0);
        return;
      case FileState::kOnline:
        return kill_when_written();
      case FileState::kArchived:
        return fill_and_go_on();
    }
  }

  [[nodiscard]] Command remote(const std::string& source) const {
    const std::string compress = std::get<2>(GetParam()) ? "--compress=yes" : "--compress=no";
    Command command;
    command.argv = {logq::test::kJournalRemote, compress, "-o", path_, source};
    command.environment = environment_of(GetParam());
    return command;
  }

  // It closes its file at the end of its input, so that does not come.
  void kill_when_written() {
    const std::string fifo = directory_.path() + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const base::UniqueFd feed(::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    ChildProcess writer(remote(fifo));
    const std::string text = logq::test::read_text_file(source_);
    std::string_view rest = text;
    ASSERT_TRUE(wait_until([&] {
      const ssize_t written = ::write(feed.get(), rest.data(), rest.size());
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
      return rest.empty();
    })) << writer.err();
    ASSERT_TRUE(wait_until([&] { return is_written(path_, written_.size(), writer.pid()); }))
        << writer.err();
    writer.signal(SIGKILL);
  }

  // It archives what is nearly full, as is a table of 333 field names with 250 of them.
  void fill_and_go_on() {
    SourceEntry& wide = written_.emplace_back(written_.back());
    for (int i = 0; i < 250; ++i)
      wide.payloads.push_back("WIDE_" + std::to_string(i) + "=1");
    auto given = written_;
    given.push_back(given.back());
    logq::test::write_text_file(source_, to_export(given));
    ASSERT_EQ(logq::test::run_command(remote(source_)).status, 0);
    path_ = archive_in(directory_.path());
    ASSERT_FALSE(path_.empty());
  }

  TempDir directory_ = TempDir::in_memory();
  std::vector<SourceEntry> written_ = hard_entries();
  std::string source_ = directory_.path() + "/entries";
  std::string path_ = directory_.path() + "/system.journal";
};

INSTANTIATE_TEST_SUITE_P(Matrix, RemoteFile, testing::ValuesIn(kinds(true)), kind_name);
INSTANTIATE_TEST_SUITE_P(LongMatrix, RemoteFile, testing::ValuesIn(kinds(false)), kind_name);

TEST_P(RemoteFile, HasAllThatWasGivenAndIsReadAlikeByAll) {
  expect_written(entries_by_libsystemd(path_), written_,
                 [](std::size_t i) -> std::uint64_t { return i + 1; });
  expect_kind(path_, GetParam());
  expect_read_alike_by_all(path_);
}

class JournaldFile : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    start();
    send(hard_entries());
    journald_->sync();
    path_ = journald_->storage_dir() + "/system.journal";
    switch (std::get<FileState>(GetParam())) {
      case FileState::kOffline:
        return journald_->stop();
      case FileState::kOnline:
        return kill_when_written();
      case FileState::kArchived:
        logq::test::signal_process(journald_->pid(), SIGUSR2);
        ASSERT_TRUE(wait_until([&] { return !archive_in(journald_->storage_dir()).empty(); }));
        path_ = archive_in(journald_->storage_dir());
        return journald_->stop();
    }
  }

  void start() {
    const auto environment = environment_of(GetParam());
    for (const auto& [name, value] : environment)
      ::setenv(name.c_str(), value.c_str(), 1);
    journald_.emplace(std::get<2>(GetParam()) ? "Compress=yes\n" : "Compress=no\n");
    for (const auto& [name, value] : environment)
      ::unsetenv(name.c_str());
  }

  void send(const std::vector<SourceEntry>& entries) const {
    logq::test::NativeSender sender(journald_->native_socket());
    for (const SourceEntry& entry : entries) {
      logq::test::Fields fields;
      for (const std::string& payload : entry.payloads) {
        const std::size_t equals = payload.find('=');
        fields.emplace_back(payload.substr(0, equals), payload.substr(equals + 1));
      }
      sender.send(fields);
    }
  }

  // A sync closes the file, another entry opens it again.
  void kill_when_written() {
    const std::uint64_t before = read_file_header(path_)->n_entries;
    send({{{}, {"MESSAGE=the last words"}}});
    ASSERT_TRUE(wait_until([&] { return is_written(path_, before + 1, journald_->pid()); }));
    logq::test::signal_process(journald_->pid(), SIGKILL);
    journald_->stop();
  }

  std::optional<StockJournald> journald_;
  std::string path_;
};

INSTANTIATE_TEST_SUITE_P(Matrix, JournaldFile, testing::ValuesIn(kinds(true)), kind_name);
INSTANTIATE_TEST_SUITE_P(LongMatrix, JournaldFile, testing::ValuesIn(kinds(false)), kind_name);

// Fields that begin with an underscore it does not take from others.
TEST_P(JournaldFile, HasAllThatWasSentAndIsReadAlikeByAll) {
  auto entries = entries_by_libsystemd(path_);
  std::erase_if(entries, [](const ShownEntry& entry) {
    const auto& payloads = entry.payloads;
    return std::find(payloads.begin(), payloads.end(), "COMMON=yes") == payloads.end();
  });
  const auto sent = hard_entries();
  ASSERT_EQ(entries.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    std::set<std::string> found(entries[i].payloads.begin(), entries[i].payloads.end());
    std::erase_if(found, [](const std::string& payload) { return payload.starts_with("_"); });
    std::set<std::string> given(sent[i].payloads.begin() + 1, sent[i].payloads.end());
    EXPECT_TRUE(found == given) << i;
  }
  expect_kind(path_, GetParam());
  expect_read_alike_by_all(path_);
}

}  // namespace
}  // namespace logq::journal::test

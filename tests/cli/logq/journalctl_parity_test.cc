// The same arguments for logq and for stock journalctl 252: standard output and exit status must be
// the same byte for byte, but for support/journalctl_masks.h.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "awkward_entries.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/journalctl_masks.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

using Arguments = std::vector<std::string>;

CommandResult read_with(const std::string& program,
                        const Arguments& source,
                        const Arguments& more) {
  Command command{{program, "--no-pager"}, {{"LC_ALL", "C.UTF-8"}, {"TZ", "Europe/Berlin"}}, {}};
  command.argv.insert(command.argv.end(), source.begin(), source.end());
  command.argv.insert(command.argv.end(), more.begin(), more.end());
  return run_command(command);
}

std::string joined(const Arguments& arguments) {
  std::string text;
  for (const std::string& argument : arguments)
    text += " " + argument;
  return text;
}

bool asks_for(const Arguments& arguments, const std::string& format) {
  return joined(arguments).find("-o " + format) != std::string::npos;
}

std::string masked(const Arguments& arguments, const std::string& out) {
  if (asks_for(arguments, "export")) return mask_export(out);
  if (asks_for(arguments, "json")) return mask_json(out);
  return out;
}

void expect_parity(const Arguments& source, const Arguments& arguments) {
  const CommandResult ours = read_with(std::string(LOGQ_BIN_DIR) + "/logq", source, arguments);
  const CommandResult theirs = read_with("journalctl", source, arguments);

  EXPECT_EQ(ours.status, theirs.status) << joined(arguments) << ": " << ours.err;
  EXPECT_TRUE(masked(arguments, ours.out) == masked(arguments, theirs.out))
      << "different output of logq" << joined(arguments);
}

const std::vector<Arguments> kQueries = {
    {},
    {"-o", "short"},
    {"-o", "cat"},
    {"-o", "json"},
    {"-o", "export"},
    {"-a"},
    {"-a", "-o", "cat"},
    {"-a", "-o", "json"},
    {"-a", "-o", "export"},
    {"-q"},
    {"-r"},
    {"-r", "-o", "export"},
    {"-r", "-o", "cat", "-n", "7"},
    {"--utc"},
    {"--no-hostname"},
    {"-n"},
    {"-n", "3"},
    {"-n3"},
    {"-n", "0"},
    {"-n", "all"},
    {"-n", "100000", "-o", "json"},
    {"--lines=4"},
    {"--lin=4"},
    {"--lines"},
    {"-n", "5", "-r"},
    {"-n", "0", "-r"},
    {"-n", "2", "--show-cursor"},
    {"--rev", "--lines=2"},
    {"-p", "3"},
    {"-p", "err"},
    {"-p", "2..4"},
    {"-p", "warning..emerg", "-o", "export"},
    {"-p", "0..0"},
    {"-p", "3", "-p", "6"},
    {"--priority=debug", "-n", "30"},
    {"-t", "prio"},
    {"-t", "prio", "-t", "b2", "-r"},
    {"-t", ""},
    {"-t", "nothing"},
    {"-t", "nothing", "-q"},
    {"-t", "nothing", "-o", "json"},
    {"--identifier=b3", "-p", "3"},
    {"-u", "foo"},
    {"-u", "foo.service", "-o", "cat"},
    {"-u", "foo*"},
    {"-u", "foo@?.service", "-u", "bar.socket"},
    {"-u", "baz.slice"},
    {"-u", "foo", "-n", "2"},
    {"-u", "foo", "-r", "-p", "4"},
    {"-u", "nothing"},
    {"-u", "b a d", "-q"},
    {"--unit=bar.socket", "-o", "export"},
    {"FOO=1"},
    {"FOO=1", "FOO=2", "_PID=1"},
    {"_PID=42", "PRIORITY=3", "+", "SYSLOG_IDENTIFIER=b2"},
    {"SYSLOG_IDENTIFIER=b2", "+", "SYSLOG_IDENTIFIER=b3", "-n", "3"},
    {"PRIORITY=6", "-t", "prio", "-o", "cat"},
    {"FOO="},
    {"_TRANSPORT=kernel", "-n", "20"},
    {"_UID=1000", "-r", "-n", "20", "-o", "json"},
    {"-u", "user@1000.service", "-n", "40"},
    {"-u", "systemd-*", "-n", "50"},
};

const std::vector<Arguments> kRefused = {
    {"-u", "no such unit*"},
    {"-u", ""},
    {"-p", "foo"},
    {"-p", "9"},
    {"-p", "3.."},
    {"-o", "nope"},
    {"--no"},
    {"--badopt"},
    {"-n", "x"},
    {"--lines=x"},
    {"-n", "-3"},
    {"+"},
    {"FOO=1", "+"},
    {"FOO=1", "+", "+"},
    {"FOO"},
    {"__CURSOR=x"},
    {"lower=case"},
    {"-f", "-r"},
    {"-D", "/tmp"},
    {"-p"},
};

class JournalctlParity : public testing::Test {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  }

  TempDir dir_;
};

class AwkwardJournal : public JournalctlParity {
 protected:
  void SetUp() override {
    JournalctlParity::SetUp();
    if (IsSkipped()) return;
    if (!make_journal(dir_.path() + "/system.journal", awkward_export())) {
      GTEST_SKIP() << "systemd-journal-remote is not installed";
    }
  }
};

TEST_F(AwkwardJournal, IsShownAlikeFromADirectory) {
  for (const Arguments& query : kQueries)
    expect_parity({"-D", dir_.path()}, query);
}

TEST_F(AwkwardJournal, IsShownAlikeFromAFile) {
  for (const Arguments& query : {Arguments{}, {"-o", "json"}, {"-n", "4"}, {"-u", "foo*"}})
    expect_parity({"--file=" + dir_.path() + "/*.journal"}, query);
}

TEST_F(AwkwardJournal, BadArgumentsAreRefusedAlike) {
  for (const Arguments& query : kRefused)
    expect_parity({"--file=" + dir_.path() + "/system.journal"}, query);
}

TEST_F(JournalctlParity, AnEmptyDirectoryHasNoEntries) {
  for (const Arguments& query : {Arguments{}, {"-q"}, {"-o", "export"}, {"-r", "-n", "2"}})
    expect_parity({"-D", dir_.path()}, query);
}

TEST_F(JournalctlParity, WhatIsMissingIsAFailure) {
  expect_parity({"-D", dir_.path() + "/missing"}, {});
  expect_parity({"--file=" + dir_.path() + "/missing.journal"}, {});
  expect_parity({"--file=" + dir_.path() + "/*.journal"}, {});
}

// Journals of a real machine without a clock. Three of the seven files are damaged; there 252
// finds other entries backward than forward, so that only whole output is compared.
class RealJournals : public JournalctlParity {
 protected:
  void SetUp() override {
    JournalctlParity::SetUp();
    if (IsSkipped()) return;
    if (!std::filesystem::exists(kData)) GTEST_SKIP() << "no " << kData;
  }

  void unpack(const Arguments& names) {
    for (const std::string& name : names) {
      const std::string packed = kData + "/" + name + ".zst";
      const auto unpacked =
          run_command({{"zstd", "-dqf", packed, "-o", dir_.path() + "/" + name}, {}, {}});
      ASSERT_EQ(unpacked.status, 0) << unpacked.err;
    }
  }

  const std::string kData = std::string(LOGQ_TESTDATA_DIR) + "/journals/no-rtc";
  const Arguments kIntact = {"system.journal", "system@0005ebbfd42fc981-39a8842ec948769a.journal~",
                             "system@0005ebbfd4346b9f-43185b46162d9fa5.journal~",
                             "user-1000@0005ebbfd660bcbe-dbef2eee11f4b575.journal~"};
  const Arguments kDamaged = {"system@0005ebbfd4385848-2e5dff5354ab9bcf.journal~",
                              "user-1000.journal",
                              "user-1000@0005ebbfe89faec4-a5e890e7b00bedd1.journal~"};
};

TEST_F(RealJournals, AreShownAlike) {
  unpack(kIntact);

  for (const Arguments& query : kQueries)
    expect_parity({"-D", dir_.path()}, query);
}

TEST_F(RealJournals, AreShownAlikeWhenSomeAreDamaged) {
  unpack(kIntact);
  unpack(kDamaged);

  for (const Arguments& query : {Arguments{}, {"-o", "cat", "-r"}, {"-o", "export"}, {"-n", "500"}})
    expect_parity({"-D", dir_.path()}, query);
}

}  // namespace
}  // namespace logq::test

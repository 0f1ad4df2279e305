// What filters select, compared with journalctl 252 on a file that has an entry of each kind.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "journal/file_writer.h"
#include "journal/journal.h"
#include "query/facility.h"
#include "query/filter.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::query {
namespace {

using Labels = std::vector<std::string>;
using Payloads = std::vector<std::string>;

constexpr const char* kCoredump = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1";

// One entry each; MESSAGE is its number. $UID stands for the user who runs the test.
const std::vector<Payloads> kEntries = {
    {"_SYSTEMD_UNIT=hello.service", "_UID=1000", "PRIORITY=6"},
    {"_SYSTEMD_UNIT=hello@1.service", "_UID=1000", "PRIORITY=3"},
    {"_SYSTEMD_UNIT=other.service", "PRIORITY=0"},
    {"UNIT=hello.service", "_PID=1", "_SYSTEMD_CGROUP=/init.scope", "_UID=0"},
    {"UNIT=hello.service", "_PID=2", "_UID=0"},
    {"UNIT=hello@2.service", "_PID=77"},
    {"OBJECT_SYSTEMD_UNIT=hello.service", "_UID=0"},
    {"OBJECT_SYSTEMD_UNIT=hello.service", "_UID=4242"},
    {"OBJECT_SYSTEMD_UNIT=hello@3.service", "_UID=0"},
    {kCoredump, "COREDUMP_UNIT=hello.service", "_UID=0"},
    {kCoredump, "COREDUMP_UNIT=hello.service", "_UID=4242"},
    {"COREDUMP_UNIT=hello.service", "_UID=0"},
    {"_SYSTEMD_SLICE=app.slice", "_SYSTEMD_UNIT=in-slice.service"},
    {"_SYSTEMD_SLICE=app-web.slice", "_SYSTEMD_UNIT=web.service"},
    {"_SYSTEMD_UNIT=app.slice"},
    {"_SYSTEMD_UNIT=dev-sda.device"},
    {"_SYSTEMD_UNIT=home-x.mount"},
    {"_SYSTEMD_USER_UNIT=mine.service", "_UID=$UID"},
    {"_SYSTEMD_USER_UNIT=mine.service", "_UID=4242"},
    {"USER_UNIT=mine.service", "_UID=$UID"},
    {"USER_UNIT=mine.service", "_UID=4242"},
    {"OBJECT_SYSTEMD_USER_UNIT=mine.service", "_UID=$UID"},
    {"OBJECT_SYSTEMD_USER_UNIT=mine.service", "_UID=0"},
    {"OBJECT_SYSTEMD_USER_UNIT=mine.service", "_UID=4242"},
    {kCoredump, "COREDUMP_USER_UNIT=mine.service", "_UID=$UID"},
    {"COREDUMP_USER_UNIT=mine.service", "_UID=0"},
    {"COREDUMP_USER_UNIT=mine.service", "_UID=4242"},
    {"_SYSTEMD_USER_SLICE=app.slice", "_UID=$UID"},
    {"_SYSTEMD_USER_SLICE=app.slice", "_UID=4242"},
    {"_SYSTEMD_USER_UNIT=theirs.service", "_UID=4242"},
    {"SYSLOG_IDENTIFIER=sshd", "SYSLOG_FACILITY=4", "PRIORITY=5"},
    {"SYSLOG_IDENTIFIER=cron", "SYSLOG_FACILITY=9", "PRIORITY=6"},
    {"SYSLOG_IDENTIFIER=sshd", "SYSLOG_FACILITY=10", "PRIORITY=4"},
    {"SYSLOG_FACILITY=0", "_TRANSPORT=kernel", "PRIORITY=4"},
    {"SYSLOG_FACILITY=17", "PRIORITY=7"},
    {"_TRANSPORT=syslog", "PRIORITY=2"},
    {"_EXE=/usr/bin/true"},
    {"_EXE=/usr/bin/env", "_COMM=script-with-lon"},
    {"_COMM=script-with-lon"},
    {"_EXE=/usr/bin/dash", "_COMM=by-link"},
    {"_COMM=other", "_EXE=/usr/bin/env"},
    {"_KERNEL_DEVICE=+mem:null"},
    {"_KERNEL_DEVICE=c1:3"},
    {"_KERNEL_DEVICE=c1:5"},
    {"F=1", "G=1"},
    {"F=1", "G=2"},
    {"F=2", "G=1"},
    {"F=1", "F=2"},
    {"F="},
    {"F=a=b c"},
};

struct Case {
  std::vector<std::string> arguments;  // of journalctl
  Filter filter;
};

void PrintTo(const Case& selection, std::ostream* out) {
  for (const std::string& argument : selection.arguments)
    *out << argument << ' ';
}

Filter units(std::vector<std::string> names) {
  Filter filter;
  filter.units = std::move(names);
  return filter;
}

Filter user_units(std::vector<std::string> names) {
  Filter filter;
  filter.user_units = std::move(names);
  return filter;
}

Filter priorities(std::string_view text) {
  Filter filter;
  filter.priorities = parse_priority_range(text).value();
  return filter;
}

Filter facilities(std::string_view text) {
  Filter filter;
  filter.facilities = parse_facilities(text).value();
  return filter;
}

Filter terms(std::vector<std::string> terms) {
  Filter filter;
  filter.terms = std::move(terms);
  return filter;
}

Filter identifiers(std::vector<std::string> identifiers) {
  Filter filter;
  filter.identifiers = std::move(identifiers);
  return filter;
}

Filter kernel() {
  Filter filter;
  filter.kernel = true;
  return filter;
}

class StockSelection : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::journalctl_installed()) GTEST_SKIP() << test::kNoJournalctl;
    auto writer = journal::FileWriter::create(path(), journal::WriterOptions{});
    ASSERT_TRUE(writer.has_value());
    std::uint64_t now = 1'700'000'000'000'000;
    for (const Payloads& entry : kEntries) {
      Payloads payloads = with_uid(entry);
      payloads.push_back("MESSAGE=" + std::to_string(&entry - kEntries.data()));
      payloads.push_back("_BOOT_ID=" + base::boot_id().to_string());
      const std::vector<std::string_view> views(payloads.begin(), payloads.end());
      ++now;
      ASSERT_TRUE((*writer)->append({now, now, base::boot_id()}, views).has_value());
    }
    (*writer)->publish();
    ASSERT_TRUE((*writer)->close().has_value());
    journal_ = std::move(*journal::Journal::open_files({path()}));
  }

  std::string path() const { return dir_.path() + "/system.journal"; }

  // An executable script of this first line.
  std::string script(const std::string& name, const std::string& first_line) const {
    const std::string file = dir_.path() + "/" + name;
    test::write_text_file(file, first_line + "\nexit\n");
    ::chmod(file.c_str(), 0755);
    return file;
  }

  Labels ours(const Filter& filter) {
    const auto match = build_match(filter, *journal_, {.reader_uid = ::getuid()});
    if (!match) return {describe_filter_error(filter, match.error())};
    journal_->set_match(*match);
    journal_->seek_head();
    Labels labels;
    while (journal_->next())
      labels.emplace_back(journal_->find_value("MESSAGE").value_or(""));
    return labels;
  }

  Labels theirs(const std::vector<std::string>& arguments) const {
    test::Command command{.argv = {"journalctl", "-q", "--no-pager", "-o", "cat", "--file", path()},
                          .environment = {{"LC_ALL", "C"}},
                          .input = ""};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    const test::CommandResult result = test::run_command(command);
    std::istringstream lines(result.status == 0 ? result.out : result.err);
    Labels labels;
    for (std::string line; std::getline(lines, line);)
      labels.push_back(line);
    if (result.status != 0 && result.err.empty()) {
      labels.push_back("exit status " + std::to_string(result.status));
    }
    return labels;
  }

  void expect_alike(const std::vector<Case>& cases) {
    for (const Case& selection : cases) {
      const Labels expected = theirs(selection.arguments);
      EXPECT_EQ(ours(selection.filter), expected) << testing::PrintToString(selection);
    }
  }

 private:
  static Payloads with_uid(Payloads payloads) {
    std::replace(payloads.begin(), payloads.end(), std::string("_UID=$UID"),
                 "_UID=" + std::to_string(::getuid()));
    return payloads;
  }

  test::TempDir dir_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(StockSelection, OfUnits) {
  expect_alike({
      {{"-u", "hello"}, units({"hello"})},
      {{"-u", "hello.service"}, units({"hello.service"})},
      {{"-u", "hello@1"}, units({"hello@1"})},
      {{"-u", "hello", "-u", "other"}, units({"hello", "other"})},
      {{"-u", "hello@*"}, units({"hello@*"})},
      {{"-u", "*"}, units({"*"})},
      {{"-u", "h?llo*", "-u", "web"}, units({"h?llo*", "web"})},
      {{"-u", "app.slice"}, units({"app.slice"})},
      {{"-u", "app*.slice"}, units({"app*.slice"})},
      {{"-u", "/dev/sda"}, units({"/dev/sda"})},
      {{"-u", "/home/x"}, units({"/home/x"})},
      {{"-u", "nothing"}, units({"nothing"})},
      {{"-u", "nothing*"}, units({"nothing*"})},
      {{"-u", "nothing*", "-u", "hello"}, units({"nothing*", "hello"})},
      {{"-u", "[ow]*"}, units({"[ow]*"})},
  });
}

TEST_F(StockSelection, OfUserUnits) {
  expect_alike({
      {{"--user-unit", "mine"}, user_units({"mine"})},
      {{"--user-unit", "theirs"}, user_units({"theirs"})},
      {{"--user-unit", "*"}, user_units({"*"})},
      {{"--user-unit", "m*"}, user_units({"m*"})},
      {{"--user-unit", "app.slice"}, user_units({"app.slice"})},
      {{"--user-unit", "hello"}, user_units({"hello"})},
      {{"--user-unit", "hello*"}, user_units({"hello*"})},
  });
  Filter both = user_units({"mine"});
  both.units = {"other"};
  expect_alike({{{"-u", "other", "--user-unit", "mine"}, both}});
}

TEST_F(StockSelection, OfPrioritiesFacilitiesAndIdentifiers) {
  expect_alike({
      {{"-p", "err"}, priorities("err")},
      {{"-p", "4..6"}, priorities("4..6")},
      {{"-p", "info..warning"}, priorities("info..warning")},
      {{"-p", "debug"}, priorities("debug")},
      {{"--facility", "auth"}, facilities("auth")},
      {{"--facility", "4,cron,10"}, facilities("4,cron,10")},
      {{"--facility", "local1"}, facilities("local1")},
      {{"--facility", "kern,kern"}, facilities("kern,kern")},
      {{"-t", "sshd"}, identifiers({"sshd"})},
      {{"-t", "sshd", "-t", "cron"}, identifiers({"sshd", "cron"})},
      {{"-k"}, kernel()},
  });
}

TEST_F(StockSelection, OfTerms) {
  expect_alike({
      {{"F=1"}, terms({"F=1"})},
      {{"F=1", "F=2"}, terms({"F=1", "F=2"})},
      {{"F=1", "G=1"}, terms({"F=1", "G=1"})},
      {{"F=1", "G=1", "F=2"}, terms({"F=1", "G=1", "F=2"})},
      {{"F=1", "G=2", "+", "G=1", "F=2"}, terms({"F=1", "G=2", "+", "G=1", "F=2"})},
      {{"F=", "+", "F=a=b c"}, terms({"F=", "+", "F=a=b c"})},
      {{"NONE=1"}, terms({"NONE=1"})},
      {{"_EXE=/usr/bin/env", "_COMM=other"}, terms({"_EXE=/usr/bin/env", "_COMM=other"})},
  });
}

TEST_F(StockSelection, OfBadTerms) {
  for (const std::vector<std::string>& bad :
       std::vector<std::vector<std::string>>{{"F"},
                                             {"=1"},
                                             {"f=1"},
                                             {"__CURSOR=x"},
                                             {"F-G=1"},
                                             {"F=1", "nothing"},
                                             {"+", "F=1"},
                                             {"F=1", "+"},
                                             {"F=1", "+", "+", "G=1"},
                                             {""},
                                             {"/nonexistent"},
                                             {"/etc/passwd"},
                                             {"/tmp"},
                                             {"F=1", "/nonexistent/path"}}) {
    expect_alike({{bad, terms(bad)}});
  }
}

// A device comes last: what follows one, 252 takes for a further condition even behind a "+".
TEST_F(StockSelection, OfPaths) {
  const std::string by_env = script("script-with-long-name", "#!/usr/bin/env sh");
  const std::string by_link = script("by-link", "#! /bin/sh -e");
  for (const std::vector<std::string>& paths :
       std::vector<std::vector<std::string>>{{"/usr/bin/true"},
                                             {"/bin/true"},
                                             {by_env},
                                             {by_link},
                                             {"/dev/null"},
                                             {"/dev/zero"},
                                             {"/bin/true", by_env},
                                             {"F=2", "+", "/dev/null"},
                                             {"/bin/../bin/true"},
                                             {"/bin/true", "F=1"}}) {
    expect_alike({{paths, terms(paths)}});
  }
}

TEST_F(StockSelection, OfSeveralOptionsAtOnce) {
  Filter filter = units({"hello*", "other"});
  filter.priorities = parse_priority_range("err").value();
  expect_alike({{{"-u", "hello*", "-u", "other", "-p", "err"}, filter}});
  Filter narrow = identifiers({"sshd"});
  narrow.facilities = {4};
  narrow.terms = {"PRIORITY=5"};
  expect_alike({{{"-t", "sshd", "--facility=auth", "PRIORITY=5"}, narrow}});
}

}  // namespace
}  // namespace logq::query

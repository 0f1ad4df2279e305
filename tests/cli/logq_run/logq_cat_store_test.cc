// logq-cat -D: a store of its own, read with stock journalctl; stock journald's cuts are the
// oracle.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "base/io.h"
#include "cli/logq_run/programs.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

class LogqCatStore : public testing::Test {
 protected:
  [[nodiscard]] std::string store() const { return directory_.path() + "/main"; }
  [[nodiscard]] Command storing(Strings words, std::string input = "") const {
    Strings argv{kLogqCat, "-D", store(), "-u", "hello", "-t", "hello"};
    argv.insert(argv.end(), words.begin(), words.end());
    Command made = command(std::move(argv), without_collector());
    made.input = std::move(input);
    return made;
  }
  [[nodiscard]] std::vector<JournalFields> entries(Strings words = {"-u", "hello"}) const {
    Strings argv{"journalctl", "-q", "-D", store(), "-o", "export"};
    argv.insert(argv.end(), words.begin(), words.end());
    return parse_export(run_command({argv, {}, {}}).out);
  }
  [[nodiscard]] Strings messages() const { return column(entries(), "MESSAGE"); }
  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator all(store());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  void expect_verified() const {
    const auto result = run_command({{"journalctl", "-D", store(), "--verify"}, {}, {}});
    EXPECT_EQ(result.status, 0) << result.err;
  }

  TempDir directory_;
};

TEST_F(LogqCatStore, HoldsLinesAsAStreamWouldHaveThem) {
  const CommandResult result = run_command(storing({"-p", "notice"}, "one\n<3>two\n\nlast"));

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  const auto found = entries();
  EXPECT_EQ(column(found, "MESSAGE"), (Strings{"one", "two", "last"}));
  EXPECT_EQ(column(found, "PRIORITY"), (Strings{"5", "3", "5"}));
  EXPECT_EQ(column(found, "_LINE_BREAK"), (Strings{"-", "-", "eof"}));
  EXPECT_EQ(found.front().at("_TRANSPORT"), "stdout");
  EXPECT_EQ(found.front().at("SYSLOG_IDENTIFIER"), "hello");
  EXPECT_EQ(found.front().at("_SYSTEMD_UNIT"), "hello.service");
  EXPECT_EQ(found.front().at("_COMM"), "logq-cat");
  expect_verified();
}

TEST_F(LogqCatStore, CutsLinesWhereStockJournaldDoes) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  std::string input("nul\0ends\n  led \r\t\n<7>d\n<9>x\n<12>y\n \n\n<3>\nbin\xff\xfe\n", 47);
  input += std::string(49'151, 'a') + "\n" + std::string(49'152, 'b') + "\n" +
           std::string(120'000, 'c') + "\nlast";
  Command to_journald = command({kLogqCat, "-t", "hello"}, towards(journald));
  to_journald.input = input;
  ASSERT_EQ(run_command(to_journald).status, 0);

  ASSERT_EQ(run_command(storing({}, input)).status, 0);

  const auto expected = journald.entries({"SYSLOG_IDENTIFIER=hello"});
  for (const char* field : {"MESSAGE", "PRIORITY", "_LINE_BREAK"})
    EXPECT_EQ(column(entries(), field), column(expected, field)) << field;
  EXPECT_GT(expected.size(), 10U);
}

TEST_F(LogqCatStore, CutsLinesElsewhereWhenToldTo) {
  const std::string line(200'000, 'x');
  ASSERT_EQ(run_command(storing({"--line-max=0"}, line + "\nb\0c\n")).status, 0);
  EXPECT_EQ(messages().front(), line);
  ASSERT_EQ(run_command(storing({"--line-max=100K"}, line + "\n")).status, 0);
  EXPECT_EQ(messages().back().size(), 200'000U - (100U << 10));
  ASSERT_EQ(run_command(storing({"--binary"}, std::string("b\0c\n", 4))).status, 0);
  EXPECT_EQ(messages().back(), std::string("b\0c", 3));
  expect_verified();
}

TEST_F(LogqCatStore, CutsALineThatFitsNoFile) {
  std::string noise;
  std::mt19937 random(1);
  while (noise.size() < 2'000'000)
    noise += static_cast<char>('0' + random() % 75);
  ASSERT_EQ(run_command(storing({"--line-max=0", "s524288", "n99"}, noise + "\nnext\n")).status, 0);

  const Strings pieces = messages();
  EXPECT_GT(pieces.size(), 2U);
  EXPECT_EQ(pieces.back(), "next");
  std::string joined;
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
    joined += pieces[i];
  EXPECT_EQ(joined, noise);
}

TEST_F(LogqCatStore, IsOfOneLoggerOnly) {
  const std::string fifo = directory_.path() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto pipe = *base::open_file(fifo, O_RDWR);
  const ChildProcess first(
      command({"sh", "-c", "exec \"$0\" -D \"$1\" <\"$2\"", kLogqCat, store(), fifo}, {}));
  ASSERT_TRUE(
      wait_until([&] { return ::access((store() + "/system.journal").c_str(), F_OK) == 0; }));

  const CommandResult second = run_command(storing({}, "lost?\n"));

  EXPECT_EQ(second.status, 111);
  EXPECT_EQ(second.err, "logq-cat: unable to lock " + store() + ": another logger uses it\n");
}

TEST_F(LogqCatStore, ADirectoryThatCannotBeMadeIsStatus111) {
  const CommandResult result = run_command(command({kLogqCat, "-D", "/nonexistent/main"}, {}));

  EXPECT_EQ(result.status, 111);
  EXPECT_EQ(result.err,
            "logq-cat: /nonexistent/main: create directory: No such file or directory\n");
}

// journald does not lock its directory, and its active file would be taken for one to be recovered.
TEST_F(LogqCatStore, KeepsOutOfTheDirectoriesOfCollectors) {
  const std::string machine = directory_.path() + "/journal/3d1219c7c4c5404aaa1f6d2a48adfda4";
  std::filesystem::create_directories(machine);
  for (const std::string& theirs : {machine, machine + ".space", machine + "/"}) {
    const CommandResult result = run_command(command({kLogqCat, "-D", theirs}, {}));
    EXPECT_EQ(result.status, 111);
    EXPECT_EQ(result.err, "logq-cat: " + theirs + ": such a directory is a collector's\n");
  }
}

TEST_F(LogqCatStore, KeepsAsManyFilesOfThatSizeAsTheScriptSays) {
  std::string lines;
  for (int i = 0; i < 60'000; ++i)
    lines += "line " + std::to_string(i) + "\n";

  ASSERT_EQ(run_command(storing({"t", "s1000000", "n3", "./main"}, lines)).status, 0);

  EXPECT_EQ(files(), 3U);
  for (const auto& file : std::filesystem::directory_iterator(store()))
    EXPECT_LE(file.file_size(), 1'000'000U) << file.path();
  EXPECT_EQ(messages().back(), "line 59999");
  expect_verified();
}

TEST_F(LogqCatStore, KeepsAsMuchAsTheScriptSays) {
  std::string lines;
  for (int i = 0; i < 60'000; ++i)
    lines += "line " + std::to_string(i) + "\n";

  ASSERT_EQ(run_command(storing({"s524288", "n99", "S2000000"}, lines)).status, 0);

  EXPECT_GT(files(), 1U);
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(store()))
    bytes += file.file_size();
  EXPECT_LE(bytes, 2'000'000U + 524'288U);  // the active one is not counted while it grows
  EXPECT_EQ(messages().back(), "line 59999");
}

TEST_F(LogqCatStore, RotatesAtAnAlarm) {
  const std::string fifo = directory_.path() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto pipe = *base::open_file(fifo, O_RDWR);
  ChildProcess cat(
      command({"sh", "-c", "exec \"$0\" -u hello -D \"$1\" <\"$2\"", kLogqCat, store(), fifo}, {}));
  ASSERT_TRUE(base::write_all(pipe.get(), "before\n"));
  ASSERT_TRUE(wait_until([&] { return messages() == Strings{"before"}; }));

  cat.signal(SIGALRM);

  EXPECT_TRUE(wait_until([&] { return files() == 2; }));
  ASSERT_TRUE(base::write_all(pipe.get(), "after\n"));
  EXPECT_TRUE(wait_until([&] { return messages() == (Strings{"before", "after"}); }));
  cat.signal(SIGTERM);
  EXPECT_EQ(cat.wait().status, 0);
  expect_verified();
}

// The logger is killed at any moment, again and again; the service goes on writing.
TEST_F(LogqCatStore, LosesNothingWhenTheLoggerIsKilled) {
  const std::string fifo = directory_.path() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto pipe = *base::open_file(fifo, O_RDWR);
  const Command logger = command(
      {"sh", "-c", "exec \"$0\" -u hello -D \"$1\" -- -x* <\"$2\"", kLogqCat, store(), fifo}, {});
  std::mt19937 random(7);
  int next = 0;
  for (int round = 0; round < 15; ++round) {
    ChildProcess cat(logger);
    std::string lines;
    for (const int end = next + 300; next < end; ++next)
      lines += std::to_string(next) + "\n";
    ASSERT_TRUE(base::write_all(pipe.get(), lines));
    ::usleep(static_cast<useconds_t>(random() % 20'000));
    cat.signal(SIGKILL);
    cat.wait();
  }
  ChildProcess cat(logger);
  const std::string last = std::to_string(next - 1);
  EXPECT_TRUE(wait_until([&] { return !messages().empty() && messages().back() == last; }));
  cat.signal(SIGTERM);
  EXPECT_EQ(cat.wait().status, 0);

  std::set<int> numbers;
  for (const std::string& line : messages())
    numbers.insert(std::stoi(line));
  EXPECT_EQ(numbers.size(), static_cast<std::size_t>(next));
  expect_verified();
}

TEST_F(LogqCatStore, SaysWhoWroteWhereTheSupervisorDoes) {
  const std::string service = directory_.path() + "/service";
  std::filesystem::create_directories(service + "/supervise");
  std::filesystem::create_directories(service + "/log");
  write_text_file(service + "/supervise/status",
                  std::string(12, '\x40') + std::string("\x39\x30\0\0\0u", 6));
  Command cat = command({"sh", "-c", "cd \"$1\" && exec \"$0\" -u hello -D \"$2\"", kLogqCat,
                         service + "/log", store()},
                        {});
  cat.input = "hello\n";

  ASSERT_EQ(run_command(cat).status, 0);

  EXPECT_EQ(column(entries(), "OBJECT_PID"), Strings{"12345"});
}

// A disk of 3 MiB, $2, on which `script` is run; $3 takes what the logger tells, and the store is
// copied to $1 in the end.
class LogqCatFullDisk : public LogqCatStore {
 protected:
  int run_on_disk(const std::string& script) {
    std::filesystem::create_directory(store());
    const auto result = run_command(
        {{"unshare", "-m", "--propagation", "private", "sh", "-c",
          "mkdir \"$2\" && mount -t tmpfs -o size=3m none \"$2\" || exit 99\n"
          "is_full() { until grep -q pausing \"$3\"; do sleep 0.01; done; }\n"
          "enlarge() { mount -o remount,size=64m \"$2\"; }\n"
          "store() { exec \"$0\" -u hello -D \"$2\" s1000000 n50 2>>\"$3\"; }\n: >\"$3\"\n" +
              script + "\nstatus=$?; cp -r \"$2/.\" \"$1\"; exit $status",
          kLogqCat, store(), disk_, err_},
         {},
         {}});
    EXPECT_TRUE(result.status == 99 || result.err.empty()) << result.err;
    return result.status;
  }
  void expect_all_lines() const {
    const Strings got = messages();
    ASSERT_EQ(got.size(), 60'000U);
    EXPECT_EQ(got.front(), "1");
    EXPECT_EQ(got.back(), "60000");
    expect_verified();
  }
  [[nodiscard]] std::string told() const { return read_text_file(err_); }

  std::string disk_ = directory_.path() + "/disk";
  std::string err_ = directory_.path() + "/err";
};

TEST_F(LogqCatFullDisk, IsWaitedForUntilThereIsRoom) {
  const int status = run_on_disk(
      "(is_full \"$@\"; enlarge \"$@\") &\n"
      "seq 1 60000 | (store \"$@\")");
  if (status == 99) GTEST_SKIP() << "nothing can be mounted here";

  EXPECT_EQ(status, 0);
  EXPECT_NE(told().find("unable to write to " + disk_ + ", pausing: "), std::string::npos)
      << told();
  EXPECT_NE(told().find("writing to " + disk_ + " again"), std::string::npos) << told();
  expect_all_lines();
}

TEST_F(LogqCatFullDisk, DoesNotKeepALoggerFromStoppingAndItsSuccessorHasTheRest) {
  const int status = run_on_disk(
      "seq 1 60000 | {\n"
      "  exec 5<&0; (store \"$@\") <&5 & logger=$!\n"
      "  is_full \"$@\"; kill -TERM $logger; wait $logger || exit 98\n"
      "  enlarge \"$@\"; (store \"$@\")\n}");
  if (status == 99) GTEST_SKIP() << "nothing can be mounted here";

  EXPECT_EQ(status, 0) << told();
  expect_all_lines();
}

}  // namespace
}  // namespace logq::test

// What nobody should send or ask for: one clear line, the right status, nothing stored is lost.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

void expect_one_line_naming(const CommandResult& result, const std::string& name) {
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find(name), std::string::npos) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
}

CommandResult run_logq(const std::vector<std::string>& arguments) {
  Command command{{built_program("logq")}, {}, {}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return run_command(command);
}

// 10,000 bytes that hardly compress, different for each seed.
std::string noise(int seed) {
  std::mt19937 generator(static_cast<unsigned>(seed));
  std::string bytes(10'000, ' ');
  for (char& c : bytes)
    c = static_cast<char>('!' + generator() % 90);
  return bytes;
}

std::string archive_of(const std::string& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().filename().string().starts_with("system@")) return file.path().string();
  }
  return {};
}

TEST(BadDatagrams, AreTreatedAsJournaldDoesAndOthersAreKept) {
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  std::string over_the_limit = "MESSAGE=too many fields\n";
  for (int i = 0; i < 1025; ++i)
    over_the_limit += "F" + std::to_string(i) + "=x\n";

  sender.send({{"MESSAGE", "before"}});
  sender.send_bytes("no equals sign, no newline");
  sender.send_bytes(std::string("MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7fshort", 22));
  sender.send_bytes(over_the_limit);
  sender.send_bytes("\n\n\n");
  sender.send_bytes("lower=case\n9DIGIT=x\n_TRUSTED=forged\nMESSAGE=kept\n");
  sender.send({{"MESSAGE", "after"}});
  logqd.stop();

  const auto text = logqd.read("logq", {"-o", "cat", "-q", "_TRANSPORT=journal"}).out;
  EXPECT_EQ(text, "before\nkept\nafter\n");
  EXPECT_EQ(logqd.read("logq", {"-q", "_TRUSTED=forged"}).out, "");
  EXPECT_EQ(logqd.read("journalctl", {"--verify", "-q"}).status, 0);
}

TEST(BadDatagrams, AnEntryOverTheFieldLimitIsCountedInTheLog) {
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  std::string over_the_limit;
  for (int i = 0; i < 1030; ++i)
    over_the_limit += "F" + std::to_string(i) + "=x\n";

  sender.send_bytes(over_the_limit);
  logqd.stop();

  const auto entries =
      parse_export(logqd.read("logq", {"-o", "export", "-q", "_TRANSPORT=driver"}).out);
  EXPECT_TRUE(std::ranges::any_of(entries, [](const auto& entry) {
    const auto found = entry.find("N_DROPPED");
    return found != entry.end() && found->second == "1";
  }));
}

TEST(Logq, NamesAMissingDirectory) {
  expect_one_line_naming(run_logq({"-D", "/nonexistent/logs"}), "/nonexistent/logs");
}

TEST(Logq, NamesAFileThatIsNoJournal) {
  const TempDir dir;
  const std::string path = dir.path() + "/bad.journal";
  write_text_file(path, std::string(100'000, 'x'));

  expect_one_line_naming(run_logq({"--file=" + path}), path);
}

TEST(Logq, NamesADirectoryItMayNotRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  const TempDir dir;
  ASSERT_EQ(::chmod(dir.path().c_str(), 0700), 0);

  const auto result = run_command(
      {{"setpriv", "--reuid=65534", "--clear-groups", built_program("logq"), "-D", dir.path()},
       {},
       {}});

  expect_one_line_naming(result, dir.path());
  EXPECT_NE(result.err.find("Permission denied"), std::string::npos) << result.err;
}

TEST(Logq, ShowsWhatIsReadableOfATruncatedFile) {
  PrivateLogqd logqd;
  NativeSender sender(logqd.native_socket());
  for (int i = 0; i < 5000; ++i)
    sender.send({{"MESSAGE", "entry " + std::to_string(i)}});
  logqd.rotate();  // an archive ends where its last object does
  logqd.stop();
  const std::string path = archive_of(logqd.storage_dir());
  const std::string whole = run_logq({"--file=" + path, "-o", "cat", "-q"}).out;
  ASSERT_EQ(std::ranges::count(whole, '\n'), 5002);  // and "Journal started" and its usage

  const auto size = std::filesystem::file_size(path);
  for (int tenths = 9; tenths >= 0; --tenths) {
    std::filesystem::resize_file(path, size * static_cast<unsigned>(tenths) / 10);
    const auto result = run_logq({"--file=" + path, "-o", "cat", "-q"});
    EXPECT_TRUE(whole.starts_with(result.out)) << tenths << " tenths";
    EXPECT_GE(result.out.size(), tenths == 9 ? whole.size() / 4 : 0);
    EXPECT_LE(result.status, 1) << result.err;
  }
}

TEST(Logqd, RefusesADirectoryOfSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a directory away needs root";
  const TempDir dir;
  const std::string foreign = dir.path() + "/foreign";
  ASSERT_EQ(::mkdir(foreign.c_str(), 0777), 0);
  ASSERT_EQ(::chown(foreign.c_str(), 12345, 12345), 0);

  const auto result = run_command({{built_program("logqd"), "--runtime-dir=" + foreign,
                                    "--storage-dir=" + dir.path() + "/store"},
                                   {},
                                   {}});

  expect_one_line_naming(result, foreign);
}

TEST(Logqd, DoesNotSayThatItRotatedWhenItCouldNot) {
  PrivateLogqd logqd;
  const std::string pid = read_text_file(logqd.runtime_dir() + "/logqd.pid");
  // Enough for no journal file, wherever it is made.
  const auto limited =
      run_command({{"prlimit", "--fsize=4096", "--pid", std::to_string(std::stoi(pid))}, {}, {}});
  ASSERT_EQ(limited.status, 0) << limited.err;

  logqd.signal(SIGUSR2);

  ASSERT_TRUE(wait_until([&] { return !logqd.err().empty(); }));
  logqd.stop();
  EXPECT_FALSE(std::filesystem::exists(logqd.runtime_dir() + "/rotated"));
}

TEST(Logqd, SurvivesAFileSizeLimit) {
  PrivateLogqd logqd;
  const std::string pid = read_text_file(logqd.runtime_dir() + "/logqd.pid");
  // Below the next extent of the active file.
  const auto limited = run_command(
      {{"prlimit", "--fsize=9000000", "--pid", std::to_string(std::stoi(pid))}, {}, {}});
  ASSERT_EQ(limited.status, 0) << limited.err;
  NativeSender sender(logqd.native_socket());

  for (int i = 0; i < 3000; ++i)
    sender.send({{"MESSAGE", std::to_string(i)}, {"N", noise(i)}});

  EXPECT_EQ(logqd.stop().status, 0);
  const auto lines = logqd.read("logq", {"-o", "cat", "-q", "_TRANSPORT=journal"}).out;
  EXPECT_EQ(std::ranges::count(lines, '\n'), 3000);
}

TEST(Logqd, RefusesASecondCollectorInTheSamePlace) {
  PrivateLogqd logqd;

  const auto second = run_command({{built_program("logqd"), "--runtime-dir=" + logqd.runtime_dir(),
                                    "--storage-dir=" + logqd.storage_dir()},
                                   {},
                                   {}});

  expect_one_line_naming(second, logqd.runtime_dir());
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "still here"}});
  logqd.stop();
  EXPECT_NE(logqd.read("logq", {"-o", "cat"}).out.find("still here"), std::string::npos);
}

}  // namespace
}  // namespace logq::test

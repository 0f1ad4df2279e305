// Files that are cut, deleted, replaced or renamed while logq reads them: it dies of nothing, tells
// of what is missing, shows the rest and nothing twice.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/count_text.h"
#include "support/long_tests.h"
#include "written_journal.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

constexpr int kEntries = 10'000;  // of the file that changes: more than are formatted ahead
constexpr int kOthers = 2'000;    // of the file that stays
constexpr std::size_t kPipe = 65'536;

using Arguments = std::vector<std::string>;

// logq writes into a pipe that nobody empties until rest() is called.
class HeldReader {
 public:
  HeldReader(const std::vector<std::string>& argv, const std::string& directory)
      : pipe_(make_pipe(directory)),
        fd_(::open(pipe_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)),
        process_({with_output(argv, pipe_), {{"LC_ALL", "C.UTF-8"}}, {}}) {}

  // Whether it has stopped because the pipe is full.
  [[nodiscard]] bool is_held() const {
    return wait_until([&] {
      int bytes = 0;
      return ::ioctl(fd_.get(), FIONREAD, &bytes) == 0 && bytes == static_cast<int>(kPipe);
    });
  }
  // What it prints until `is_enough`, or the end.
  const std::string& read(const std::function<bool(const std::string& out)>& is_enough = {}) {
    wait_until([&] { return (is_enough && is_enough(out_)) || !read_some(); });
    return out_;
  }
  ChildProcess& process() { return process_; }

 private:
  static std::string make_pipe(const std::string& directory) {
    std::string path = directory + "/pipe";
    fs::remove(path);
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    return path;
  }
  static std::vector<std::string> with_output(const std::vector<std::string>& argv,
                                              const std::string& pipe) {
    std::vector<std::string> shell = {"sh", "-c", "exec \"$@\" >\"$0\"", pipe};
    shell.insert(shell.end(), argv.begin(), argv.end());
    return shell;
  }
  // False at the end.
  bool read_some() {
    std::array<char, kPipe> chunk{};
    const ssize_t n = ::read(fd_.get(), chunk.data(), chunk.size());
    if (n > 0) out_.append(chunk.data(), static_cast<std::size_t>(n));
    return n != 0;
  }

  std::string pipe_;
  base::UniqueFd fd_;
  ChildProcess process_;
  std::string out_;
};

// While it lives programs are started on two processors, as how much logq formats ahead depends on
// how many there are.
class TwoProcessors {
 public:
  TwoProcessors() {
    ::sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t two = before_;
    for (std::size_t i = 0, n = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &before_) && ++n > 2) CPU_CLR(i, &two);
    }
    ::sched_setaffinity(0, sizeof(two), &two);
  }
  TwoProcessors(const TwoProcessors&) = delete;
  TwoProcessors& operator=(const TwoProcessors&) = delete;
  ~TwoProcessors() { ::sched_setaffinity(0, sizeof(before_), &before_); }

 private:
  cpu_set_t before_{};
};

class ChangingFiles : public testing::Test {
 protected:
  void write_files() {
    journal_ = std::make_unique<WrittenJournal>();
    for (int i = 0; i < kEntries + kOthers; ++i) {
      if (i == kEntries) journal_->begin_file("user-1.journal");
      journal_->append_fields(
          1, {"MESSAGE=" + std::string(150, 'x') + " number " + std::to_string(i) + ".",
              "N=" + std::to_string(i)});
    }
    directory_ = journal_->directory();
    path_ = directory_ + "/system.journal";
  }
  // What was written first, in a directory of its own.
  void copy_files() {
    if (journal_ == nullptr) write_files();
    copies_ = std::make_unique<TempDir>();
    directory_ = copies_->path();
    path_ = directory_ + "/system.journal";
    for (const char* const name : {"/system.journal", "/user-1.journal"})
      fs::copy_file(journal_->directory() + name, directory_ + name);
  }
  [[nodiscard]] Arguments command(const Arguments& question) const {
    Arguments words = {std::string(LOGQ_BIN_DIR) + "/logq", "-D", directory_};
    words.insert(words.end(), question.begin(), question.end());
    return words;
  }

  void cut() const {
    const std::size_t pages = fs::file_size(path_) / 4096;
    // The second half of the entries is not looked at before the pipe is emptied.
    fs::resize_file(path_, 4096 * (random_() % (pages / 4)));
  }
  void fill_with_garbage() const {
    std::string bytes(fs::file_size(path_), '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random_());
    std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary) << bytes;
  }
  void replace() const {
    const std::string other = directory_ + "/other";
    fs::copy_file(directory_ + "/user-1.journal", other);
    fs::rename(other, path_);
  }
  void rename() const {
    fs::rename(path_, directory_ + "/system@" + std::string(32, 'a') +
                          "-0000000000000001-0006000000000001.journal");
  }

  // The numbers told are ascending, so that none comes twice; how many there are of either file.
  static void count_numbers(const std::string& out, int& of_changed, int& of_other) {
    of_changed = of_other = 0;
    int last = -1;
    for (std::size_t at = 0; (at = out.find("x number ", at)) != std::string::npos; ++at) {
      const int number = std::stoi(out.substr(at + 9, 6));
      ASSERT_GT(number, last);
      last = number;
      ++(number < kEntries ? of_changed : of_other);
    }
  }

  TwoProcessors processors_;
  std::unique_ptr<WrittenJournal> journal_;
  std::unique_ptr<TempDir> copies_;
  std::string directory_;
  std::string path_;  // of the file that changes
  mutable std::mt19937 random_{std::random_device{}()};
};

const std::vector<Arguments> kQuestions = {
    {"-o", "json"},
    {"-g", "number [0-9]", "-o", "cat"},
    {"--where", "N >= 0", "-o", "export", "--output-fields=MESSAGE"},
    {"-g", "number [0-9]*[39]\\.", "-C", "3", "-o", "short"}};

TEST_F(ChangingFiles, ThatLoseAPartAreToldOfAndTheRestIsShown) {
  for (int round = 0; round < rounds(1, 20); ++round) {
    for (const Arguments& question : kQuestions) {
      for (const bool is_cut : {true, false}) {
        copy_files();
        HeldReader logq(command(question), directory_);
        ASSERT_TRUE(logq.is_held());
        is_cut ? cut() : fill_with_garbage();
        int of_changed = 0;
        int of_other = 0;
        count_numbers(logq.read(), of_changed, of_other);
        const CommandResult result = logq.process().wait();

        EXPECT_EQ(result.status, is_cut ? 1 : 0) << testing::PrintToString(question);
        // Garbage in a file that is written to may look like what is not complete yet.
        EXPECT_GE(count(result.err, path_), is_cut ? 1U : 0U) << result.err;
        EXPECT_EQ(count(result.err, path_), count(result.err, "\n")) << result.err;
        EXPECT_LE(count(result.err, "\n"), 1U) << result.err;
        EXPECT_GT(of_changed, 0);
        EXPECT_LT(of_changed, kEntries);
        EXPECT_EQ(of_other, kOthers);
      }
    }
  }
}

TEST_F(ChangingFiles, ThatLoseTheirNameAreReadToTheirEnd) {
  const std::vector<std::function<void()>> changes = {[this] { fs::remove(path_); },
                                                      [this] { replace(); }, [this] { rename(); }};
  const std::size_t step = rounds(1, 0) == 1 ? 3 : 1;  // the first and the last, or all
  for (std::size_t i = 0; i < kQuestions.size(); i += step) {
    const Arguments& question = kQuestions[i];
    for (const auto& change : changes) {
      copy_files();
      HeldReader logq(command(question), directory_);
      ASSERT_TRUE(logq.is_held());
      change();
      int of_changed = 0;
      int of_other = 0;
      count_numbers(logq.read(), of_changed, of_other);
      const CommandResult result = logq.process().wait();

      EXPECT_EQ(result.status, 0) << testing::PrintToString(question);
      EXPECT_EQ(result.err, "");
      EXPECT_EQ(of_changed, kEntries);
      EXPECT_EQ(of_other, kOthers);
    }
  }
}

// Whoever follows is told when it is found, not at the end, and is shown what comes later.
TEST_F(ChangingFiles, AreToldOfAtOnceWhereTheyAreFollowed) {
  for (const Arguments& question : kQuestions) {
    write_files();
    Arguments followed = {"-f", "--no-tail"};
    followed.insert(followed.end(), question.begin(), question.end());
    HeldReader logq(command(followed), directory_);
    ASSERT_TRUE(logq.is_held());
    cut();
    const std::string last = "number " + std::to_string(kEntries + kOthers - 1) + ".";
    logq.read([&](const std::string& out) { return out.find(last) != std::string::npos; });
    EXPECT_TRUE(wait_until([&] { return logq.process().err().find('\n') != std::string::npos; }));
    journal_->append_fields(
        1, {"MESSAGE=x number " + std::to_string(kEntries + kOthers) + ". later", "N=1"});
    int of_changed = 0;
    int of_other = 0;
    count_numbers(
        logq.read([](const std::string& out) { return out.find(". later") != std::string::npos; }),
        of_changed, of_other);
    logq.process().signal(SIGTERM);
    const CommandResult result = logq.process().wait();

    EXPECT_EQ(result.status, 1) << testing::PrintToString(question);
    EXPECT_EQ(count(result.err, "\n"), 1U) << result.err;
    EXPECT_EQ(count(result.err, path_), 1U) << result.err;
    EXPECT_EQ(of_other, kOthers + 1) << testing::PrintToString(question);
  }
}

TEST_F(ChangingFiles, EndNoCount) {
  const std::vector<Arguments> counts = {{"--count-by=N", "--where", "MESSAGE =~ 'number'"},
                                         {"--histogram", "-g", "number"},
                                         {"--stats=N", "-S", "2000-01-01"}};
  for (int round = 0; round < rounds(2, 40); ++round) {
    for (const Arguments& question : counts) {
      copy_files();
      ChildProcess logq({command(question), {{"LC_ALL", "C.UTF-8"}}, {}});
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % 30'000));
      logq.signal(SIGSTOP);
      round % 2 == 0 ? cut() : fill_with_garbage();
      logq.signal(SIGCONT);
      const CommandResult result = logq.wait();

      EXPECT_TRUE(result.status == 0 || result.status == 1) << result.status << result.err;
      if (result.status == 1) {
        EXPECT_NE(result.err.find(path_), std::string::npos) << result.err;
      }
    }
  }
}

}  // namespace
}  // namespace logq::test

// A reader that leaves, and signals: logq ends soon and quietly, and says so by its status.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "written_journal.h"

namespace logq::test {
namespace {

class EndedEarly : public testing::Test {
 protected:
  EndedEarly() {
    for (int i = 0; i < 5000; ++i)
      journal_.append(std::string(200, 'a') + std::to_string(i));
  }

  // Its output is a pipe that nobody empties, and is full when this returns.
  std::unique_ptr<ChildProcess> held(const std::string& arguments) {
    const std::string pipe = journal_.directory() + "/pipe";
    if (::mkfifo(pipe.c_str(), 0600) != 0) return nullptr;
    reader_ = base::UniqueFd(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    auto logq = std::make_unique<ChildProcess>(
        Command{{"sh", "-c", "exec " + program() + " " + arguments + " >" + pipe}, {}, {}});
    const auto is_full = [&] {
      int bytes = 0;
      return ::ioctl(reader_.get(), FIONREAD, &bytes) == 0 && bytes == 65'536;
    };
    return wait_until(is_full) ? std::move(logq) : nullptr;
  }
  [[nodiscard]] std::string program() const {
    return std::string(LOGQ_BIN_DIR) + "/logq -q -D " + journal_.directory();
  }
  void read_to_the_end() {
    std::array<char, 65'536> chunk{};
    ASSERT_TRUE(wait_until([&] { return ::read(reader_.get(), chunk.data(), chunk.size()) == 0; }));
  }

  WrittenJournal journal_;
  base::UniqueFd reader_;
};

// As what else stands in front of head: the shell tells of SIGPIPE by 141.
TEST_F(EndedEarly, ByItsReaderItSaysNothing) {
  for (const std::string arguments :
       {"-o cat", "-o json -r", "-g a -C 2", "--count-by=MESSAGE", "-f --no-tail", "-F MESSAGE"}) {
    const CommandResult result = run_command(
        {{"bash", "-c", program() + " " + arguments + " | head -n1; exit ${PIPESTATUS[0]}"},
         {},
         {}});

    EXPECT_EQ(result.status, 141) << arguments;
    EXPECT_EQ(result.err, "") << arguments;
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1) << result.out;
  }
}

TEST_F(EndedEarly, BySignalsItSaysHowFarASearchHasCome) {
  for (const auto& [number, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const auto logq = held("-o cat -g a");
    ASSERT_NE(logq, nullptr);
    logq->signal(number);
    read_to_the_end();
    const CommandResult result = logq->wait();

    EXPECT_EQ(result.status, status);
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_TRUE(result.err.starts_with("logq: interrupted: ")) << result.err;
    ::unlink((journal_.directory() + "/pipe").c_str());
  }
}

TEST_F(EndedEarly, ByASecondSignalItEndsAtOnceThoughNobodyReads) {
  const auto logq = held("-o cat");
  ASSERT_NE(logq, nullptr);
  logq->signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // what comes sooner may be a copy
  logq->signal(SIGINT);

  EXPECT_EQ(logq->wait().status, 130);
}

// Texts that cannot be searched were told of too, instead: but there was no end to come to.
TEST_F(EndedEarly, ByASignalItSaysSoAlsoWhereTextsCouldNotBeSearched) {
  journal_.rotate();  // archives are searched value by value
  for (const char* const limit : {"all", "100000"}) {
    ChildProcess logq({journal_.command({"-q", "-g", "^(a+)+$", "-n", limit}), {}, {}});
    const std::string path = "/proc/" + std::to_string(logq.pid()) + "/status";
    ASSERT_TRUE(wait_until([&] {
      const std::string status = read_text_file(path);
      const std::size_t at = status.find("SigCgt:");
      return at != std::string::npos &&
             (std::stoull(status.substr(at + 7), nullptr, 16) >> (SIGINT - 1) & 1U) != 0;
    }));
    logq.signal(SIGINT);
    const CommandResult result = logq.wait(std::chrono::seconds(20));

    EXPECT_EQ(result.status, 130);
    EXPECT_EQ(result.err,
              "logq: interrupted: what is shown are the first 0 entries that were found\n");
  }
}

}  // namespace
}  // namespace logq::test

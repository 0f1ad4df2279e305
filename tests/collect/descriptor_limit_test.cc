// More streams than there are descriptors: the rest of the collector goes on.
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr const char* kHeader = "limited\n\n6\n0\n0\n0\n0\n";

class DescriptorLimit : public ::testing::Test {
 protected:
  void SetUp() override {
    logqd_ = std::make_unique<ChildProcess>(
        Command{{"sh", "-c", "ulimit -n 64; exec \"$@\"", "sh", built_program("logqd"),
                 "--runtime-dir=" + runtime(), "--storage-dir=" + storage()},
                {},
                {}});
    ASSERT_TRUE(wait_until([&] { return accepts_connections(runtime() + "/stdout", SOCK_STREAM); }))
        << logqd_->err();
  }
  [[nodiscard]] std::string runtime() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string storage() const { return directory_.path() + "/store"; }

  [[nodiscard]] base::UniqueFd open_stream(const std::string& line) const {
    base::UniqueFd stream = connect_unix(runtime() + "/stdout", SOCK_STREAM);
    const std::string bytes = kHeader + line;
    // One that is refused may be closed by now.
    const ssize_t sent = ::send(stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    EXPECT_TRUE(sent > 0 || errno == EPIPE || errno == ECONNRESET) << errno;
    return stream;
  }
  [[nodiscard]] std::vector<JournalFields> stored(const std::string& match) const {
    return parse_export(
        run_command({{"journalctl", "-q", "-o", "export", "-D", storage(), match}, {}, {}}).out);
  }
  [[nodiscard]] std::uint64_t refused() const {
    std::uint64_t count = 0;
    for (const JournalFields& entry : stored("MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e"))
      count += std::stoull(entry.at("N_DROPPED"));
    return count;
  }
  // Whether it used no processor time for a while.
  [[nodiscard]] bool is_asleep() const {
    const auto sample = [&] {
      std::ifstream stat("/proc/" + std::to_string(logqd_->pid()) + "/stat");
      std::vector<std::string> words{std::istream_iterator<std::string>(stat), {}};
      return words.size() < 15 ? std::string() : words[2] + words[13] + "+" + words[14];
    };
    const std::string before = sample();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return before.starts_with('S') && sample() == before;
  }

  TempDir directory_;
  std::unique_ptr<ChildProcess> logqd_;
};

TEST_F(DescriptorLimit, RefusesStreamsVisiblyAndServesTheOthers) {
  const base::UniqueFd first = open_stream("from the first\n");
  std::vector<base::UniqueFd> streams;
  for (int i = 0; i < 100; ++i)
    streams.push_back(open_stream("line\n"));

  ASSERT_TRUE(wait_until([&] { return stored("MESSAGE=line").size() + refused() == 100; }));
  EXPECT_GT(refused(), 0U);
  EXPECT_TRUE(wait_until([&] { return is_asleep(); })) << "a busy loop";

  // What needs descriptors for a moment still gets them: facts about a sender, a new file.
  ASSERT_EQ(::send(first.get(), "still here\n", 11, MSG_NOSIGNAL), 11);
  const pid_t child = ::fork();
  if (child == 0) {
    NativeSender(runtime() + "/socket").send({{"MESSAGE", "datagram"}});
    ::pause();
  }
  logqd_->signal(SIGUSR2);
  const auto archived = [&] {
    const std::filesystem::directory_iterator files(storage());
    return std::any_of(begin(files), end(files), [](const auto& file) {
      return file.path().filename().string().starts_with("system@");
    });
  };
  EXPECT_TRUE(wait_until(archived));
  EXPECT_TRUE(wait_until([&] { return stored("MESSAGE=still here").size() == 1; }));
  EXPECT_TRUE(wait_until([&] { return stored("MESSAGE=datagram").size() == 1; }));
  EXPECT_TRUE(stored("MESSAGE=datagram").at(0).contains("_COMM"));
  signal_process(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(logqd_->err(), "");
}

}  // namespace
}  // namespace logq::test

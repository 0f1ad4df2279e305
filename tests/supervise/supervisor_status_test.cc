#include "supervise/supervisor_status.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

const std::string kLabel(12, '\x40');

TEST(SupervisorStatus, FindsThePidOfEachSupervisor) {
  const std::string little("\x39\x30\0\0", 4);
  const std::string big("\0\0\0\0\0\0\x30\x39", 8);

  EXPECT_EQ(pid_in_supervisor_status(kLabel + little + std::string("\0u", 2)), 12345);
  EXPECT_EQ(pid_in_supervisor_status(kLabel + little + std::string("\0u\0\x01", 4)), 12345);
  EXPECT_EQ(pid_in_supervisor_status(kLabel + kLabel + big + "\0\0\x04"), std::nullopt);
  EXPECT_EQ(pid_in_supervisor_status(kLabel + kLabel + big + std::string("\0\0\x04", 3)), 12345);
  EXPECT_EQ(pid_in_supervisor_status(kLabel + kLabel + big + std::string(11, '\0')), 12345);
}

TEST(SupervisorStatus, KnowsNobodyOfAServiceThatIsDownOrOfAnotherFile) {
  EXPECT_EQ(pid_in_supervisor_status(kLabel + std::string(6, '\0')), std::nullopt);
  EXPECT_EQ(pid_in_supervisor_status(kLabel + "\xff\xff\xff\xffxx"), std::nullopt);
  EXPECT_EQ(pid_in_supervisor_status("hello"), std::nullopt);
  EXPECT_EQ(SupervisorStatus("/nonexistent/status").pid(), std::nullopt);
}

TEST(SupervisorStatus, WritesTheBytesOfRunit) {
  SupervisedState state;
  state.since_usec = 1'700'000'000'000'005;
  state.pid = 0x010203;
  state.is_paused = true;
  state.wanted = 'd';
  state.got_term = true;
  state.run = SupervisedState::Run::kFinish;

  // TAI64N: 2^62 + 10 + seconds, then nanoseconds, both big-endian; the pid is little-endian.
  const std::string bytes(
      "\x40\0\0\0\x65\x53\xf1\x0a\0\0\x13\x88\x03\x02\x01\0\x01"
      "d\x01\x02",
      20);
  EXPECT_EQ(encode_supervised_state(state), bytes);
  EXPECT_EQ(decode_supervised_state(bytes), state);
}

TEST(SupervisorStatus, UnderstandsDaemontoolsToo) {
  const SupervisedState up{
      .since_usec = 5'000'000, .pid = 7, .wanted = 'u', .run = SupervisedState::Run::kRun};
  const SupervisedState down{.since_usec = 5'000'000, .pid = 0, .wanted = 'd'};

  EXPECT_EQ(decode_supervised_state(encode_supervised_state(up).substr(0, 18)), up);
  EXPECT_EQ(decode_supervised_state(encode_supervised_state(down).substr(0, 18)), down);
  EXPECT_EQ(decode_supervised_state(encode_supervised_state(up).substr(0, 19)), std::nullopt);
  EXPECT_EQ(decode_supervised_state(""), std::nullopt);
}

TEST(SupervisorStatus, DoesNotWaitAtAPipe) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/status";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);

  EXPECT_EQ(SupervisorStatus(path).pid(), std::nullopt);
}

TEST(SupervisorStatus, FollowsAFileThatIsReplaced) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/status";
  SupervisorStatus status(path);
  test::write_text_file(path, kLabel + std::string("\x01\0\0\0\0u", 6));
  EXPECT_EQ(status.pid(), 1);

  test::write_text_file(path + ".new", kLabel + std::string("\x02\0\0\0\0u", 6));
  ASSERT_EQ(::rename((path + ".new").c_str(), path.c_str()), 0);

  EXPECT_EQ(status.pid(), 2);
}

}  // namespace
}  // namespace logq::supervise

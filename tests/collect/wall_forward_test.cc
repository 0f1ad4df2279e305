#include "collect/wall_forward.h"

#include <utmpx.h>

#include <cstring>
#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/test_terminal.h"

namespace logq::collect {
namespace {

// A record of who(1).
std::string login(const std::string& terminal, const std::string& user, short type = USER_PROCESS) {
  utmpx record{};
  record.ut_type = type;
  terminal.copy(record.ut_line, sizeof(record.ut_line));
  user.copy(record.ut_user, sizeof(record.ut_user));
  std::string bytes(sizeof(record), '\0');
  std::memcpy(bytes.data(), &record, sizeof(record));
  return bytes;
}

class WallForwardTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(logins_.sessions); }
  void write_utmp(const std::string& bytes) const { test::write_text_file(logins_.utmp, bytes); }
  void write_session(const std::string& name, const std::string& text) const {
    test::write_text_file(logins_.sessions + "/" + name, text);
  }

  test::TempDir directory_;
  const LoginSources logins_{directory_.path() + "/utmp", directory_.path() + "/sessions"};
};

using Terminals = std::set<std::string>;

TEST_F(WallForwardTest, FindsTerminalsInLoginRecordsAndSessions) {
  write_utmp(login("tty1", "root") + login("pts/7", "me") + login("tty2", "LOGIN", LOGIN_PROCESS) +
             login("pts/9", "") + login("pts/7", "again") + "rest");
  write_session("1", "# comment\nUID=0\nTTY=tty1\nTTY_X=1\n");
  write_session("c2", "TTY=pts/3\nCLASS=user");
  write_session("3", "SERVICE=sshd\nREMOTE=1\n");
  write_session("4.ref", "TTY=pts/4\n");

  EXPECT_EQ(find_terminals(logins_), (Terminals{"/dev/tty1", "/dev/pts/7", "/dev/pts/3"}));
  EXPECT_TRUE(find_terminals({"/nonexistent", "/nonexistent"}).empty());
}

TEST_F(WallForwardTest, TakesNoTerminalOutsideOfDev) {
  write_utmp(login("../etc/passwd", "me") + login("/etc/passwd", "me") + login("/dev/tty3", "me") +
             login("", "me") + login("pts/../../x", "me"));
  write_session("1", "TTY=/dev//etc\n");

  EXPECT_EQ(find_terminals(logins_), Terminals{"/dev/tty3"});
}

TEST_F(WallForwardTest, ShowsAMessageToEverybody) {
  const test::TestTerminal first;
  const test::TestTerminal second;
  write_utmp(login(first.path(), "me") + login("pts/nonexistent", "gone") +
             login("null", "no terminal"));
  write_session("1", "TTY=" + second.path() + "\n");
  WallForward wall({0, logins_});
  ForwardedMessage message{8, "app", "it burns"};
  message.sender = Credentials{42, 0, 0};

  wall.forward(message, 1);

  const std::string text = first.read();
  EXPECT_TRUE(text.starts_with("\a\r\nBroadcast message from logqd@")) << text;
  EXPECT_TRUE(text.ends_with("):\r\n\r\napp[42]: it burns\r\n\r\n")) << text;
  EXPECT_EQ(second.read(), text);
  EXPECT_EQ(wall.missed().total(), 0U);
}

TEST_F(WallForwardTest, ShowsControlCharactersInsteadOfSendingThem) {
  const std::string text = compose_wall({8, "a", "x\x1b[2J\x7f\n\ty\r\xc3\xa4"}, "host");
  EXPECT_NE(text.find("a: x^[[2J^?\r\n\ty^M\xc3\xa4\r\n\r\n"), std::string::npos) << text;
}

TEST_F(WallForwardTest, ShowsWhatItsLevelSays) {
  const WallForward wall({1, logins_});
  EXPECT_TRUE(wall.shows(0));
  EXPECT_TRUE(wall.shows(1));
  EXPECT_FALSE(wall.shows(2));
}

TEST_F(WallForwardTest, ShowsOnlySomeOfAFlood) {
  const test::TestTerminal terminal;
  write_utmp(login(terminal.path(), "me"));
  WallForward wall({0, logins_});
  std::size_t shown = 0;
  for (int i = 0; i < 100; ++i) {
    wall.forward({8, "app", "!"}, 1'000'000);
    if (!terminal.read().empty()) ++shown;
  }
  EXPECT_EQ(shown, 20U);
  EXPECT_EQ(wall.missed().total(), 80U);

  wall.forward({8, "app", "!"}, 6'000'000);
  EXPECT_FALSE(terminal.read().empty()) << "a new window";
}

TEST_F(WallForwardTest, NeverWaitsForATerminal) {
  const test::TestTerminal stuck;
  write_utmp(login(stuck.path(), "me"));
  WallForward wall({0, logins_});
  for (std::uint64_t i = 0; i < 100; ++i)
    wall.forward({8, "app", std::string(2000, 'x')}, i * 5'000'000);

  EXPECT_GT(wall.missed().total(), 50U);
}

}  // namespace
}  // namespace logq::collect

#include "collect/console_forward.h"

#include <gtest/gtest.h>

#include "collect/test_event.h"
#include "support/child_process.h"
#include "support/test_terminal.h"

namespace logq::collect {
namespace {

class ConsoleForwardTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(console_.start(event_.get())); }
  static ForwardedMessage message(std::string_view text) { return {14, "tag", text}; }
  // Lets timers run, and reads what has come, until the terminal has had `end`.
  std::string read_until(const std::string& end) {
    std::string text;
    test::wait_until([&] {
      sd_event_run(event_.get(), 1000);
      text += terminal_.read();
      return text.ends_with(end);
    });
    return text;
  }

  TestEvent event_;
  test::TestTerminal terminal_;
  ConsoleForward console_{{terminal_.path(), 6, false}};
};

TEST_F(ConsoleForwardTest, ShowsMessagesUpToItsLevel) {
  ForwardedMessage debug = message("not shown");
  debug.priority = 15;
  console_.forward(debug);
  console_.forward(message("shown"));

  EXPECT_EQ(terminal_.read(), "tag: shown\n");
}

TEST_F(ConsoleForwardTest, KeepsWhatASlowTerminalDoesNotTakeAndNeverWaits) {
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string text = "line " + std::to_string(i) + std::string(60, '.');
    console_.forward(message(text));
    expected += "tag: " + text + "\n";
  }

  EXPECT_EQ(read_until("line 499" + std::string(60, '.') + "\n"), expected);
  EXPECT_EQ(console_.missed().total(), 0U);
}

TEST_F(ConsoleForwardTest, CountsWhatFindsNoRoom) {
  const std::string text(1000, 'x');
  for (int i = 0; i < 200; ++i)
    console_.forward(message(text));
  const std::uint64_t missed = console_.missed().total();
  console_.finish();

  EXPECT_GT(missed, 100U);
  EXPECT_LT(missed, 140U);
  EXPECT_GT(console_.missed().total(), missed) << "what was kept is given up at the end";
  EXPECT_LE(console_.missed().total(), 200U);
}

TEST_F(ConsoleForwardTest, MissesNothingWhereThereIsNoTerminal) {
  ConsoleForward nowhere({"/nonexistent/tty", 6, false});
  for (int i = 0; i < 2000; ++i)
    nowhere.forward(message(std::string(1000, 'x')));

  EXPECT_EQ(nowhere.missed().total(), 0U);
}

TEST_F(ConsoleForwardTest, PutsTheTimeInFrontAsTheKernelDoes) {
  ConsoleForward prefixed({terminal_.path(), 6, true});
  prefixed.forward(message("timed"));

  const std::string text = terminal_.read();
  ASSERT_GT(text.size(), 15U);
  EXPECT_EQ(text[0], '[');
  EXPECT_EQ(text.substr(text.find(']')), "] tag: timed\n");
  EXPECT_EQ(text.find('.'), text.find(']') - 7);
}

}  // namespace
}  // namespace logq::collect

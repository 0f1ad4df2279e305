#include "supervise/control_order.h"

#include <signal.h>

#include <string>

#include <gtest/gtest.h>

#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

ControlOrder signalled(int signal) {
  return {ControlVerb::kSignal, signal, false};
}

TEST(ControlOrder, KnowsTheLettersOfDaemontools) {
  EXPECT_EQ(order_of_letter('u'), (ControlOrder{ControlVerb::kStart, 0, false}));
  EXPECT_EQ(order_of_letter('d'), (ControlOrder{ControlVerb::kStop, 0, false}));
  EXPECT_EQ(order_of_letter('o'), (ControlOrder{ControlVerb::kOnce, 0, false}));
  EXPECT_EQ(order_of_letter('x'), (ControlOrder{ControlVerb::kLeave, 0, false}));
  EXPECT_EQ(order_of_letter('p'), (ControlOrder{ControlVerb::kPause, 0, false}));
  EXPECT_EQ(order_of_letter('c'), (ControlOrder{ControlVerb::kContinue, 0, false}));
  EXPECT_EQ(order_of_letter('h'), signalled(SIGHUP));
  EXPECT_EQ(order_of_letter('a'), signalled(SIGALRM));
  EXPECT_EQ(order_of_letter('i'), signalled(SIGINT));
  EXPECT_EQ(order_of_letter('t'), signalled(SIGTERM));
  EXPECT_EQ(order_of_letter('k'), signalled(SIGKILL));
}

TEST(ControlOrder, KnowsWhatRunitAndEncoreHaveBeside) {
  EXPECT_EQ(order_of_letter('q'), signalled(SIGQUIT));
  EXPECT_EQ(order_of_letter('1'), signalled(SIGUSR1));
  EXPECT_EQ(order_of_letter('2'), signalled(SIGUSR2));
  EXPECT_EQ(order_of_letter('w'), signalled(SIGWINCH));
}

TEST(ControlOrder, OtherBytesMeanNothing) {
  int known = 0;
  for (int byte = 0; byte < 256; ++byte)
    known += order_of_letter(static_cast<char>(byte)) ? 1 : 0;
  EXPECT_EQ(known, 15);
}

TEST(ControlOrder, IsALine) {
  EXPECT_EQ(parse_control_line("start"), (ControlOrder{ControlVerb::kStart, 0, true}));
  EXPECT_EQ(parse_control_line("stop no-wait"), (ControlOrder{ControlVerb::kStop, 0, false}));
  EXPECT_EQ(parse_control_line("kill 9"), (ControlOrder{ControlVerb::kKill, SIGKILL, true}));
  EXPECT_EQ(parse_control_line("signal SIGHUP"), (ControlOrder{ControlVerb::kSignal, SIGHUP}));
  for (const char* line : {"", " ", "start ", " start", "start now", "start  no-wait", "Start",
                           "start\r", "kill", "kill ", "kill 0", "kill 99999999999", "kill NOPE",
                           "kill HUP TERM", "status\n", "constart"})
    EXPECT_EQ(parse_control_line(line), std::nullopt) << line;
}

TEST(ControlOrder, NamesAnInstanceThatIsToBeStarted) {
  const auto order = parse_control_line("start web@7.service no-wait");
  ASSERT_TRUE(order);
  EXPECT_EQ(*order, (ControlOrder{ControlVerb::kStart, 0, false, "web@7.service"}));
  EXPECT_EQ(control_line(*order), "start web@7.service no-wait");
  EXPECT_EQ(parse_control_line("start web@7.service")->unit, "web@7.service");
  for (const char* line : {"start web.service", "start web@.service", "start web@7",
                           "stop web@7.service", "start web@7.service ", "start web@7.service now",
                           "start no-wait web@7.service", "start a/web@7.service"})
    EXPECT_EQ(parse_control_line(line), std::nullopt) << line;
  // The longest name there is has room in a line.
  const std::string longest = "w@" + std::string(wire::kUnitNameMax - 10, 'i') + ".service";
  ASSERT_TRUE(wire::is_valid_unit_name(longest));
  EXPECT_LE(control_line({ControlVerb::kStart, 0, false, longest}).size(), kControlLineMax);
}

TEST(ControlOrder, IsReadAsItIsWritten) {
  for (const char* line :
       {"status", "wait", "start", "once", "stop", "restart", "reload", "reset", "leave", "exit",
        "pause", "cont", "signal 15", "kill 1", "restart no-wait"}) {
    const auto order = parse_control_line(line);
    ASSERT_TRUE(order) << line;
    EXPECT_EQ(control_line(*order), line);
  }
}

}  // namespace
}  // namespace logq::supervise

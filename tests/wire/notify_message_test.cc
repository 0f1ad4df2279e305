#include "wire/notify_message.h"

#include <errno.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using State = NotifyMessage::State;
using Watchdog = NotifyMessage::Watchdog;

NotifyMessage parsed(std::string_view datagram, std::size_t descriptors = 0) {
  auto message = parse_notify_message(datagram, descriptors);
  EXPECT_TRUE(message) << datagram;
  return message ? *message : NotifyMessage{};
}

std::string refusal(std::string_view datagram, std::size_t descriptors = 0) {
  const auto message = parse_notify_message(datagram, descriptors);
  return message ? "none" : std::string(message.error().what);
}

std::string complaint(std::string_view datagram) {
  const NotifyMessage message = parsed(datagram);
  return message.complaints.size() == 1 ? std::string(message.complaints.front()) : "not one";
}

TEST(NotifyMessage, SaysAllThatAServiceCanSay) {
  const NotifyMessage message = parsed(
      "READY=1\nSTATUS=up\nERRNO=2\nBUSERROR=org.x.Error\nVARLINKERROR=io.x.Error\n"
      "EXIT_STATUS=3\nMAINPID=4711\nMAINPIDFDID=99\nWATCHDOG=1\nWATCHDOG_USEC=20000000\n"
      "EXTEND_TIMEOUT_USEC=5000000\nNOTIFYACCESS=exec\nRESTART_RESET=1\nMONOTONIC_USEC=77");

  EXPECT_EQ(message.state, State::kReady);
  EXPECT_EQ(message.status, "up");
  EXPECT_EQ(message.sys_errno, 2);
  EXPECT_EQ(message.bus_error, "org.x.Error");
  EXPECT_EQ(message.varlink_error, "io.x.Error");
  EXPECT_EQ(message.exit_status, 3);
  EXPECT_EQ(message.main_pid, 4711);
  EXPECT_EQ(message.main_pidfd_id, 99U);
  EXPECT_EQ(message.watchdog, Watchdog::kPing);
  EXPECT_EQ(message.watchdog_usec, 20'000'000U);
  EXPECT_EQ(message.extend_timeout_usec, 5'000'000U);
  EXPECT_EQ(message.notify_access, NotifyAccess::kExec);
  EXPECT_TRUE(message.reset_restarts);
  EXPECT_EQ(message.monotonic_usec, 77U);
  EXPECT_TRUE(message.complaints.empty());
}

TEST(NotifyMessage, SaysNothingWhereNothingIsSaid) {
  for (const std::string_view datagram : {""sv, "\0"sv, "\n\n"sv, "X_OURS=1\nno key\n=1"sv}) {
    const NotifyMessage message = parsed(datagram);
    EXPECT_FALSE(message.state || message.status || message.watchdog || message.main_pid);
    EXPECT_FALSE(message.is_barrier || message.store_descriptors || message.remove_descriptors);
    EXPECT_TRUE(message.poll_descriptors);
    EXPECT_TRUE(message.complaints.empty());
  }
}

TEST(NotifyMessage, EndsWithOneNewlineOrNulOrNeither) {
  EXPECT_EQ(parsed("STATUS=up").status, "up");
  EXPECT_EQ(parsed("STATUS=up\n").status, "up");
  EXPECT_EQ(parsed("STATUS=up\0"s).status, "up");
  EXPECT_EQ(parsed("STATUS=up\r\nREADY=1").status, "up");
}

TEST(NotifyMessage, IsRefusedForANulWithin) {
  EXPECT_EQ(refusal("READY=1\0STATUS=x"s), "a NUL byte within");
  EXPECT_EQ(refusal("READY=1\0\0"s), "a NUL byte within");
  // A line of text with a newline in it, in journald's binary form, as some clients send it.
  EXPECT_EQ(refusal("STATUS\n\x03\0\0\0\0\0\0\0a\nb\n"s), "a NUL byte within");
}

TEST(NotifyMessage, IsRefusedWhenLongerThanAPage) {
  const std::string longest = "STATUS=" + std::string(kNotifyMessageMax - 7, 'x');

  EXPECT_EQ(parsed(longest).status->size(), kNotifyMessageMax - 7);
  EXPECT_EQ(refusal(longest + "x"), "longer than 4096 bytes");
}

TEST(NotifyMessage, IsOfTheLatestStateInAServicesLifeWhateverTheOrder) {
  EXPECT_EQ(parsed("READY=1\nRELOADING=1").state, State::kReady);
  EXPECT_EQ(parsed("RELOADING=1\nREADY=1").state, State::kReady);
  EXPECT_EQ(parsed("STOPPING=1\nREADY=1\nRELOADING=1").state, State::kStopping);
  EXPECT_EQ(parsed("RELOADING=1").state, State::kReloading);
  EXPECT_FALSE(parsed("READY=0\nSTOPPING=yes\nRELOADING=").state);
  EXPECT_EQ(parsed("READY=0\nREADY=1").state, State::kReady);
}

TEST(NotifyMessage, TakesTheFirstOfTwoValuesEvenWhereItIsBad) {
  EXPECT_EQ(parsed("STATUS=a\nSTATUS=b").status, "a");
  EXPECT_EQ(parsed("MAINPID=5\nMAINPID=6").main_pid, 5);
  EXPECT_FALSE(parsed("MAINPID=x\nMAINPID=6").main_pid);
}

TEST(NotifyMessage, ClearsTheStatusWithAnEmptyOne) {
  EXPECT_EQ(parsed("STATUS=").status, "");
  EXPECT_EQ(parsed("STATUS=a=b").status, "a=b");
}

TEST(NotifyMessage, ComplainsAboutValuesThatCannotBeBelieved) {
  EXPECT_EQ(complaint("STATUS=\xff"), "STATUS= is not UTF-8");
  EXPECT_EQ(complaint("ERRNO=-2"), "ERRNO= is no error number");
  EXPECT_EQ(complaint("ERRNO=4096"), "ERRNO= is no error number");
  EXPECT_EQ(complaint("EXIT_STATUS=256"), "EXIT_STATUS= is no exit status");
  EXPECT_EQ(complaint("MAINPID=0"), "MAINPID= is no process number");
  EXPECT_EQ(complaint("MAINPID=2147483648"), "MAINPID= is no process number");
  EXPECT_EQ(complaint("MAINPIDFDID="), "MAINPIDFDID= is no number");
  EXPECT_EQ(complaint("WATCHDOG=0"), "WATCHDOG= is neither 1 nor trigger");
  EXPECT_EQ(complaint("WATCHDOG_USEC=1s"), "WATCHDOG_USEC= is no number");
  EXPECT_EQ(complaint("EXTEND_TIMEOUT_USEC=99999999999999999999"),
            "EXTEND_TIMEOUT_USEC= is no number");
  EXPECT_EQ(complaint("MONOTONIC_USEC=-1"), "MONOTONIC_USEC= is no number");
  EXPECT_EQ(complaint("NOTIFYACCESS=everyone"), "NOTIFYACCESS= is not none, main, exec or all");
}

TEST(NotifyMessage, KnowsErrorsByNameToo) {
  EXPECT_EQ(parsed("ERRNO=ENOENT").sys_errno, ENOENT);
  EXPECT_EQ(parsed("ERRNO=0").sys_errno, 0);
}

TEST(NotifyMessage, TriggersTheWatchdog) {
  EXPECT_EQ(parsed("WATCHDOG=trigger").watchdog, Watchdog::kTrigger);
  EXPECT_EQ(parsed("WATCHDOG_USEC=0").watchdog_usec, 0U);
}

TEST(NotifyMessage, IsABarrierOnlyAloneAndWithOneDescriptor) {
  EXPECT_TRUE(parsed("BARRIER=1", 1).is_barrier);
  EXPECT_TRUE(parsed("BARRIER=1\n", 1).is_barrier);
  EXPECT_FALSE(parsed("BARRIER=0", 1).is_barrier);
  EXPECT_EQ(refusal("BARRIER=1"), "BARRIER=1 without exactly one descriptor");
  EXPECT_EQ(refusal("BARRIER=1", 2), "BARRIER=1 without exactly one descriptor");
  EXPECT_EQ(refusal("BARRIER=1\nREADY=1", 1), "BARRIER=1 is not alone");
  EXPECT_EQ(refusal("BARRIER=1\nBARRIER=1", 1), "BARRIER=1 is not alone");
}

TEST(NotifyMessage, NamesStoredDescriptors) {
  const NotifyMessage named = parsed("FDSTORE=1\nFDNAME=web\nFDPOLL=0", 2);
  EXPECT_TRUE(named.store_descriptors);
  EXPECT_FALSE(named.poll_descriptors);
  EXPECT_EQ(named.descriptor_name(0), "web");
  EXPECT_EQ(named.descriptor_name(1), "web");

  EXPECT_EQ(parsed("FDSTORE=1", 1).descriptor_name(0), "stored");
  EXPECT_EQ(parsed("FDSTORE=1\nFDNAME=", 1).descriptor_name(0), "");
}

TEST(NotifyMessage, RefusesNamesThatCouldNotBeHandedBack) {
  for (const std::string& name : {"a:b"s, "a\tb"s, "\xc3\xa4"s, "\x7f"s, std::string(256, 'n')}) {
    const std::string text = "FDSTORE=1\nFDNAME=" + name;
    const NotifyMessage message = parsed(text, 1);
    EXPECT_EQ(message.descriptor_name(0), "stored") << name;
    EXPECT_EQ(message.complaints.size(), 1U) << name;
  }
  const std::string longest = "FDNAME=" + std::string(255, 'n');
  EXPECT_EQ(parsed(longest).descriptor_name(0).size(), 255U);
}

TEST(NotifyMessage, TakesAListOfNamesWhereThereIsNoSingleOne) {
  const NotifyMessage list = parsed("FDSTORE=1\nFDNAMES=web:db:", 3);
  EXPECT_EQ(list.descriptor_name(0), "web");
  EXPECT_EQ(list.descriptor_name(1), "db");
  EXPECT_EQ(list.descriptor_name(2), "stored");

  for (const char* both : {"FDNAME=one\nFDNAMES=a:b", "FDNAMES=a:b\nFDNAME=one"}) {
    EXPECT_EQ(parsed(both).descriptor_name(1), "one");
  }
}

TEST(NotifyMessage, RemovesDescriptorsByNameOnly) {
  const NotifyMessage named = parsed("FDSTOREREMOVE=1\nFDNAME=web");
  EXPECT_TRUE(named.remove_descriptors);
  EXPECT_EQ(named.descriptor_names, std::vector<std::string_view>{"web"});
  EXPECT_TRUE(parsed("FDSTOREREMOVE=1\nFDNAMES=web:").remove_descriptors);
  EXPECT_EQ(complaint("FDSTOREREMOVE=1"), "FDSTOREREMOVE=1 without FDNAME=");
  EXPECT_FALSE(parsed("FDSTOREREMOVE=1").remove_descriptors);
}

TEST(NotifyMessage, TakesAPidfdOnlyWhereOneDescriptorCame) {
  EXPECT_TRUE(parsed("MAINPIDFD=1", 1).has_main_pidfd);
  EXPECT_EQ(complaint("MAINPIDFD=1"), "MAINPIDFD=1 without exactly one descriptor");
}

// Property: the order of lines changes nothing but which of equal keys counts, and what is said of
// any bytes lies within them.
TEST(NotifyMessage, MeansTheSameInAnyOrderOfItsLines) {
  std::vector<std::string> lines = {"READY=1",  "STOPPING=1", "STATUS=x",       "MAINPID=7",
                                    "ERRNO=x",  "FDNAME=n",   "FDNAMES=a:b",    "FDSTORE=1",
                                    "FDPOLL=0", "WATCHDOG=1", "RESTART_RESET=1"};
  std::mt19937 random(8);
  for (int round = 0; round < 200; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    std::string datagram;
    for (const std::string& line : lines)
      datagram += line + "\n";
    const NotifyMessage message = parsed(datagram, 1);
    ASSERT_EQ(message.state, State::kStopping);
    ASSERT_EQ(message.status, "x");
    ASSERT_EQ(message.main_pid, 7);
    ASSERT_EQ(message.descriptor_name(0), "n");
    ASSERT_TRUE(message.store_descriptors && message.reset_restarts && !message.poll_descriptors);
    ASSERT_EQ(message.complaints.size(), 1U);
  }
}

TEST(NotifyMessage, IsReadTheSameWhereverItIsCutAtALine) {
  const std::string datagram = "READY=1\nSTATUS=x\nMAINPID=7\n";
  for (std::size_t size = 0; size <= datagram.size(); ++size) {
    const NotifyMessage message = parsed(std::string_view(datagram).substr(0, size));
    EXPECT_EQ(message.state.has_value(), size >= 7) << size;
    EXPECT_EQ(message.status.has_value(), size >= 15) << size;
    EXPECT_EQ(message.main_pid.has_value(), size >= 26) << size;
  }
}

}  // namespace
}  // namespace logq::wire

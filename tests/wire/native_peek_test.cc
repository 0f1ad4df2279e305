#include <string>

#include <gtest/gtest.h>

#include "wire/native_protocol.h"
#include "wire/native_samples.h"

namespace logq::wire {
namespace {

// For text fields in a literal: views of them outlive the decoder.
NativePeek peek(std::string_view datagram) {
  NativeDecoder decoder;
  decoder.start(datagram);
  return decoder.next() ? decoder.peek() : NativePeek{};
}

TEST(NativePeek, SeesTheFieldsTheCollectorNeeds) {
  const NativePeek seen = peek(
      "MESSAGE=hi\nPRIORITY=3\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=me\nOBJECT_PID=42\nOTHER=x\n");

  EXPECT_EQ(seen.message, "hi");
  EXPECT_EQ(seen.priority, 3);
  EXPECT_EQ(seen.facility, 10);
  EXPECT_EQ(seen.identifier, "me");
  EXPECT_EQ(seen.object_pid, 42);
}

TEST(NativePeek, PriorityIsOneDigit) {
  EXPECT_EQ(peek("PRIORITY=0\n").priority, 0);
  EXPECT_EQ(peek("PRIORITY=9\n").priority, 1);
  for (const auto* field :
       {"PRIORITY=\n", "PRIORITY=10\n", "PRIORITY=-1\n", "PRIORITY=x\n", "PRIORITYX=1\n"}) {
    EXPECT_FALSE(peek(field).priority) << field;
  }
}

TEST(NativePeek, FacilityIsOneOrTwoDigits) {
  EXPECT_EQ(peek("SYSLOG_FACILITY=3\n").facility, 3);
  EXPECT_EQ(peek("SYSLOG_FACILITY=99\n").facility, 99);
  for (const auto* field :
       {"SYSLOG_FACILITY=\n", "SYSLOG_FACILITY=100\n", "SYSLOG_FACILITY=1x\n"}) {
    EXPECT_FALSE(peek(field).facility) << field;
  }
}

TEST(NativePeek, AnObjectIsANumberAboveZero) {
  EXPECT_EQ(peek("OBJECT_PID=2147483647\n").object_pid, 2147483647);
  for (const auto* field : {"OBJECT_PID=\n", "OBJECT_PID=0\n", "OBJECT_PID=-1\n", "OBJECT_PID=x\n",
                            "OBJECT_PID=2147483648\n", "OBJECT_PID=000000000007\n"}) {
    EXPECT_FALSE(peek(field).object_pid) << field;
  }
}

TEST(NativePeek, LastWellFormedValueCounts) {
  const NativePeek seen = peek(
      "PRIORITY=3\nPRIORITY=4\nPRIORITY=x\nMESSAGE=a\nMESSAGE=b\n"
      "OBJECT_PID=7\nOBJECT_PID=8\nOBJECT_PID=-1\nOBJECT_PID=\n");

  EXPECT_EQ(seen.priority, 4);
  EXPECT_EQ(seen.object_pid, 8);
  EXPECT_EQ(seen.message, "b");
}

TEST(NativePeek, SeesBinaryFields) {
  const std::string datagram =
      test::binary_field("MESSAGE", "two\nlines") + test::binary_field("PRIORITY", "5");
  NativeDecoder decoder;
  decoder.start(datagram);
  ASSERT_TRUE(decoder.next());

  EXPECT_EQ(decoder.peek().message, "two\nlines");
  EXPECT_EQ(decoder.peek().priority, 5);
}

TEST(NativePeek, DoesNotCarryOverToTheNextEntry) {
  NativeDecoder decoder;
  decoder.start("PRIORITY=1\nMESSAGE=a\n\nFOO=b\n");
  ASSERT_TRUE(decoder.next());
  ASSERT_TRUE(decoder.next());

  EXPECT_FALSE(decoder.peek().priority);
  EXPECT_EQ(decoder.peek().message, "");
}

}  // namespace
}  // namespace logq::wire

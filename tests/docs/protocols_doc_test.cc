// The byte examples of docs/protocols.md are what the codecs of lib/wire produce and understand.
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/control_interfaces.h"
#include "docs/markdown.h"
#include "wire/audit_record.h"
#include "wire/audit_type.h"
#include "wire/kernel_record.h"
#include "wire/native_protocol.h"
#include "wire/stdout_stream.h"
#include "wire/syslog_message.h"
#include "wire/varlink.h"

namespace logq::test {
namespace {

// The blocks of the document, in order: native datagram, stdout stream.
std::vector<std::string> examples() {
  return code_blocks(read_file(LOGQ_SOURCE_DIR "/docs/protocols.md"), "");
}

TEST(ProtocolsDocument, ShowsTheNativeDatagramThatTheCodecMakes) {
  ASSERT_EQ(examples().size(), 3U);
  const std::string datagram = dumped_bytes(examples()[0]);

  std::string encoded;
  wire::encode_native_field("MESSAGE", "two\nlines", encoded);
  wire::encode_native_field("PRIORITY", "6", encoded);
  wire::NativeDecoder decoder;
  decoder.start(datagram);

  EXPECT_EQ(datagram, encoded);
  ASSERT_TRUE(decoder.next());
  EXPECT_THAT(decoder.fields(), testing::ElementsAre("MESSAGE=two\nlines", "PRIORITY=6"));
}

TEST(ProtocolsDocument, ShowsTheStreamHeaderThatTheCodecMakes) {
  ASSERT_EQ(examples().size(), 3U);
  wire::StreamHeader header;
  header.identifier = "hello";
  header.unit_id = "hello.service";
  header.priority = 3 * 8 + 6;
  header.level_prefix = true;

  EXPECT_EQ(dumped_bytes(examples()[1]), wire::encode_stream_header(header) + "<3>broken\n");
  EXPECT_EQ(wire::interpret_line("<3>broken", header).priority, 3 * 8 + 3);
}

TEST(ProtocolsDocument, ShowsASyslogMessageThatTheCodecReads) {
  ASSERT_EQ(examples().size(), 3U);
  const std::string datagram = dumped_bytes(examples()[2]);

  const wire::SyslogMessage message = wire::parse_syslog_message(datagram);

  EXPECT_EQ(message.facility(), 4);
  EXPECT_EQ(message.level(), 2);
  EXPECT_EQ(message.timestamp, "Oct 11 22:14:15 ");
  EXPECT_EQ(message.identifier, "su");
  EXPECT_EQ(message.pid, "7");
  EXPECT_EQ(message.text, "failed");
}

TEST(KernelSourcesDocument, ShowsARecordThatTheCodecReads) {
  const auto blocks = code_blocks(read_file(LOGQ_SOURCE_DIR "/docs/kernel-sources.md"), "");
  ASSERT_GE(blocks.size(), 1U);
  const std::string bytes = dumped_bytes(blocks[0]);

  const auto record = wire::parse_kernel_record(bytes);

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->priority, 6);
  EXPECT_EQ(record->sequence, 339U);
  EXPECT_EQ(record->usec, 5'140'900U);
  EXPECT_EQ(record->text, "usb 1-1: new\\x0a");
  EXPECT_EQ(record->dictionary, " SUBSYSTEM=usb\n DEVICE=c189:0\n");
}

TEST(KernelSourcesDocument, ShowsAnAuditRecordThatTheCodecReads) {
  const auto blocks = code_blocks(read_file(LOGQ_SOURCE_DIR "/docs/kernel-sources.md"), "");
  ASSERT_EQ(blocks.size(), 2U);
  const std::string bytes = dumped_bytes(blocks[1]);

  const auto record = wire::parse_audit_record(bytes);

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->realtime_usec, 1'700'000'000'123'000U);
  EXPECT_EQ(record->id, 45U);
  std::vector<std::string> fields;
  wire::append_audit_fields(record->text, fields);
  EXPECT_THAT(fields,
              testing::ElementsAre("_PID=7", "_EXE=/bin/su", "_COMM=su", "AUDIT_FIELD_ACCT=me"));
  EXPECT_EQ(wire::audit_type_name(1112), "USER_LOGIN");
}

TEST(ControlDocument, ShowsTheCallThatTheCodecMakes) {
  const auto blocks = code_blocks(read_file(LOGQ_SOURCE_DIR "/docs/control.md"), "");
  ASSERT_EQ(blocks.size(), 2U);

  EXPECT_EQ(dumped_bytes(blocks[0]), wire::encode_varlink_call("io.systemd.Journal.Rotate"));
}

TEST(ControlDocument, ShowsTheInterfaceThatTheCollectorDescribes) {
  const auto blocks = code_blocks(read_file(LOGQ_SOURCE_DIR "/docs/control.md"), "");
  ASSERT_EQ(blocks.size(), 2U);

  for (const collect::ControlInterface& interface : collect::control_interfaces()) {
    if (interface.name == "io.logq.Collector") {
      EXPECT_EQ(blocks[1], interface.description);
      return;
    }
  }
  FAIL() << "there is no such interface";
}

}  // namespace
}  // namespace logq::test

// docs/batch-protocol.md is the input: its tables are compared with the structs of
// wire/batch_protocol.h, its examples with what the codec makes, its numbers with the limits.
#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/limits.h"
#include "docs/markdown.h"
#include "wire/batch_protocol.h"
#include "wire/native_protocol.h"

namespace logq::test {
namespace {

using namespace logq::wire;  // NOLINT(google-build-using-namespace): every message

using Place = std::pair<std::size_t, std::size_t>;  // offset and size
using Members = std::map<std::string, Place>;

#define LOGQ_PLACE(owner, name)                  \
  {                                              \
#owner "." #name, {                          \
      offsetof(owner, name), sizeof(owner::name) \
    }                                            \
  }

Members declared_members() {
  return {LOGQ_PLACE(BatchHeader, version),
          LOGQ_PLACE(BatchHeader, type),
          LOGQ_PLACE(BatchHeader, flags),
          LOGQ_PLACE(BatchHeader, count),
          LOGQ_PLACE(BatchHeader, number),
          LOGQ_PLACE(BatchHeader, client_id),
          LOGQ_PLACE(BatchHelloMessage, version),
          LOGQ_PLACE(BatchHelloMessage, type),
          LOGQ_PLACE(BatchHelloMessage, flags),
          LOGQ_PLACE(BatchHelloMessage, message_bytes_max),
          LOGQ_PLACE(BatchHelloMessage, entries_max),
          LOGQ_PLACE(BatchHelloMessage, window),
          LOGQ_PLACE(BatchAckMessage, version),
          LOGQ_PLACE(BatchAckMessage, type),
          LOGQ_PLACE(BatchAckMessage, flags),
          LOGQ_PLACE(BatchAckMessage, reserved),
          LOGQ_PLACE(BatchAckMessage, number),
          LOGQ_PLACE(BatchAckMessage, stored),
          LOGQ_PLACE(BatchAckMessage, unwanted),
          LOGQ_PLACE(BatchAckMessage, invalid),
          LOGQ_PLACE(BatchAckMessage, failed),
          LOGQ_PLACE(BatchRefusalMessage, version),
          LOGQ_PLACE(BatchRefusalMessage, type),
          LOGQ_PLACE(BatchRefusalMessage, flags),
          LOGQ_PLACE(BatchRefusalMessage, reason),
          LOGQ_PLACE(BatchRefusalMessage, number)};
}
#undef LOGQ_PLACE

std::string document() {
  return read_file(LOGQ_SOURCE_DIR "/docs/batch-protocol.md");
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

// Member rows stand below a head row with the struct's name.
Members documented_members() {
  Members members;
  std::string owner;
  for (const auto& row : table_rows(document())) {
    if (row.size() < 4) {
      owner.clear();
    } else if (row[1] == "offset") {
      owner = row[0];
    } else if (!owner.empty() && is_number(row[1]) && is_number(row[2])) {
      members[owner + "." + row[0]] = {std::stoul(row[1]), std::stoul(row[2])};
    }
  }
  return members;
}

TEST(BatchProtocolDocument, HasEveryMemberOfEveryMessage) {
  EXPECT_EQ(documented_members(), declared_members());
}

TEST(BatchProtocolDocument, ShowsTheBatchThatTheCodecMakes) {
  const auto blocks = code_blocks(document(), "");
  ASSERT_EQ(blocks.size(), 2U);
  const std::string message = dumped_bytes(blocks[0]);

  const Id128 id = *Id128::parse("00112233445566778899aabbccddeeff");
  std::string encoded = encode_batch_header({id, 7, 2, {}});
  encode_native_field("MESSAGE", "a", encoded);
  encoded += '\n';
  encode_native_field("MESSAGE", "b", encoded);

  EXPECT_EQ(message, encoded);
}

TEST(BatchProtocolDocument, ShowsTheAcknowledgementThatTheCodecMakes) {
  const auto blocks = code_blocks(document(), "");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(dumped_bytes(blocks[1]), encode_batch_reply(BatchAck{7, 13, 1, 0, 0}));
}

TEST(BatchProtocolDocument, NamesTheLimitsOfTheCollector) {
  const std::string text = document();
  for (const std::string& limit :
       {"header included: " + std::to_string(collect::kBatchMessageBytes),
        "in a batch: " + std::to_string(collect::kBatchEntriesPerMessage),
        "acknowledged: " + std::to_string(collect::kBatchWindow)}) {
    EXPECT_THAT(text, testing::HasSubstr(limit));
  }
  EXPECT_EQ(collect::kBatchSlots, 8U);
  EXPECT_THAT(text, testing::HasSubstr("up to eight messages"));
  EXPECT_EQ(collect::kBatchWorkPerTurn, 512U);
  EXPECT_THAT(text, testing::HasSubstr("makes it 512 units of work"));
  EXPECT_EQ(collect::kBytesPerUnitOfWork, 128U);
  EXPECT_THAT(text, testing::HasSubstr("128 bytes"));
  EXPECT_EQ(collect::kBatchClientsMax, 4096U);
  EXPECT_THAT(text, testing::HasSubstr("room for 4,096 clients"));
  EXPECT_EQ(collect::kBatchConnectionsMax, 1024U);
  EXPECT_EQ(collect::kBatchConnectionsOfUser, 512U);
  EXPECT_THAT(text, testing::HasSubstr("1,024 connections, 512 of a user"));
}

}  // namespace
}  // namespace logq::test

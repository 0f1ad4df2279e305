#include "wire/batch_protocol.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::wire {
namespace {

const Id128 kClient = *Id128::parse("00112233445566778899aabbccddeeff");

std::string batch_message(std::string_view entries = "MESSAGE=a\n") {
  return encode_batch_header({kClient, 7, 1, {}}) + std::string(entries);
}

TEST(BatchProtocol, ABatchComesBackAsItWasSent) {
  const std::string message = batch_message();

  const auto batch = decode_batch(message);

  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->client_id, kClient);
  EXPECT_EQ(batch->number, 7U);
  EXPECT_EQ(batch->count, 1U);
  EXPECT_EQ(batch->entries, "MESSAGE=a\n");
}

TEST(BatchProtocol, AQuestionHasNeitherNumberNorEntries) {
  const auto question = decode_batch(encode_batch_header({kClient, 0, 0, {}}));

  ASSERT_TRUE(question.has_value());
  EXPECT_EQ(question->client_id, kClient);
  EXPECT_EQ(question->number, 0U);
}

TEST(BatchProtocol, RepliesComeBackAsTheyWereSent) {
  const BatchHello hello{1, 2, 3};
  const BatchAck ack{1, 2, 3, 4, 0xffff'ffff'ffff'ffff};
  const BatchRefusal refusal{RefusalReason::kTooLarge, 9};

  EXPECT_EQ(decode_batch_reply(encode_batch_reply(hello)), BatchReply(hello));
  EXPECT_EQ(decode_batch_reply(encode_batch_reply(ack)), BatchReply(ack));
  EXPECT_EQ(decode_batch_reply(encode_batch_reply(refusal)), BatchReply(refusal));
}

TEST(BatchProtocol, AMessageIsRefusedAtEveryShorterLength) {
  const std::string batch = batch_message("A=\n");
  for (std::size_t size = 0; size <= sizeof(BatchHeader); ++size) {
    const auto cut = decode_batch(std::string(batch, 0, size));
    ASSERT_FALSE(cut.has_value()) << size;
    EXPECT_EQ(cut.error().code, Errc::kCorrupt) << size;
  }
  for (const std::string& reply : {encode_batch_reply(BatchHello{}), encode_batch_reply(BatchAck{}),
                                   encode_batch_reply(BatchRefusal{})}) {
    for (std::size_t size = 0; size < reply.size(); ++size)
      ASSERT_FALSE(decode_batch_reply(std::string(reply, 0, size)).has_value()) << size;
  }
}

TEST(BatchProtocol, ALaterCollectorMaySayMore) {
  const BatchHello hello{1, 2, 3};
  EXPECT_EQ(decode_batch_reply(encode_batch_reply(hello) + "more"), BatchReply(hello));
}

struct BadByte {
  std::size_t offset;
  char value;
  Errc error;
};

TEST(BatchProtocol, WhatIsNotKnownIsToldFromWhatIsWrong) {
  for (const BadByte& bad : {BadByte{0, 2, Errc::kUnsupported}, BadByte{0, 0, Errc::kUnsupported},
                             BadByte{1, 2, Errc::kCorrupt}, BadByte{1, 3, Errc::kUnsupported},
                             BadByte{1, char(129), Errc::kUnsupported},
                             BadByte{2, 1, Errc::kUnsupported}, BadByte{3, 1, Errc::kUnsupported},
                             BadByte{4, 0, Errc::kCorrupt}, BadByte{8, 0, Errc::kCorrupt}}) {
    std::string message = batch_message();
    message[bad.offset] = bad.value;
    const auto decoded = decode_batch(message);
    ASSERT_FALSE(decoded.has_value()) << bad.offset;
    EXPECT_EQ(decoded.error().code, bad.error) << bad.offset;
  }
}

TEST(BatchProtocol, AClientHasAnId) {
  EXPECT_FALSE(decode_batch(encode_batch_header({Id128{}, 1, 1, {}}) + "A=\n").has_value());
}

TEST(BatchProtocol, AQuestionThatSaysMoreIsMalformed) {
  const std::string question = encode_batch_header({kClient, 0, 0, {}});
  EXPECT_FALSE(decode_batch(question + "x").has_value());
}

TEST(BatchProtocol, TheNumberAndTheCountOfARefusedBatchCanBeTold) {
  std::string message = batch_message();
  message[2] = 1;

  EXPECT_EQ(peek_batch_number(message), 7U);
  EXPECT_EQ(peek_batch_count(message.substr(0, 32)), 1U);
  EXPECT_EQ(peek_batch_number(message.substr(0, 31)), 0U);
  EXPECT_EQ(peek_batch_count(message.substr(0, 31)), 0U);
  message[0] = 2;
  EXPECT_EQ(peek_batch_number(message), 0U);
  EXPECT_EQ(peek_batch_count(message), 0U);
}

TEST(BatchProtocol, RepliesOfAnotherVersionOrTypeAreNotUnderstood) {
  std::string reply = encode_batch_reply(BatchHello{});
  reply[1] = 1;
  EXPECT_EQ(decode_batch_reply(reply).error().code, Errc::kUnsupported);
  reply[0] = 2;
  EXPECT_EQ(decode_batch_reply(reply).error().code, Errc::kUnsupported);
}

}  // namespace
}  // namespace logq::wire

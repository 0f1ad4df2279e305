#include "wire/batch_protocol.h"

#include <algorithm>
#include <cstring>

namespace logq::wire {
namespace {

// The message at the beginning of `bytes`, where they are enough.
template <typename Message>
std::optional<Message> read_message(std::string_view bytes) {
  if (bytes.size() < sizeof(Message)) return std::nullopt;
  Message message;
  std::memcpy(&message, bytes.data(), sizeof(message));
  return message;
}

template <typename Message>
std::string to_bytes(const Message& message) {
  std::string bytes(sizeof(message), '\0');
  std::memcpy(bytes.data(), &message, sizeof(message));
  return bytes;
}

template <typename Message>
Message begin_message(BatchType type) {
  Message message{};
  message.version = kBatchVersion;
  message.type = static_cast<std::uint8_t>(type);
  return message;
}

Error too_short() {
  return Error::corrupt(0, "message shorter than its type says");
}

Result<BatchReply> decode_hello(std::string_view bytes) {
  const auto message = read_message<BatchHelloMessage>(bytes);
  if (!message.has_value()) return fail(too_short());
  return BatchHello{message->message_bytes_max, message->entries_max, message->window};
}

Result<BatchReply> decode_ack(std::string_view bytes) {
  const auto message = read_message<BatchAckMessage>(bytes);
  if (!message.has_value()) return fail(too_short());
  return BatchAck{message->number, message->stored, message->unwanted, message->invalid,
                  message->failed};
}

Result<BatchReply> decode_refusal(std::string_view bytes) {
  const auto message = read_message<BatchRefusalMessage>(bytes);
  if (!message.has_value()) return fail(too_short());
  return BatchRefusal{static_cast<RefusalReason>(message->reason.load()), message->number};
}

}  // namespace

Result<Batch> decode_batch(std::string_view message) {
  // The version comes first: what follows it in another one is not for us to judge.
  if (message.empty()) return fail(Error::corrupt(0, "empty message"));
  if (static_cast<std::uint8_t>(message[0]) != kBatchVersion) {
    return fail(Error::make(Errc::kUnsupported, "version is not known"));
  }
  const auto header = read_message<BatchHeader>(message);
  if (!header.has_value()) return fail(too_short());
  const bool is_batch = header->type == static_cast<std::uint8_t>(BatchType::kBatch);
  const bool is_resume = header->type == static_cast<std::uint8_t>(BatchType::kResume);
  if (!is_batch && !is_resume) return fail(Error::make(Errc::kUnsupported, "type is not known"));
  if (header->flags != 0) return fail(Error::make(Errc::kUnsupported, "flags are not known"));
  Batch batch;
  std::ranges::copy(header->client_id, batch.client_id.bytes.begin());
  batch.number = header->number;
  batch.count = header->count;
  batch.entries = message.substr(sizeof(BatchHeader));
  if (batch.client_id.is_null()) return fail(Error::corrupt(16, "no client id"));
  const bool has_entries = batch.number != 0 && batch.count != 0 && !batch.entries.empty();
  const bool has_none = batch.number == 0 && batch.count == 0 && batch.entries.empty();
  if (is_batch && !has_entries) return fail(Error::corrupt(4, "batch without number or entries"));
  if (is_resume && !has_none) return fail(Error::corrupt(4, "question with number or entries"));
  return batch;
}

std::string encode_batch_header(const Batch& batch) {
  auto header =
      begin_message<BatchHeader>(batch.number == 0 ? BatchType::kResume : BatchType::kBatch);
  header.count = batch.count;
  header.number = batch.number;
  std::ranges::copy(batch.client_id.bytes, header.client_id);
  return to_bytes(header);
}

std::uint64_t peek_batch_number(std::string_view message) {
  const auto header = read_message<BatchHeader>(message);
  if (!header.has_value() || header->version != kBatchVersion) return 0;
  return header->number;
}

std::uint32_t peek_batch_count(std::string_view message) {
  const auto header = read_message<BatchHeader>(message);
  if (!header.has_value() || header->version != kBatchVersion) return 0;
  return header->count;
}

std::string encode_batch_reply(const BatchHello& hello) {
  auto message = begin_message<BatchHelloMessage>(BatchType::kHello);
  message.message_bytes_max = hello.message_bytes_max;
  message.entries_max = hello.entries_max;
  message.window = hello.window;
  return to_bytes(message);
}

std::string encode_batch_reply(const BatchAck& ack) {
  auto message = begin_message<BatchAckMessage>(BatchType::kAck);
  message.number = ack.number;
  message.stored = ack.stored;
  message.unwanted = ack.unwanted;
  message.invalid = ack.invalid;
  message.failed = ack.failed;
  return to_bytes(message);
}

std::string encode_batch_reply(const BatchRefusal& refusal) {
  auto message = begin_message<BatchRefusalMessage>(BatchType::kRefusal);
  message.reason = static_cast<std::uint32_t>(refusal.reason);
  message.number = refusal.number;
  return to_bytes(message);
}

Result<BatchReply> decode_batch_reply(std::string_view message) {
  if (message.size() < 2) return fail(too_short());
  if (static_cast<std::uint8_t>(message[0]) != kBatchVersion) {
    return fail(Error::make(Errc::kUnsupported, "version is not known"));
  }
  switch (static_cast<BatchType>(message[1])) {
    case BatchType::kHello:
      return decode_hello(message);
    case BatchType::kAck:
      return decode_ack(message);
    case BatchType::kRefusal:
      return decode_refusal(message);
    case BatchType::kBatch:
    case BatchType::kResume:
      break;
  }
  return fail(Error::make(Errc::kUnsupported, "type is not known"));
}

}  // namespace logq::wire

// FakeTransport: keeps the entries it is given, as owned text, and answers as the test says.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "client/entry_fields.h"
#include "logq/transport.h"

namespace logq::test {

using StoredFields = std::vector<std::pair<std::string, std::string>>;

// The values of one field, in the order sent.
inline std::vector<std::string> values_of(const StoredFields& fields, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : fields) {
    if (key == name) values.push_back(value);
  }
  return values;
}

inline std::string value_of(const StoredFields& fields, std::string_view name) {
  const auto values = values_of(fields, name);
  return values.empty() ? "(absent)" : values.front();
}

// What a FakeTransport shares with the test, which outlives it.
struct Recording {
  std::mutex mutex;
  std::vector<StoredFields> entries;
  std::deque<SendResult> answers;  // taken one by one; when empty everything is sent
  FlushResult flush_answer = FlushResult::kFlushed;
  int flushes = 0;
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(Recording& recording) : recording_(recording) {}

  SendResult send(const Entry& entry) noexcept override {
    const std::scoped_lock lock(recording_.mutex);
    errno = EIO;  // a careless transport
    if (!recording_.answers.empty()) {
      const SendResult answer = recording_.answers.front();
      recording_.answers.pop_front();
      if (answer.status != SendStatus::kSent) return answer;
    }
    StoredFields fields;
    client::for_each_field(entry, [&](std::string_view name, const Value& value) {
      std::string text;
      value.append_to(text);
      fields.emplace_back(name, std::move(text));
    });
    recording_.entries.push_back(std::move(fields));
    return {};
  }
  FlushResult flush(std::chrono::milliseconds /*timeout*/) noexcept override {
    ++recording_.flushes;
    return recording_.flush_answer;
  }
  [[nodiscard]] std::string describe_failure() const override { return "fake: refused"; }

 private:
  Recording& recording_;
};

}  // namespace logq::test

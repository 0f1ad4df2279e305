// One input of the differential tests (input_differential_test.cc).
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace logq::test {

struct InputSample {
  std::string name;  // what is odd about it
  std::string bytes;
  // Descriptors to send along; made anew for every peer.
  std::function<std::vector<base::UniqueFd>()> descriptors{};
  uid_t uid = 0;  // the sender; the tests run as root
  // For a purposeful difference from journald 252: its row of docs/protocols.md. The peers must
  // then differ.
  std::string difference{};
};

using InputSamples = std::vector<InputSample>;

// What a stream's client does, one step after the other; the peer has read each before the next.
struct StreamStep {
  std::string bytes;
  bool by_another_process = false;
};

struct StreamSample {
  std::string name;
  std::vector<StreamStep> steps;
  std::string difference{};
};

using StreamSamples = std::vector<StreamSample>;

template <typename T>
void append(std::vector<T>& all, std::vector<T> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace logq::test

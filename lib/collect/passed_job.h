// PassedJob: a file that a client passed, on its way to becoming entries. What takes long is done
// by advance(), on a thread; until it has returned nobody else touches more than the first part.
#pragma once

#include <cstdint>
#include <optional>

#include "base/unique_fd.h"
#include "collect/control_message.h"
#include "collect/passed_file.h"
#include "journal/prepared_values.h"
#include "wire/native_protocol.h"

namespace logq::collect {

struct PassedJob {
  enum class State : std::uint8_t {
    kWaiting,    ///< for a thread: to be read, or for its next entry to be prepared
    kAdvancing,  ///< on that thread, which says what comes next in `advanced_to`
    kReady,      ///< `decoder` stands at an entry that can be stored
    kRefused,    ///< no acceptable file
    kEnd,        ///< behind the last entry
  };

  // Reads the file if that has not been done, and prepares the values of the next entry if it is
  // large.
  void advance();
  // Behind an entry that is stored. Does not take long: what would is left to advance().
  void move_on();

  std::uint64_t number = 0;  // in the order of arrival
  std::uint64_t bytes = 0;   // that it counts for
  std::uint64_t arrived_usec = 0;
  bool can_hang = false;
  journal::PreparedValues::Compress compress = journal::PreparedValues::Compress::kYes;
  ControlData control;  // whose message it came with
  State state = State::kWaiting;

  base::UniqueFd fd;
  State advanced_to = State::kWaiting;
  PassedFile file;
  wire::NativeDecoder decoder;
  std::optional<journal::FileKey> key;  // of the file that takes the entries, as far as is known
  std::optional<journal::PreparedValues> prepared;
  std::uint64_t progress_word = 0;  // nobody replays it

 private:
  State open();
  [[nodiscard]] bool is_large() const;

  bool opened_ = false;
};

}  // namespace logq::collect

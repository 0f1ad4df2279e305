// The table of logq's options: the command line, --help, docs/journalctl-parity.md, the manual page
// and what shells complete are made of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/option_table.h"
#include "logq/options/options.h"

namespace logq::cli {

// How far an option does what journalctl's of the same name does.
enum class Parity : std::uint8_t {
  kThere,
  kPartly,  ///< the remark says what is missing
  kNotYet,  ///< it is refused with a message
  kOurs,    ///< journalctl has no such option
};

struct OptionRow {
  Option<Options> option;
  Parity parity = Parity::kThere;
  int since = 0;            // the systemd version that introduced it, 0: before 228
  const char* remark = "";  // for the parity page
};

// Headings of --help, as journalctl's.
inline constexpr const char* kSourceGroup = "Source Options";
inline constexpr const char* kFilterGroup = "Filtering Options";
inline constexpr const char* kAggregateGroup = "Counting Options";
inline constexpr const char* kOutputGroup = "Output Control Options";
inline constexpr const char* kPagerGroup = "Pager Control Options";
inline constexpr const char* kSealingGroup = "Forward Secure Sealing (FSS) Options";
inline constexpr const char* kCommandGroup = "Commands";

// All rows, in the order of --help. They live as long as the program.
std::vector<OptionRow> option_rows();

// The parts of it, one file each.
std::span<const OptionRow> source_option_rows();
std::span<const OptionRow> filter_option_rows();
std::span<const OptionRow> aggregate_option_rows();
std::span<const OptionRow> output_option_rows();
std::span<const OptionRow> command_option_rows();

}  // namespace logq::cli

#include "journal/conformance_entries.h"

#include <random>

#include "journal/writer_support.h"
#include "wire/export_format.h"

namespace logq::journal::test {
namespace {

constexpr std::uint64_t kEntries = 420;
constexpr std::uint64_t kEntriesPerBoot = 105;

// Sizes of values around what compressors take and refuse, and where objects need padding.
constexpr std::size_t kSizes[] = {1,    2,    7,    8,     9,     15,    79,    80,    81,   500,
                                  505,  506,  507,  508,   511,   512,   513,   600,   4095, 4096,
                                  4097, 5000, 9999, 16384, 40000, 65535, 65536, 100000};

// Binary and incompressible, NULs and newlines among it.
std::string noise(std::size_t size, std::uint64_t seed) {
  std::minstd_rand random(seed + 1);
  std::string bytes(size, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random() >> 8);
  return bytes;
}

std::string text(std::size_t size, std::uint64_t seed) {
  std::string repeated = "line " + std::to_string(seed) + " of a trace that repeats itself\n";
  while (repeated.size() < size)
    repeated += repeated;
  return repeated.substr(0, size);
}

// Boots end and begin at the same microsecond; in each, times stand still for a while.
EntryTime time_of(std::uint64_t n) {
  const std::uint64_t boot = n / kEntriesPerBoot;
  std::uint64_t step = n % kEntriesPerBoot;
  if (step >= 20 && step < 30) step = 20;  // ten entries at one moment
  const std::uint64_t begin = kStart + boot * (kEntriesPerBoot - 1) * 1000;
  EntryTime time;
  time.realtime_usec = begin + step * 1000;
  // The clock stands while monotonic time goes on, and the other way round.
  if (step >= 50 && step < 55) time.realtime_usec = begin + 50 * 1000;
  time.monotonic_usec = 5'000'000 + step * 1000;
  if (step >= 60 && step < 65) time.monotonic_usec = 5'000'000 + 60 * 1000;
  time.boot_id.bytes.fill(static_cast<std::uint8_t>(0x11 * (boot + 1)));
  return time;
}

void add_sized_values(std::uint64_t n, std::vector<std::string>& payloads) {
  if (n % 5 != 0) return;
  const std::uint64_t which = n / 5;
  const std::size_t size = kSizes[which % std::size(kSizes)];
  if (which / std::size(kSizes) % 2 == 0) {
    payloads.push_back("NOISE=" + noise(size, which));
  } else {
    payloads.push_back("TEXT=" + text(size, which % 2));
  }
  // Large values that several entries share.
  if (n % 40 == 0) payloads.push_back("TRACE=" + text(3000, n % 3));
}

void add_repeated_fields(std::uint64_t n, std::vector<std::string>& payloads) {
  if (n % 7 == 0) {
    payloads.insert(payloads.end(), {"TAG=first", "TAG=second", "TAG=" + std::to_string(n % 3)});
  }
  if (n % 11 == 0) payloads.insert(payloads.end(), {"TWICE=same", "TWICE=same"});
  if (n % 13 == 0)
    payloads.insert(payloads.end(),
                    {"EMPTY=", "EQUALS==a=b", "NUL=a" + std::string(1, '\0') + "b"});
  if (n == 200) {
    for (int i = 0; i < 200; ++i)
      payloads.push_back("WIDE=" + std::to_string(i));
  }
  if (n == 210) payloads.push_back(std::string(64, 'N') + "=the longest name");
}

SourceEntry entry_at(std::uint64_t n) {
  SourceEntry entry{time_of(n), {}};
  entry.payloads = {"_BOOT_ID=" + entry.time.boot_id.to_string(), "COMMON=yes"};
  // Three entries at one moment that say the same.
  if (n % kEntriesPerBoot >= 22 && n % kEntriesPerBoot < 25) {
    entry.payloads.emplace_back("MESSAGE=again");
    return entry;
  }
  const std::vector<std::string> usual = {
      "MESSAGE=message " + std::to_string(n), "PRIORITY=" + std::to_string(n % 8),
      "UNIT=" + std::to_string(n * n % 17), "HALF=" + std::to_string(n * 2 / kEntries),
      "RARE=" + std::to_string(n / 3)};
  entry.payloads.insert(entry.payloads.end(), usual.begin(), usual.end());
  add_sized_values(n, entry.payloads);
  add_repeated_fields(n, entry.payloads);
  return entry;
}

}  // namespace

std::vector<SourceEntry> hard_entries() {
  std::vector<SourceEntry> entries;
  for (std::uint64_t n = 0; n < kEntries; ++n)
    entries.push_back(entry_at(n));
  return entries;
}

std::string to_export(const std::vector<SourceEntry>& entries) {
  std::string out;
  for (const SourceEntry& entry : entries) {
    out += "__REALTIME_TIMESTAMP=" + std::to_string(entry.time.realtime_usec) + "\n";
    out += "__MONOTONIC_TIMESTAMP=" + std::to_string(entry.time.monotonic_usec) + "\n";
    for (const std::string& payload : entry.payloads)
      wire::encode_export_field(payload, out);
    out += "\n";
  }
  return out;
}

}  // namespace logq::journal::test

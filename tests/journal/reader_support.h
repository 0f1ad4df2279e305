// What tests of the reading half share: files made by the real systemd-journal-remote, what stock
// journalctl says is in them, and what our Journal says.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "support/file_bytes.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::test {

// Payloads "NAME=value" in the order of the Journal Export Format, addresses (`__…`) first.
using Entry = std::vector<std::string>;

inline constexpr const char* kJournalRemote = "/lib/systemd/systemd-journal-remote";
inline constexpr const char* kNoPeers = "systemd-journal-remote or journalctl is not installed";

inline bool peers_installed() {
  return ::access(kJournalRemote, X_OK) == 0 && journalctl_installed();
}

inline void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string read_file(const std::string& path) {
  return file_bytes(path);
}

inline int run_shell(const std::string& command) {
  return ::system((command + " >/dev/null 2>&1").c_str());
}

inline void append_field(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  if (value.find('\n') == std::string_view::npos) {
    text += '=';
    text += value;
  } else {
    const std::uint64_t size = value.size();
    text += '\n';
    text.append(reinterpret_cast<const char*>(&size), sizeof(size));
    text += value;
  }
  text += '\n';
}

inline constexpr std::uint64_t kFirstRealtime = 1'700'000'000'000'000;
inline constexpr const char* kBootId = "11111111111111111111111111111111";
inline constexpr const char* kMachineId = "22222222222222222222222222222222";

// One entry as export text. Numbers vary the fields; times are a second apart.
inline std::string export_entry(int number, std::string_view source = "a") {
  std::string text;
  const auto time = static_cast<std::uint64_t>(number) * 1'000'000;
  append_field(text, "__REALTIME_TIMESTAMP", std::to_string(kFirstRealtime + time));
  append_field(text, "__MONOTONIC_TIMESTAMP", std::to_string(1'000'000 + time));
  append_field(text, "_BOOT_ID", kBootId);
  append_field(text, "_MACHINE_ID", kMachineId);
  append_field(text, "SOURCE", source);
  append_field(text, "MESSAGE", "message " + std::to_string(number) + " of " + std::string(source));
  append_field(text, "PRIORITY", std::to_string(number % 8));
  append_field(text, "GROUP", std::to_string(number % 3));
  if (number % 5 == 0)
    append_field(text, "LONG", std::string(3000, static_cast<char>('a' + number % 26)));
  if (number % 7 == 0) append_field(text, "LINES", "one\ntwo " + std::to_string(number));
  if (number % 11 == 0) append_field(text, "GROUP", "twice");
  return text + "\n";
}

inline std::string export_entries(int first, int end, int step = 1, std::string_view source = "a") {
  std::string text;
  for (int i = first; i < end; i += step)
    text += export_entry(i, source);
  return text;
}

// Makes (or appends to) a journal file; `how` is environment and options of journal-remote.
inline void make_journal(const std::string& path,
                         const std::string& export_text,
                         const std::string& environment = "",
                         const std::string& options = "") {
  const std::string source = path + ".export";
  write_file(source, export_text);
  const int status = run_shell(environment + " " + kJournalRemote + " " + options + " -o " +
                               shell_quoted(path) + " " + shell_quoted(source));
  std::filesystem::remove(source);
  if (status != 0) throw std::runtime_error("systemd-journal-remote failed");
}

// Unpacks FILE.zst; false when the data or zstd are not here.
inline bool unpack_zstd(const std::string& from, const std::string& to) {
  return ::access(from.c_str(), R_OK) == 0 &&
         run_shell("zstd -q -d -f " + shell_quoted(from) + " -o " + shell_quoted(to)) == 0;
}

inline std::vector<Entry> parse_export_entries(std::string_view text) {
  std::vector<Entry> entries;
  Entry entry;
  while (!text.empty()) {
    const std::size_t stop = text.find_first_of("=\n");
    if (stop == 0) {
      if (!entry.empty()) entries.push_back(std::move(entry));
      entry.clear();
      text.remove_prefix(1);
      continue;
    }
    if (stop == std::string_view::npos) throw std::runtime_error("export: cut off");
    std::string payload(text.substr(0, stop));
    if (text[stop] == '=') {
      const std::size_t end = text.find('\n', stop);
      payload += text.substr(stop, end - stop);
      text.remove_prefix(end + 1);
    } else {
      std::uint64_t size = 0;
      std::memcpy(&size, text.data() + stop + 1, sizeof(size));
      payload += '=';
      payload += text.substr(stop + 9, size);
      text.remove_prefix(stop + 9 + size + 1);
    }
    entry.push_back(std::move(payload));
  }
  if (!entry.empty()) entries.push_back(std::move(entry));
  return entries;
}

// The current entry in the shape that `journalctl -o export` of 252 gives.
inline Entry current_entry(journal::Journal& journal) {
  const journal::EntryInfo& info = journal.entry();
  Entry entry{"__CURSOR=" + journal.cursor().to_string(),
              "__REALTIME_TIMESTAMP=" + std::to_string(info.realtime_usec),
              "__MONOTONIC_TIMESTAMP=" + std::to_string(info.monotonic_usec),
              "_BOOT_ID=" + info.boot_id.to_string()};
  journal.for_each_payload([&entry](std::string_view payload) {
    if (!payload.starts_with("_BOOT_ID=")) entry.emplace_back(payload);
    return true;
  });
  return entry;
}

inline std::vector<Entry> read_forward(journal::Journal& journal) {
  std::vector<Entry> entries;
  journal.seek_head();
  while (journal.next())
    entries.push_back(current_entry(journal));
  return entries;
}

inline std::vector<Entry> read_backward(journal::Journal& journal) {
  std::vector<Entry> entries;
  journal.seek_tail();
  while (journal.previous())
    entries.push_back(current_entry(journal));
  return entries;
}

// The values of one field, entry by entry; "" where it is missing.
inline std::vector<std::string> values_of(const std::vector<Entry>& entries,
                                          std::string_view name) {
  std::vector<std::string> values;
  for (const Entry& entry : entries) {
    values.emplace_back();
    for (const std::string& payload : entry) {
      if (payload.size() <= name.size() || payload[name.size()] != '=') continue;
      if (payload.starts_with(name)) values.back() = payload.substr(name.size() + 1);
    }
  }
  return values;
}

}  // namespace logq::test

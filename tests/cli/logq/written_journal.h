// A journal file that a test writes entry by entry, and this build's logq reading its directory.
#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/io.h"
#include "journal/file_writer.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {

class WrittenJournal {
 public:
  WrittenJournal() { begin_file("system.journal"); }

  // Later entries go into this file.
  void begin_file(const std::string& name) {
    auto writer = journal::FileWriter::create(dir_.path() + "/" + name, {});
    if (!writer) throw std::runtime_error("cannot write a journal file");
    writer_ = std::move(*writer);
  }

  // Archives the file; later entries go into another.
  void rotate() {
    const journal::SequencePosition position = writer_->sequence();
    if (!writer_->archive()) throw std::runtime_error("cannot archive");
    journal::WriterOptions options;
    options.sequence = position;
    auto writer = journal::FileWriter::create(dir_.path() + "/system.journal", options);
    if (!writer) throw std::runtime_error("cannot write a journal file");
    writer_ = std::move(*writer);
  }

  void append(const std::string& message) { append_after(1, message); }

  void append_after(std::uint64_t step_usec, const std::string& message) {
    append_fields(step_usec, {"MESSAGE=" + message});
  }

  void append_fields(std::uint64_t step_usec, std::vector<std::string> fields) {
    fields.push_back("_BOOT_ID=" + base::boot_id().to_string());
    now_usec_ += step_usec;
    const std::vector<std::string_view> payloads(fields.begin(), fields.end());
    if (!writer_->append({now_usec_, now_usec_, base::boot_id()}, payloads)) {
      throw std::runtime_error("cannot append");
    }
    writer_->publish();
    writer_->wake_followers();
  }

  void append_at(const journal::EntryTime& time) {
    const std::array<std::string_view, 1> payloads = {"MESSAGE=then"};
    if (!writer_->append(time, payloads)) throw std::runtime_error("cannot append");
    writer_->publish();
  }

  void append_in_boot(const Id128& boot, const std::string& message) {
    const std::string boot_field = "_BOOT_ID=" + boot.to_string();
    const std::array<std::string_view, 2> payloads = {message, boot_field};
    if (!writer_->append({++now_usec_, now_usec_, boot}, payloads)) {
      throw std::runtime_error("cannot append");
    }
    writer_->publish();
  }

  [[nodiscard]] std::string directory() const { return dir_.path(); }
  [[nodiscard]] std::uint64_t last_usec() const { return now_usec_; }

  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv = {std::string(LOGQ_BIN_DIR) + "/logq", "-D", dir_.path()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
  }

  [[nodiscard]] CommandResult logq(const std::vector<std::string>& arguments,
                                   const Environment& environment = {}) const {
    return run_command({command(arguments), environment, {}});
  }

 private:
  TempDir dir_;
  std::unique_ptr<journal::FileWriter> writer_;
  std::uint64_t now_usec_ = 1'700'000'000'000'000;
};

}  // namespace logq::test

// Which journal files a command reads, and what is said about those that cannot be read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/exit_status.h"
#include "journal/journal.h"
#include "logq/options/options.h"
#include "logq/source/damage_report.h"

namespace logq::cli {

struct Source {
  std::unique_ptr<journal::Journal> journal;  // never null
  std::shared_ptr<DamageReport> damage;       // never null
  bool named_files = false;                   // from --file
  bool nothing_readable = false;              // there were files, but not one could be opened

  // Whether the command ends with a failure although it has shown what is there: when nothing could
  // be opened or a file asked for by name is cut short. Any other damage, and one bad file of a
  // directory, is reported and no failure, as with journalctl.
  [[nodiscard]] bool is_failure() const;
};

// Puts what can be opened in the place of standard input and of a machine's name. To be called once
// and before all else here.
Outcome<void> find_source(SourceOptions& source);

// Opens what -D, --file or --root name, else the system's journal and what logqd keeps for this
// user. A named directory or file that cannot be read is a failure that names it; damage in one of
// many files is a line on standard error, now and later, and reading goes on without it. When files
// may not be read, one line says who may.
Outcome<Source> open_source(const Options& options);

// The paths of the journal files of the source, whether they can be read or not, sorted by
// directory; of -D those of its machine-id subdirectories too.
Outcome<std::vector<std::string>> source_files(const Options& options);

// The same as directories, for commands that work on those. Missing ones are left out. REQUIRES: no
// --file.
Outcome<std::vector<std::string>> source_directories(const Options& options);

}  // namespace logq::cli

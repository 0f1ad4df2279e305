// docs/journalctl-parity.md is what the table of options says.
#include "logq/pages/parity_page.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "logq/options/option_table.h"
#include "support/child_process.h"

namespace logq::cli {
namespace {

TEST(ParityPage, IsTheCommittedOne) {
  const std::string committed =
      test::read_text_file(std::string(LOGQ_SOURCE_DIR) + "/docs/journalctl-parity.md");

  EXPECT_TRUE(parity_page() == committed)
      << "run: build/dev/bin/logq-parity-page >docs/journalctl-parity.md";
}

// The options of facts 7.1 as systemd 262 has them.
TEST(ParityPage, NamesEveryOptionOfJournalctl) {
  std::set<std::string> ours;
  for (const OptionRow& row : option_rows())
    ours.insert(row.option.spec.long_name);

  for (const char* const name : {"system",
                                 "user",
                                 "machine",
                                 "merge",
                                 "directory",
                                 "file",
                                 "root",
                                 "image",
                                 "image-policy",
                                 "namespace",
                                 "since",
                                 "until",
                                 "cursor",
                                 "after-cursor",
                                 "cursor-file",
                                 "boot",
                                 "this-boot",
                                 "unit",
                                 "user-unit",
                                 "invocation",
                                 "identifier",
                                 "exclude-identifier",
                                 "priority",
                                 "facility",
                                 "grep",
                                 "case-sensitive",
                                 "dmesg",
                                 "output",
                                 "output-fields",
                                 "lines",
                                 "reverse",
                                 "show-cursor",
                                 "utc",
                                 "catalog",
                                 "no-hostname",
                                 "full",
                                 "no-full",
                                 "all",
                                 "follow",
                                 "no-tail",
                                 "truncate-newline",
                                 "quiet",
                                 "synchronize-on-exit",
                                 "no-pager",
                                 "pager-end",
                                 "interval",
                                 "verify-key",
                                 "force",
                                 "help",
                                 "version",
                                 "fields",
                                 "field",
                                 "list-boots",
                                 "list-invocations",
                                 "list-namespaces",
                                 "disk-usage",
                                 "vacuum-size",
                                 "vacuum-files",
                                 "vacuum-time",
                                 "verify",
                                 "sync",
                                 "relinquish-var",
                                 "smart-relinquish-var",
                                 "flush",
                                 "rotate",
                                 "header",
                                 "list-catalog",
                                 "dump-catalog",
                                 "update-catalog",
                                 "setup-keys",
                                 "new-id128",
                                 "introspect-cli"})
    EXPECT_TRUE(ours.contains(name)) << name;
}

TEST(ParityPage, SaysWhatIsMissingAndWhy) {
  for (const OptionRow& row : option_rows()) {
    if (row.parity != Parity::kPartly && row.parity != Parity::kNotYet) continue;
    EXPECT_NE(std::string(row.remark), "") << row.option.spec.long_name;
  }
}

}  // namespace
}  // namespace logq::cli

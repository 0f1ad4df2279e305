// packaging/man/logq.1 is what is written by hand and what the table of options says, and a page
// that the readers of manual pages find nothing wrong with.
#include "logq/pages/man_page.h"

#include <gtest/gtest.h>

#include "logq/options/option_table.h"
#include "support/child_process.h"

namespace logq::cli {
namespace {

using test::CommandResult;

const std::string kPage = std::string(LOGQ_SOURCE_DIR) + "/packaging/man/logq.1";

bool is_installed(const std::string& program) {
  return test::run_command({{"sh", "-c", "command -v " + program}, {}, {}}).status == 0;
}

TEST(ManPage, IsTheCommittedOne) {
  const std::string written = test::read_text_file(kPage + ".in");

  ASSERT_NE(written, "");
  EXPECT_TRUE(man_page(written) == test::read_text_file(kPage))
      << "run: build/dev/bin/logq-man-page <packaging/man/logq.1.in >packaging/man/logq.1";
}

TEST(ManPage, DescribesEveryOptionThatIsThere) {
  const std::string page = man_page("@OPTIONS@\n");

  EXPECT_NE(page.find("\\fB\\-u\\fR, \\fB\\-\\-unit\\fR=\\fIUNIT\\fR\n"), std::string::npos);
  EXPECT_NE(page.find("\\fB\\-\\-lines\\fR[=\\fI[+]N\\fR]\n"), std::string::npos);
  EXPECT_NE(page.find(".SS Filtering Options\n"), std::string::npos);
  EXPECT_EQ(page.find("new\\-id128"), std::string::npos);
  EXPECT_EQ(page.find("image"), std::string::npos);
}

TEST(ManPage, HasNothingThatMandocWouldComplainAbout) {
  if (!is_installed("mandoc")) GTEST_SKIP() << "mandoc is not installed";

  const CommandResult checked = test::run_command({{"mandoc", "-Tlint", kPage}, {}, {}});

  EXPECT_EQ(checked.out + checked.err, "");
  EXPECT_EQ(checked.status, 0);
}

TEST(ManPage, HasNothingThatGroffWouldWarnOf) {
  if (!is_installed("groff")) GTEST_SKIP() << "groff is not installed";

  const CommandResult shown =
      test::run_command({{"groff", "-man", "-ww", "-Tascii", "-P-cbou", kPage}, {}, {}});

  EXPECT_EQ(shown.err, "");
  EXPECT_EQ(shown.status, 0);
  for (const char* const section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES",
                                    "EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"})
    EXPECT_NE(shown.out.find(section), std::string::npos) << section;
}

}  // namespace
}  // namespace logq::cli

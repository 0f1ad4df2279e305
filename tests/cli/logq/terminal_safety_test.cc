// What is in a journal commands no terminal: control sequences in values, names of fields and names
// of files reach one with -a only.
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"
#include "written_journal.h"

namespace logq::test {
namespace {

// A title, a colour and the one-character form of ESC [, which UTF-8 writes as two bytes.
const std::string kHostile =
    "\x1b]0;title\a\x1b[31mred\xc2\x9b"
    "2J\x9b"
    "2J\x7f";

bool commands_terminal(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n' || byte == '\r' || byte == '\t') continue;  // \r is the terminal's own
    if (byte < 0x20 || byte == 0x7f) return true;
    const auto before = static_cast<unsigned char>(i > 0 ? text[i - 1] : '\0');
    if (byte >= 0x80 && byte < 0xa0 && (before < 0x80 || before == 0xc2)) return true;
  }
  return false;
}

// Progress, which is shown where a verdict takes a tenth of a second, begins and ends with this.
std::string without_erasures(std::string text) {
  static const std::string kErasure = "\r\x1b[K";
  for (std::size_t at = 0; (at = text.find(kErasure, at)) != std::string::npos;)
    text.erase(at, kErasure.size());
  return text;
}

class TerminalSafety : public testing::Test {
 protected:
  void SetUp() override {
    if (run_command({{"script", "--version"}, {}, {}}).status != 0) {
      GTEST_SKIP() << "script is not installed";
    }
    std::vector<std::string> fields;
    for (const char* const name :
         {"MESSAGE", "SYSLOG_IDENTIFIER", "_HOSTNAME", "_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT",
          "_COMM", "_PID", "PRIORITY", "UNIT", "CODE_FILE", "CONFIG_FILE", "DOCUMENTATION",
          "_SYSTEMD_INVOCATION_ID", "_TRANSPORT", "_MACHINE_ID", "OTHER"})
      fields.push_back(std::string(name) + "=" + kHostile);
    fields.push_back("BLOB=" + kHostile.substr(0, 10) + std::string(12, 'x'));  // 27 bytes
    fields.push_back(kHostile + "=name");
    journal_.append_fields(1, fields);
    journal_.append("plain");
  }

  // Both outputs, as the terminal gets them, without colours and erasures of ours.
  std::string on_terminal(const std::vector<std::string>& arguments) {
    std::string command = "exec";
    for (const std::string& word : journal_.command(arguments))
      command += " '" + word + "'";
    Environment environment = catalog_environment();
    environment.insert(environment.end(), {{"TERM", "xterm"},
                                           {"NO_COLOR", "1"},
                                           {"SYSTEMD_URLIFY", "0"},
                                           {"LOGQ_PAGER", ""},
                                           {"LC_ALL", "C.UTF-8"}});
    return without_erasures(
        run_command({{"script", "-qec", command, "/dev/null"}, environment, {}}).out);
  }

  [[nodiscard]] std::string catalog_sources() const { return journal_.directory() + "/catalog"; }
  // Of a catalog that is the test's own.
  [[nodiscard]] Environment catalog_environment() const {
    return {{"SYSTEMD_CATALOG", journal_.directory() + "/catalog-database"},
            {"SYSTEMD_CATALOG_SOURCES", catalog_sources()}};
  }

  void expect_harmless(const std::vector<std::string>& arguments) {
    const std::string text = on_terminal(arguments);
    EXPECT_FALSE(commands_terminal(text)) << testing::PrintToString(arguments) << text;
    EXPECT_NE(text, "") << testing::PrintToString(arguments);
  }

  WrittenJournal journal_;
};

TEST_F(TerminalSafety, HoldsInEveryOutputMode) {
  for (const char* const mode :
       {"short", "short-full", "short-iso", "short-iso-precise", "short-precise", "short-monotonic",
        "short-delta", "short-unix", "with-unit", "verbose", "export", "json", "json-pretty",
        "json-sse", "json-seq", "cat"}) {
    if (std::string(mode) == "json-seq") continue;  // whose separator is a control character
    expect_harmless({"-o", mode});
    expect_harmless({"-o", mode, "--output-fields=MESSAGE,OTHER,BLOB,_PID"});
    expect_harmless({"-o", mode, "--no-full", "--truncate-newline"});
  }
}

TEST_F(TerminalSafety, HoldsWhereEntriesAreCounted) {
  for (const char* const form : {"short", "json", "json-pretty", "csv"})
    expect_harmless({"--count-by=OTHER", "-o", form});
}

TEST_F(TerminalSafety, EndsWithTheWishForAll) {
  EXPECT_TRUE(commands_terminal(on_terminal({"--count-by=OTHER", "-o", "csv", "-a"})));
  EXPECT_TRUE(commands_terminal(on_terminal({"-o", "cat", "-a"})));
  EXPECT_TRUE(commands_terminal(on_terminal({"-o", "short", "-a"})));
  EXPECT_TRUE(commands_terminal(on_terminal({"-F", "OTHER", "-a"})));
}

TEST_F(TerminalSafety, IsNoReasonToChangeWhatGoesIntoAPipe) {
  EXPECT_EQ(journal_.logq({"-o", "cat", "-n", "+1"}).out, kHostile + "\n");
  EXPECT_EQ(journal_.logq({"-F", "OTHER"}).out, kHostile + "\n");
  EXPECT_NE(journal_.logq({"-N"}).out.find(kHostile + "\n"), std::string::npos);
}

TEST_F(TerminalSafety, HoldsForListsAndReports) {
  expect_harmless({"-F", "OTHER"});
  expect_harmless({"-F", "_HOSTNAME"});
  expect_harmless({"-N"});
  expect_harmless({"--list-boots"});
  expect_harmless({"--disk-usage"});
  expect_harmless({"-g", "red"});
  expect_harmless({"--where", "OTHER =~ 'red'"});
  expect_harmless({"--show-cursor"});
}

TEST_F(TerminalSafety, HoldsForWhatIsCounted) {
  for (const char* const mode : {"short", "json", "json-pretty", "csv"}) {
    expect_harmless({"--count-by=OTHER", "-o", mode});
    expect_harmless({"--count-by=OTHER,MESSAGE", "-o", mode, "--where", "has OTHER"});
    expect_harmless({"--histogram", "-o", mode});
    expect_harmless({"--stats=OTHER", "-o", mode});
  }
  EXPECT_TRUE(commands_terminal(on_terminal({"--count-by=OTHER", "-o", "csv", "-a"})));
  EXPECT_NE(journal_.logq({"--count-by=OTHER", "-o", "csv"}).out.find(kHostile), std::string::npos);
}

TEST_F(TerminalSafety, HoldsForWhatStandsAroundAndExplains) {
  journal_.append_in_boot(Id128::random(), "MESSAGE=" + kHostile);
  for (const char* const mode : {"short", "cat", "verbose", "json"}) {
    expect_harmless({"-g", "plain", "-C", "1", "-o", mode});
    expect_harmless({"-g", "plain", "-B", "5", "-r", "-o", mode});
  }
  expect_harmless({"--where", "OTHER = '" + kHostile + "'", "--explain"});
  expect_harmless({"--where", "OTHER =~ 'red' and PRIORITY > 3", "--explain"});
}

// A text of the catalog names fields of the entry.
TEST_F(TerminalSafety, HoldsForExplanationsFromTheCatalog) {
  std::filesystem::create_directory(catalog_sources());
  write_text_file(catalog_sources() + "/own.catalog",
                  "-- 0123456789abcdef0123456789abcdef\nSubject: About @OTHER@\n"
                  "Documentation: @OTHER@\n\nExplains @OTHER@ and @MESSAGE@.\n");
  journal_.append_fields(
      1, {"MESSAGE=explained", "OTHER=" + kHostile, "MESSAGE_ID=0123456789abcdef0123456789abcdef"});
  ASSERT_EQ(journal_.logq({"--update-catalog"}, catalog_environment()).status, 0);
  ASSERT_NE(journal_.logq({"-x"}, catalog_environment()).out.find("Explains"), std::string::npos);
  for (const char* const mode : {"short", "verbose", "cat"})
    expect_harmless({"-x", "-o", mode});
}

TEST_F(TerminalSafety, HoldsForComplaintsAboutWhatWasTyped) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"-o", kHostile},
                                             {"-u", kHostile + "*"},
                                             {"-b", kHostile},
                                             {"-S", kHostile},
                                             {"-n" + kHostile},
                                             {"-g", "(" + kHostile},
                                             {"--where", kHostile},
                                             {"-c", kHostile},
                                             {"--no-such" + kHostile},
                                             {kHostile},
                                             {"--cursor-file=/" + kHostile + "/x"},
                                             {"-M", kHostile}})
    expect_harmless(arguments);
}

// Whoever may write to a directory may give its files any name.
TEST_F(TerminalSafety, HoldsForNamesOfFiles) {
  const std::string bad = journal_.directory() + "/" + kHostile + ".journal";
  write_text_file(bad, "no journal at all");
  expect_harmless({});
  expect_harmless({"--verify"});
  expect_harmless({"--header"});
  std::filesystem::copy_file(journal_.directory() + "/system.journal", bad,
                             std::filesystem::copy_options::overwrite_existing);
  expect_harmless({"--verify"});
  expect_harmless({"--header"});
  expect_harmless({"--disk-usage"});
}

}  // namespace
}  // namespace logq::test

// The message catalog beside stock journalctl 252: what both print, and databases that one writes
// and the other reads. All roots are the test's own; the machine's database is only read.
#include <unistd.h>

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "query/catalog_files.h"
#include "query/catalog_support.h"
#include "support/journalctl.h"
#include "support/long_tests.h"
#include "written_journal.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = "/usr/lib/systemd/catalog";

std::string ours() {
  return std::string(LOGQ_BIN_DIR) + "/logq";
}

// Sources that go to the limits of the format, by file name.
const std::vector<std::pair<std::string, std::string>> kOddSources = {
    {"a.catalog",
     "# comment\n\n-- 11111111111111111111111111111111\nSubject: one\nDefined-By: me\n\n"
     "Body @FOO@ @@ @A\n\n\n; comment\n\nmore\n-- 77777777777777777777777777777777\n\n"
     "-- 22222222222222222222222222222222\nEmpty:\nSubject:\nDefined-By:  x \n\n"
     "-- 33333333333333333333333333333333\n\nbody only\n"},
    {"a.de.catalog", "-- 11111111111111111111111111111111\nSubject: eins\n"},
    {"a.de_DE.catalog", "-- 22222222222222222222222222222222\nSubject: zwei\n"},
    {"b.catalog",
     "-- 11111111111111111111111111111111\r\nSubject: later\r\nDocumentation: man:x(1)\r\n\r\n"
     "-- 44444444444444444444444444444444\rSubject: vier\r\r-- 44444444444444444444444444444444 "
     "pt_BR \nSubject: quatro\n\n-- 11111111111111111111111111111111\nSubject: latest\n\nlast"},
    {"c.be@latin.catalog", "-- 11111111111111111111111111111111\nSubject: latin\n"},
};

class StockCatalog : public testing::Test {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
    if (!fs::exists(kInstalled)) GTEST_SKIP() << "systemd's catalog is not installed";
    for (const std::string& root : {our_root(), their_root()})
      fs::create_directories(root + "/usr/lib/systemd");
  }

  [[nodiscard]] std::string our_root() const { return directory_.path() + "/ours"; }
  [[nodiscard]] std::string their_root() const { return directory_.path() + "/theirs"; }

  void install(const std::vector<std::pair<std::string, std::string>>& files) const {
    for (const std::string& root : {our_root(), their_root()}) {
      fs::create_directories(root + "/usr/lib/systemd/catalog");
      for (const auto& [name, text] : files)
        write_text_file(root + "/usr/lib/systemd/catalog/" + name, text);
    }
  }

  void install_systemd_catalog() const {
    for (const std::string& root : {our_root(), their_root()})
      fs::copy(kInstalled, root + "/usr/lib/systemd/catalog");
  }

  // Each compiles its own; then each reads the other's.
  void compile_and_swap() const {
    ASSERT_EQ(run_command({{ours(), "--root=" + our_root(), "--update-catalog"}, {}, {}}).status,
              0);
    const CommandResult theirs =
        run_command({{"journalctl", "--root=" + their_root(), "--update-catalog"}, {}, {}});
    ASSERT_EQ(theirs.status, 0) << theirs.err;
    const std::string database = "/var/lib/systemd/catalog/database";
    fs::rename(our_root() + database, directory_.path() + "/ours.db");
    fs::rename(their_root() + database, our_root() + database);
    fs::rename(directory_.path() + "/ours.db", their_root() + database);
  }

  // With databases that the other one has written.
  void expect_same(const std::vector<std::string>& arguments, const Environment& environment) {
    const auto run = [&](const std::string& program, const std::string& root) {
      Command command{{program, "--root=" + root, "--no-pager"}, environment, {}};
      command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
      return run_command(command);
    };
    const CommandResult actual = run(ours(), our_root());
    const CommandResult expected = run("journalctl", their_root());
    EXPECT_EQ(actual.out, expected.out) << testing::PrintToString(arguments);
    EXPECT_EQ(actual.status, expected.status) << testing::PrintToString(arguments);
    EXPECT_GT(expected.out.size(), 20U) << expected.err;
  }

  // A locale of the test's own, as the machine may have none; false where it cannot be made.
  [[nodiscard]] bool make_locale(const std::string& name) const {
    const auto made = run_command(
        {{"localedef", "-i", name, "-f", "UTF-8", directory_.path() + "/" + name + ".UTF-8"},
         {},
         {}});
    return made.status == 0;
  }

  TempDir directory_;
};

const std::vector<std::vector<std::string>> kQuestions = {
    {"--list-catalog"},
    {"--dump-catalog"},
    {"--list-catalog", "11111111111111111111111111111111", "f77379a8490b408bbe5f6940505a777b",
     "9d1aaa27-d601-40bd-9636-5438aad20286", "nonsense", "99999999999999999999999999999999"},
    {"--dump-catalog", "11111111111111111111111111111111", "F77379A8490B408BBE5F6940505A777B"},
};

TEST_F(StockCatalog, OfSystemdIsReadByOneAsTheOtherHasWrittenIt) {
  install_systemd_catalog();
  compile_and_swap();
  for (const auto& question : kQuestions)
    expect_same(question, {{"LC_ALL", "C"}});
}

TEST_F(StockCatalog, OfOddSourcesIsReadByOneAsTheOtherHasWrittenIt) {
  install(kOddSources);
  compile_and_swap();
  for (const auto& question : kQuestions)
    expect_same(question, {{"LC_ALL", "C"}});
}

TEST_F(StockCatalog, IsInTheLanguageOfTheReader) {
  install_systemd_catalog();
  install(kOddSources);
  compile_and_swap();
  int made = 0;
  const std::vector<std::string> locales = {"de_DE", "pt_BR", "fr_FR", "sr_RS"};
  for (int i = 0; i < rounds(1, 4); ++i) {  // to make one takes seconds
    const std::string& locale = locales[static_cast<std::size_t>(i)];
    if (!make_locale(locale)) continue;
    ++made;
    for (const Environment& environment : std::vector<Environment>{
             {{"LC_ALL", locale + ".UTF-8"}, {"LOCPATH", directory_.path()}},
             {{"LC_MESSAGES", locale + ".UTF-8"}, {"LOCPATH", directory_.path()}, {"LC_ALL", ""}},
             {{"LANGUAGE", locale}, {"LC_ALL", "C.UTF-8"}}}) {
      for (const auto& question : kQuestions)
        expect_same(question, environment);
    }
  }
  if (made == 0) GTEST_SKIP() << "no locales can be made here";
}

TEST_F(StockCatalog, IsRefusedForTheSameSources) {
  for (const std::string text :
       {"text\n", "-- 11111111111111111111111111111111\n",
        "-- 11111111111111111111111111111111 \nx\n", "-- 11111111111111111111111111111111 x\nx\n",
        "-- 11111111111111111111111111111111 dedededededededededededededededede\nx\n",
        "-- 11111111111111111111111111111111\nx\n\n-- 22222222222222222222222222222222\n", "",
        "# nothing\n", "-- 11111111111111111111111111111111 de\nx"}) {
    install({{"x.catalog", text}});
    const int status =
        run_command({{ours(), "--root=" + our_root(), "--update-catalog"}, {}, {}}).status;
    EXPECT_EQ(
        status,
        run_command({{"journalctl", "--root=" + their_root(), "--update-catalog"}, {}, {}}).status)
        << text;
    EXPECT_EQ(fs::exists(our_root() + "/var/lib/systemd/catalog/database"),
              fs::exists(their_root() + "/var/lib/systemd/catalog/database"))
        << text;
  }
}

TEST_F(StockCatalog, ThatIsDamagedIsReadWithinItsBytes) {
  install_systemd_catalog();
  const query::CatalogPlaces places = query::catalog_places(their_root());
  ASSERT_EQ(
      run_command({{"journalctl", "--root=" + their_root(), "--update-catalog"}, {}, {}}).status,
      0);
  const std::string whole = read_text_file(places.database);
  ASSERT_GT(whole.size(), 10'000U);
  const std::vector<std::string> languages = {"de", ""};
  for (std::size_t i = 0; i < 3000; ++i) {
    std::string bytes = whole.substr(0, i % 2 == 0 ? whole.size() : whole.size() * i / 3000);
    // The header and the first items bit by bit, then here and there.
    const std::size_t bit = i < 1500 ? i : i * 7919 % (whole.size() * 8);
    if (bit / 8 < bytes.size()) bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto database = query::CatalogDatabase::parse(bytes);
    if (!database) continue;
    for (std::size_t item = 0; item < database->size(); item += 7) {
      const auto text = database->find(database->id_at(item), languages);
      EXPECT_LE(text.value_or("").size(), bytes.size());
    }
  }
}

// With the machine's own database, which 252 has no option to change.
class StockExplanations : public StockCatalog {
 protected:
  void SetUp() override {
    StockCatalog::SetUp();
    if (IsSkipped()) return;
    const CommandResult listed =
        run_command({{"journalctl", "--list-catalog"}, {{"LC_ALL", "C"}}, {}});
    if (listed.status != 0) GTEST_SKIP() << "the machine has no catalog database";
    for (std::size_t at = 0; at < listed.out.size(); at = listed.out.find('\n', at) + 1)
      append(listed.out.substr(at, 32));
    for (const char* const odd :
         {"none", "", "F77379A8490B408BBE5F6940505A777B", "f77379a8-490b-408b-be5f-6940505a777b",
          "f77379a8490b408bbe5f6940505a777b ", "99999999999999999999999999999999"})
      append(odd);
  }

  void append(const std::string& id) {
    const int n = n_++;
    journal_.append_fields(
        1, {"MESSAGE=line\nof " + std::to_string(n), "MESSAGE_ID=" + id, "_HOSTNAME=host",
            "SYSLOG_IDENTIFIER=program", "_PID=" + std::to_string(n),
            "PRIORITY=" + std::to_string(n % 8), "UNIT=some.service", "JOB_ID=@UNIT@",
            "SESSION_ID=" + std::string(static_cast<std::size_t>(n) + 220, 's'),
            "USER_ID=two\nlines", "LEADER=12\n", "DEVICE=", "SEAT_ID=seat0", "EXECUTABLE=/bin/x"});
  }

  void expect_same(std::vector<std::string> arguments, const Environment& environment) {
    arguments.insert(arguments.begin(), {"-D", journal_.directory(), "--no-pager"});
    const auto run = [&](const std::string& program) {
      Command command{{program}, environment, {}};
      command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
      return run_command(command);
    };
    const CommandResult actual = run(ours());
    const CommandResult expected = run("journalctl");
    EXPECT_TRUE(actual.out == expected.out) << testing::PrintToString(arguments) << actual.out;
    EXPECT_EQ(actual.status, expected.status);
    EXPECT_GT(expected.out.size(), 20U) << expected.err;
  }

  WrittenJournal journal_;
  int n_ = 0;
};

TEST_F(StockExplanations, AreTheSameInEveryMode) {
  for (const std::string mode : {"short", "short-full", "short-monotonic", "short-delta",
                                 "short-unix", "with-unit", "verbose", "cat"}) {
    expect_same({"-x", "-o", mode}, {{"LC_ALL", "C.UTF-8"}});
  }
  for (const std::string flag : {"-a", "-q", "-r", "--utc", "--no-full", "--no-hostname"})
    expect_same({"-x", flag}, {{"LC_ALL", "C"}});
  expect_same({"-x", "-o", "verbose", "--output-fields=MESSAGE"}, {{"LC_ALL", "C"}});
}

TEST_F(StockExplanations, AreTheSameInColours) {
  for (const std::string depth : {"16", "256", "1"}) {
    for (const std::string links : {"0", "1"}) {
      const Environment environment = {
          {"LC_ALL", "C.UTF-8"}, {"SYSTEMD_COLORS", depth}, {"SYSTEMD_URLIFY", links}};
      expect_same({"-x"}, environment);
      expect_same({"-n", "20"}, environment);
    }
  }
}

TEST_F(StockExplanations, AreTheSameInOtherLanguages) {
  const std::vector<std::string> locales = {"fr_FR", "de_DE", "pt_BR"};
  for (int i = 0; i < rounds(1, 3); ++i) {
    const std::string& locale = locales[static_cast<std::size_t>(i)];
    if (!make_locale(locale)) GTEST_SKIP() << "no locales can be made here";
    expect_same({"-x", "-o", "short-unix"},
                {{"LC_ALL", locale + ".UTF-8"}, {"LOCPATH", directory_.path()}});
  }
}

}  // namespace
}  // namespace logq::test

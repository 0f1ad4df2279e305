// -x, --list-catalog, --dump-catalog and --update-catalog, with catalogs of the test's own.
#include <filesystem>

#include <gtest/gtest.h>

#include "query/catalog_files.h"
#include "query/catalog_support.h"
#include "written_journal.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

const std::string kUnknown = "99999999999999999999999999999999";

class CatalogCommands : public testing::Test {
 protected:
  CatalogCommands() {
    for (const std::string& directory : places_.source_directories)
      fs::create_directories(directory);
    write("app.catalog", "-- " + std::string(kOne) +
                             "\nSubject: @UNIT@ is here\nDefined-By: app\n\nSo it is.\n\n-- " +
                             std::string(kTwo) + "\nno headers\n");
  }

  void write(const std::string& name, const std::string& text) const {
    write_text_file(places_.source_directories[1] + "/" + name, text);
  }

  [[nodiscard]] CommandResult logq(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {std::string(LOGQ_BIN_DIR) + "/logq", "--root=" + root_.path()});
    return run_command({arguments, {{"LC_ALL", "C"}}, {}});
  }

  // Of this catalog instead of the machine's.
  [[nodiscard]] Environment environment() const {
    return {{"LC_ALL", "C"},
            {"SYSTEMD_CATALOG", places_.database},
            {"SYSTEMD_CATALOG_SOURCES", places_.source_directories[1]}};
  }

  TempDir root_;
  query::CatalogPlaces places_ = query::catalog_places(root_.path());
};

constexpr const char* kList =
    "11111111111111111111111111111111 app: @UNIT@ is here\n"
    "22222222222222222222222222222222 n/a: n/a\n";

TEST_F(CatalogCommands, ListWhatTheDatabaseHas) {
  ASSERT_EQ(logq({"--update-catalog"}).status, 0);
  fs::remove_all(root_.path() + "/usr");

  const CommandResult listed = logq({"--list-catalog"});

  EXPECT_EQ(listed.out, kList);
  EXPECT_EQ(listed.status, 0);
}

TEST_F(CatalogCommands, ListTheSourcesWhereThereIsNoDatabase) {
  EXPECT_EQ(logq({"--list-catalog"}).out, kList);
  EXPECT_FALSE(fs::exists(places_.database));
}

TEST_F(CatalogCommands, ShowWholeTexts) {
  EXPECT_EQ(logq({"--dump-catalog", std::string(kOne)}).out,
            "-- 11111111111111111111111111111111\n"
            "Subject: @UNIT@ is here\nDefined-By: app\n\nSo it is.\n\n");
}

TEST_F(CatalogCommands, FailForIdsThatAreNoneOrUnknownAndShowTheOthers) {
  const CommandResult listed = logq({"--list-catalog", "x", std::string(kTwo), kUnknown});

  EXPECT_EQ(listed.out, "22222222222222222222222222222222 n/a: n/a\n");
  EXPECT_EQ(listed.err,
            "logq: not a message id: x\n"
            "logq: the catalog has nothing about " +
                kUnknown + "\n");
  EXPECT_EQ(listed.status, 1);
}

TEST_F(CatalogCommands, FailWhereThereIsNoCatalog) {
  fs::remove_all(root_.path() + "/usr");

  EXPECT_EQ(logq({"--list-catalog"}).status, 1);
  EXPECT_NE(logq({"--list-catalog"}).err.find("there is no message catalog"), std::string::npos);
}

TEST_F(CatalogCommands, KeepTheDatabaseWhereASourceIsWrong) {
  ASSERT_EQ(logq({"--update-catalog"}).status, 0);
  write("broken.catalog", "# a comment\ntext\n");
  write("other.catalog", "-- " + kUnknown + "\nnew\n");

  const CommandResult updated = logq({"--update-catalog"});

  EXPECT_EQ(updated.status, 1);
  EXPECT_NE(updated.err.find("broken.catalog:2: text before the first id\n"), std::string::npos);
  EXPECT_EQ(logq({"--list-catalog"}).out, kList);
}

TEST_F(CatalogCommands, KeepTheDatabaseWhereThereIsNoSource) {
  ASSERT_EQ(logq({"--update-catalog"}).status, 0);
  fs::remove_all(root_.path() + "/usr");

  EXPECT_EQ(logq({"--update-catalog"}).status, 0);
  EXPECT_EQ(logq({"--list-catalog"}).out, kList);
}

TEST_F(CatalogCommands, ExplainEntries) {
  WrittenJournal journal;
  journal.append_fields(1, {"MESSAGE=m", "MESSAGE_ID=" + std::string(kOne), "UNIT=u"});
  journal.append_fields(1, {"MESSAGE=other", "MESSAGE_ID=" + kUnknown});
  journal.append_fields(1, {"MESSAGE=odd", "MESSAGE_ID=none"});

  const CommandResult shown = journal.logq({"-x", "--utc"}, environment());

  EXPECT_EQ(shown.out,
            "Nov 14 22:13:20 unknown: m\n-- Subject: u is here\n-- Defined-By: app\n-- \n"
            "-- So it is.\nNov 14 22:13:20 unknown: other\nNov 14 22:13:20 unknown: odd\n");
  EXPECT_EQ(shown.err, "");
  EXPECT_EQ(shown.status, 0);
}

TEST_F(CatalogCommands, ExplainOnAllThreadsInOrder) {
  WrittenJournal journal;
  std::string expected;
  for (int i = 0; i < 6000; ++i) {
    const std::string unit = "u" + std::to_string(i);
    journal.append_fields(1, {"MESSAGE=m", "MESSAGE_ID=" + std::string(kOne), "UNIT=" + unit});
    expected += "Nov 14 22:13:20 unknown: m\n-- Subject: " + unit +
                " is here\n-- Defined-By: app\n-- \n-- So it is.\n";
  }

  EXPECT_TRUE(journal.logq({"-x", "--utc"}, environment()).out == expected);
}

TEST_F(CatalogCommands, ShowEntriesWithADamagedCatalogAllTheSame) {
  fs::create_directories(fs::path(places_.database).parent_path());
  write_text_file(places_.database, "RHHHKSLP");
  WrittenJournal journal;
  journal.append("m");

  const CommandResult shown = journal.logq({"-x", "--utc"}, environment());

  EXPECT_EQ(shown.out, "Nov 14 22:13:20 unknown: m\n");
  EXPECT_NE(shown.err.find("-x explains nothing"), std::string::npos);
  EXPECT_EQ(shown.status, 0);
  EXPECT_EQ(journal.logq({"-x", "-q"}, environment()).err, "");
  EXPECT_EQ(journal.logq({}, environment()).err, "");
}

}  // namespace
}  // namespace logq::test

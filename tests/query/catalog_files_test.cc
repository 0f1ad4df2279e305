#include "query/catalog_files.h"

#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "query/catalog_support.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

// A root directory with catalogs of its own.
class CatalogFiles : public testing::Test {
 protected:
  CatalogFiles() {
    for (const std::string& directory : places_.source_directories)
      fs::create_directories(directory);
  }

  void write(const std::string& name, const std::string& text, std::size_t directory = 1) {
    write_text_file(places_.source_directories[directory] + "/" + name, text);
  }

  static std::string entry(std::string_view id, const std::string& subject) {
    return "-- " + std::string(id) + "\nSubject: " + subject + "\n";
  }

  [[nodiscard]] std::string subject_of(std::string_view id) const {
    const auto database = query::load_catalog_database(places_);
    if (!database) return database.error().message();
    const std::vector<std::string> plain = {""};
    return std::string(database->find(id_of(id), plain).value_or("nothing"));
  }

  TempDir root_;
  query::CatalogPlaces places_ = query::catalog_places(root_.path());
};

TEST_F(CatalogFiles, AreReadInTheOrderOfTheirNames) {
  write("b.catalog", entry(kOne, "last"), 0);
  write("a.catalog", entry(kOne, "first"), 1);

  EXPECT_EQ(subject_of(kOne), "Subject: last\nSubject: first\n");
}

TEST_F(CatalogFiles, OfTheAdministratorHideThoseOfPackages) {
  write("a.catalog", entry(kOne, "package's"), 1);
  write("a.catalog", entry(kOne, "own"), 0);

  EXPECT_EQ(subject_of(kOne), "Subject: own\n");
}

TEST_F(CatalogFiles, AreThoseWithTheRightName) {
  write("a.catalog~", entry(kOne, "backup"));
  write(".a.catalog", entry(kOne, "hidden"));
  fs::create_directory(places_.source_directories[1] + "/d.catalog");
  fs::create_symlink("/dev/null", places_.source_directories[1] + "/n.catalog");
  ASSERT_EQ(::mkfifo((places_.source_directories[1] + "/p.catalog").c_str(), 0600), 0);

  EXPECT_EQ(query::list_catalog_files(places_.source_directories).size(), 1U);  // the link
  EXPECT_EQ(subject_of(kOne), "there is no message catalog");
}

TEST_F(CatalogFiles, ThatAreWrongKeepNothingButThemselvesOut) {
  write("a.catalog", "text\n");
  write("b.catalog", entry(kOne, "sound"));

  const query::CatalogSources sources = query::read_catalog_sources(places_.source_directories);

  ASSERT_EQ(sources.problems.size(), 1U);
  EXPECT_EQ(sources.problems[0].line, 1U);
  EXPECT_TRUE(sources.problems[0].path.ends_with("/a.catalog"));
  EXPECT_EQ(subject_of(kOne), "Subject: sound\n");
}

TEST_F(CatalogFiles, ThatCannotBeReadAreTold) {
  fs::create_symlink("/nonexistent/file", places_.source_directories[1] + "/a.catalog");

  const auto sources = query::read_catalog_sources(places_.source_directories);

  ASSERT_EQ(sources.problems.size(), 1U);
  EXPECT_NE(sources.problems[0].what.find("No such file"), std::string::npos);
}

TEST_F(CatalogFiles, DoNotCountWhereThereIsADatabase) {
  write("a.catalog", entry(kOne, "old"));
  const auto sources = query::read_catalog_sources(places_.source_directories);
  ASSERT_TRUE(query::write_catalog_database(places_, sources.entries));
  write("a.catalog", entry(kOne, "new"));

  EXPECT_EQ(subject_of(kOne), "Subject: old\n");
}

TEST_F(CatalogFiles, DatabaseIsReadableForAllAndReplacedAsAWhole) {
  ASSERT_TRUE(query::write_catalog_database(places_, parsed_catalog(entry(kOne, "1"))));
  struct stat before {};
  ASSERT_EQ(::stat(places_.database.c_str(), &before), 0);

  ASSERT_TRUE(query::write_catalog_database(places_, parsed_catalog(entry(kOne, "2"))));

  struct stat after {};
  ASSERT_EQ(::stat(places_.database.c_str(), &after), 0);
  EXPECT_EQ(after.st_mode & 0777, 0644U);
  EXPECT_NE(before.st_ino, after.st_ino);
  const fs::path directory = fs::path(places_.database).parent_path();
  EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
}

TEST_F(CatalogFiles, DatabaseThatIsDamagedIsAnError) {
  write("a.catalog", entry(kOne, "sound"));
  fs::create_directories(fs::path(places_.database).parent_path());
  write_text_file(places_.database, "RHHH");

  EXPECT_NE(subject_of(kOne).find("not a message catalog"), std::string::npos);
}

}  // namespace
}  // namespace logq::test

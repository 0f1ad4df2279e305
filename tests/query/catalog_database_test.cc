#include "query/catalog_database.h"

#include <gtest/gtest.h>

#include "query/catalog_support.h"

namespace logq::test {
namespace {

using query::CatalogDatabase;

const std::vector<std::string> kPlain = {""};

std::string two_entries() {
  return query::encode_catalog_database(
      parsed_catalog("-- " + std::string(kTwo) + "\nSubject: two\n\n-- " + std::string(kOne) +
                     "\nSubject: one\n\n-- " + std::string(kOne) + " de\nSubject: eins\n"));
}

TEST(CatalogDatabase, FindsWhatWasWritten) {
  const auto database = CatalogDatabase::parse(two_entries());

  ASSERT_TRUE(database);
  EXPECT_EQ(database->size(), 3U);
  EXPECT_EQ(database->find(id_of(kOne), kPlain), "Subject: one\n");
  EXPECT_EQ(database->find(id_of(kTwo), kPlain), "Subject: two\n");
  EXPECT_EQ(database->find(id_of("33333333333333333333333333333333"), kPlain), std::nullopt);
}

TEST(CatalogDatabase, IsSortedByIdAndLanguage) {
  const auto database = CatalogDatabase::parse(two_entries());

  EXPECT_EQ(database->id_at(0), id_of(kOne));
  EXPECT_EQ(database->id_at(1), id_of(kOne));
  EXPECT_EQ(database->id_at(2), id_of(kTwo));
}

TEST(CatalogDatabase, TakesTheFirstLanguageThatThereIs) {
  const auto database = CatalogDatabase::parse(two_entries());
  const std::vector<std::string> german = {"de_AT", "de", ""};

  EXPECT_EQ(database->find(id_of(kOne), german), "Subject: eins\n");
  EXPECT_EQ(database->find(id_of(kTwo), german), "Subject: two\n");
}

TEST(CatalogDatabase, OfALaterSystemdMayHaveLargerHeaderAndItems) {
  std::string bytes = two_entries();
  bytes[16] = 48;  // the header's size
  bytes.insert(40, 8, '\0');
  bytes[32] = 64;  // an item's
  for (const std::size_t behind : {48U + 3 * 56, 48U + 2 * 56, 48U + 56})
    bytes.insert(behind, 8, '\x7f');

  const auto database = CatalogDatabase::parse(bytes);

  ASSERT_TRUE(database);
  EXPECT_EQ(database->find(id_of(kTwo), kPlain), "Subject: two\n");
}

TEST(CatalogDatabase, IsRefusedForWhatIsWrongWithItsHeader) {
  const auto error_with = [](std::size_t at, char byte) {
    std::string bytes = two_entries();
    bytes[at] = byte;
    const auto database = CatalogDatabase::parse(bytes);
    return database ? "accepted" : database.error().message();
  };

  EXPECT_NE(error_with(0, 'X').find("not a message catalog"), std::string::npos);
  EXPECT_NE(error_with(12, 1).find("unknown format"), std::string::npos);
  EXPECT_NE(error_with(16, 39).find("header"), std::string::npos);
  EXPECT_NE(error_with(32, 55).find("header"), std::string::npos);
  EXPECT_NE(error_with(24, 0).find("header"), std::string::npos);
  EXPECT_NE(error_with(31, '\x7f').find("ends"), std::string::npos);
  EXPECT_NE(error_with(39, '\x7f').find("ends"), std::string::npos);
  EXPECT_NE(error_with(23, '\x7f').find("ends"), std::string::npos);
  EXPECT_EQ(error_with(8, 1), "accepted");  // a compatible flag
}

TEST(CatalogDatabase, CutAnywhereHasNoTextBeyondItsEnd) {
  const std::string whole = two_entries();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto database = CatalogDatabase::parse(whole.substr(0, size));
    if (size < 40 + 3 * 56) {
      EXPECT_FALSE(database) << size;
      continue;
    }
    ASSERT_TRUE(database) << size;
    for (const std::string_view id : {kOne, kTwo}) {
      const auto text = database->find(id_of(id), kPlain);
      EXPECT_TRUE(text.value_or("Subject: ").starts_with("Subject: ")) << size;
    }
    EXPECT_EQ(database->find(id_of(kTwo), kPlain), std::nullopt) << size;  // the last text
  }
}

TEST(CatalogDatabase, WithAnyBitFlippedIsReadWithinItsBytes) {
  const std::string whole = two_entries();
  const std::vector<std::string> languages = {"de", ""};
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto database = CatalogDatabase::parse(bytes);
    if (!database) continue;
    for (std::size_t i = 0; i < database->size(); ++i) {
      const auto text = database->find(database->id_at(i), languages);
      EXPECT_LT(text.value_or("").size(), whole.size()) << bit;
    }
  }
}

TEST(CatalogDatabase, ThatIsNotSortedMayHideEntriesAndNoMore) {
  std::string bytes = two_entries();
  const std::string first = bytes.substr(40, 56);
  bytes.replace(40, 56, bytes.substr(40 + 2 * 56, 56));
  bytes.replace(40 + 2 * 56, 56, first);

  const auto database = CatalogDatabase::parse(bytes);

  ASSERT_TRUE(database);
  const auto text = database->find(id_of(kTwo), kPlain);
  EXPECT_TRUE(!text || *text == "Subject: two\n");
}

}  // namespace
}  // namespace logq::test

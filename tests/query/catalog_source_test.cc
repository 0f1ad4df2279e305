#include "query/catalog_source.h"

#include <gtest/gtest.h>

#include "query/catalog_support.h"
#include "query/catalog_text.h"

namespace logq::test {
namespace {

using query::CatalogEntries;
using query::CatalogKey;

const std::string kBegin = "-- " + std::string(kOne) + "\n";

// All texts as "ID-LANGUAGE: TEXT", the id by its first digit.
std::string told(const CatalogEntries& entries) {
  std::string all;
  for (const auto& [key, texts] : entries.texts()) {
    all += key.id.to_string().substr(0, 1) + "-" + key.language + ": ";
    all += query::merge_catalog_texts(texts);
  }
  return all;
}

std::string told(std::string_view source, std::string_view language = "") {
  return told(parsed_catalog(source, language));
}

std::string refused(std::string_view source, std::string_view language = "") {
  CatalogEntries entries;
  const auto parsed = query::parse_catalog_source(source, language, entries);
  if (parsed) return "accepted";
  return std::to_string(parsed.error().line) + ": " + std::string(parsed.error().what);
}

TEST(CatalogSource, HasEntriesOfHeadersAndABody) {
  EXPECT_EQ(told(kBegin + "Subject: one\nDefined-By: me\n\nBody\nof one\n\n-- " +
                 std::string(kTwo) + "\nSubject: two\n"),
            "1-: Subject: one\nDefined-By: me\n\nBody\nof one\n2-: Subject: two\n");
}

TEST(CatalogSource, MayBeEmpty) {
  EXPECT_EQ(told(""), "");
  EXPECT_EQ(told("\n\n# nothing\n; here\n"), "");
}

TEST(CatalogSource, LeavesOutCommentsAndMakesOneEmptyLineOfMany) {
  EXPECT_EQ(told(kBegin + "Subject: x\n# comment\n\n\n; comment\n\na\n#b\nc\n\n\n"),
            "1-: Subject: x\n\na\nc\n");
}

TEST(CatalogSource, KeepsTheEmptyLineBeforeABodyWithoutHeaders) {
  EXPECT_EQ(told(kBegin + "\nbody\n"), "1-: \nbody\n");
}

TEST(CatalogSource, TakesAnEntryLineForTextUnlessItFollowsAnEmptyLine) {
  const std::string second = "-- " + std::string(kTwo);

  EXPECT_EQ(told(kBegin + "a\n" + second + "\n"), "1-: a\n" + second + "\n");
  EXPECT_EQ(told(kBegin + "a\n\n-- no id, but as long as one is: ....\n"),
            "1-: a\n\n-- no id, but as long as one is: ....\n");
}

TEST(CatalogSource, EndsLinesAsSystemdDoes) {
  EXPECT_EQ(told("-- " + std::string(kOne) + "\r\na\r\n\r\nb\r\n"), "1-: a\n\nb\n");
  EXPECT_EQ(told(kBegin + "a\rb\n\rc\n\nd"), "1-: a\nb\nc\n\nd\n");
  EXPECT_EQ(told(kBegin + std::string("a\0b\0\nc", 6)), "1-: a\nb\n\nc\n");
}

TEST(CatalogSource, HasTheLanguageOfItsFileOrOfTheEntry) {
  const std::string second = "\n-- " + std::string(kTwo);

  EXPECT_EQ(told(kBegin + "a\n" + second + "\nb\n", "de"), "1-de: a\n2-de: b\n");
  EXPECT_EQ(told(kBegin + "a\n" + second + "  fr \nb\n"), "1-: a\n2-fr: b\n");
  EXPECT_EQ(told("-- " + std::string(kOne) + " fr\na\n" + second + "\nb\n", "de"),
            "1-fr: a\n2-de: b\n");
}

TEST(CatalogSource, RemarksOnALanguageThatItsFileHasOrHasNot) {
  CatalogEntries entries;
  const std::string source = "# x\n-- " + std::string(kOne) + " de\na\n";

  EXPECT_EQ(query::parse_catalog_source(source, "de", entries)->at(0).line, 2U);
  EXPECT_EQ(query::parse_catalog_source(source, "fr", entries)->at(0).what,
            "the language is not that of the file");
  EXPECT_TRUE(query::parse_catalog_source(source, "", entries)->empty());
}

TEST(CatalogSource, IsRefusedWithTheLineThatIsWrong) {
  EXPECT_EQ(refused("\n\ntext\n"), "3: text before the first id");
  EXPECT_EQ(refused(kBegin), "1: an entry without text");
  EXPECT_EQ(refused(kBegin + "\n-- " + std::string(kTwo) + "\na\n"), "3: an entry without text");
  EXPECT_EQ(refused("-- " + std::string(kOne) + " \na\n"), "1: the language is too short");
  EXPECT_EQ(refused("-- " + std::string(kOne) + " " + std::string(32, 'x') + "\na\n"),
            "1: the language is too long");
  EXPECT_EQ(refused(kBegin + std::string((1U << 20) + 1, 'x')), "2: the line is too long");
}

TEST(CatalogSource, OfAMessageThatIsThereAlreadyChangesHeadersAndBody) {
  CatalogEntries entries = parsed_catalog(kBegin + "Subject: old\nSupport: s\n\nold body\n");
  const std::string change = kBegin + "Subject: new\n";
  ASSERT_TRUE(query::parse_catalog_source(change, "", entries));
  EXPECT_EQ(told(entries), "1-: Subject: new\nSubject: old\nSupport: s\n\nold body\n");

  const std::string body = kBegin + "\nnew body\n";
  ASSERT_TRUE(query::parse_catalog_source(body, "", entries));
  EXPECT_EQ(told(entries), "1-: Subject: new\nSubject: old\nSupport: s\n\nnew body\n");
}

TEST(CatalogSource, EntriesOfOneMessageGrowNoFasterThanTheirSource) {
  std::string source;
  for (int i = 0; i < 20'000; ++i)
    source += kBegin + "A: b\n\n";

  const CatalogEntries entries = parsed_catalog(source);

  EXPECT_EQ(entries.size(), 1U);
  EXPECT_LT(told(entries).size(), source.size());
}

TEST(CatalogEntries, TakeNoMoreThanTheirLimit) {
  CatalogEntries entries;
  const std::string half(CatalogEntries::kMaxBytes / 2, 'x');
  EXPECT_TRUE(entries.add({id_of(kOne), ""}, half));
  EXPECT_TRUE(entries.add({id_of(kTwo), ""}, half));
  EXPECT_FALSE(entries.add({id_of(kTwo), "de"}, "x"));
  EXPECT_EQ(entries.size(), 2U);
}

TEST(CatalogText, FindsHeadersAsJournalctlDoes) {
  constexpr std::string_view kText = "Subject:  a b \nEmpty:\nNext: n\n\nSupport: s\n";

  EXPECT_EQ(query::find_catalog_header(kText, "Subject:"), "a b ");
  EXPECT_EQ(query::find_catalog_header(kText, "Empty:"), "Next: n");
  EXPECT_EQ(query::find_catalog_header(kText, "Support:"), std::nullopt);
  EXPECT_EQ(query::find_catalog_header("Subject: x", "Subject:"), "x");
  EXPECT_EQ(query::find_catalog_header("Subject:", "Subject:"), "");
  EXPECT_EQ(query::find_catalog_header("", "Subject:"), std::nullopt);
}

TEST(CatalogText, FindsDocumentationOnAnyLine) {
  EXPECT_EQ(query::find_catalog_documentation("Documentation: man:a(1)\n"), "man:a(1)");
  EXPECT_EQ(query::find_catalog_documentation("a\n\nDocumentation:man:a(1)"), "man:a(1)");
  EXPECT_EQ(query::find_catalog_documentation("a Documentation: man:a(1)\n"), std::nullopt);
}

}  // namespace
}  // namespace logq::test

#include "query/catalog.h"

#include <gtest/gtest.h>

#include "query/catalog_support.h"
#include "query/sample_entry.h"

namespace logq::test {
namespace {

using query::CatalogValues;
using query::FormatOptions;
using query::OutputMode;

const std::string kId = "MESSAGE_ID=" + std::string(kOne);
const std::string kSource = "-- " + std::string(kOne) + "\nSubject: @UNIT@ is here\n\nSo it is.\n";

std::string explained(std::string_view text,
                      const std::vector<std::string_view>& payloads,
                      CatalogValues values = CatalogValues::kPrintable) {
  std::string out;
  query::append_explanation(text, payloads, values, out);
  return out;
}

FormatOptions with_catalog(std::string_view source = kSource) {
  FormatOptions options;
  options.explain = true;
  options.catalog = std::make_shared<const query::Catalog>(compiled_catalog(source));
  return options;
}

TEST(CatalogLanguages, GoFromTheLocaleToNone) {
  using List = std::vector<std::string>;
  EXPECT_EQ(query::catalog_languages("de_DE.UTF-8"), (List{"de_DE", "de", ""}));
  EXPECT_EQ(query::catalog_languages("sr@latin"), (List{"sr", ""}));
  for (const char* const none : {"", "C", "POSIX", "C.UTF-8@x", ".UTF-8"}) {
    EXPECT_EQ(query::catalog_languages(none).back(), "") << none;
    EXPECT_LE(query::catalog_languages(none).size(), 2U) << none;
  }
  EXPECT_EQ(query::catalog_languages("C"), List{""});
  EXPECT_EQ(query::catalog_languages(std::string(40, 'x')), List{""});
}

TEST(CatalogLanguages, AreInTheNameOfTheFile) {
  EXPECT_EQ(query::language_of_catalog_file("/a/b.c/app.de.catalog"), "de");
  EXPECT_EQ(query::language_of_catalog_file("app.be@latin.catalog"), "be@latin");
  EXPECT_EQ(query::language_of_catalog_file("/a/b.c/app.catalog"), "");
  EXPECT_EQ(query::language_of_catalog_file("/a/app.de.txt"), "");
  EXPECT_EQ(query::language_of_catalog_file("a." + std::string(32, 'x') + ".catalog"), "");
  EXPECT_EQ(query::language_of_catalog_file("app..catalog"), "");
}

TEST(Catalog, IsAskedByTheMessageId) {
  const query::Catalog catalog = compiled_catalog(kSource);
  const auto found = [&](const std::string& payload) {
    const std::vector<std::string_view> payloads = {payload};
    return catalog.find(payloads).has_value();
  };

  EXPECT_TRUE(found(kId));
  EXPECT_TRUE(found("MESSAGE_ID=11111111-1111-1111-1111-111111111111"));
  EXPECT_FALSE(found("MESSAGE_ID=1111"));
  EXPECT_FALSE(found("MESSAGE_ID=" + std::string(kTwo)));
  EXPECT_FALSE(found("MESSAGE=" + std::string(kOne)));
}

TEST(Explanation, HasTheValuesOfFields) {
  EXPECT_EQ(explained("@A@, @B_C@: @A@@A@", {"A=x", "B_C=y"}), "x, y: xx");
}

TEST(Explanation, HasTheNameOfAFieldThatIsNotThereOrIsTooLong) {
  EXPECT_EQ(explained("@A@", {"B=x"}), "A");
  EXPECT_EQ(explained("@A@", {"A=" + std::string(254, 'x')}), std::string(254, 'x'));
  EXPECT_EQ(explained("@A@", {"A=" + std::string(255, 'x')}), "A");
}

TEST(Explanation, ReplacesNothingElse) {
  for (const char* const text : {"", "@", "@@", "@a@", "@A", "@A1@", "mail@EXAMPLE.org", "@ A@"})
    EXPECT_EQ(explained(text, {"A=x", "EXAMPLE=y"}), text);
  EXPECT_EQ(explained("@@A@@", {"A=x"}), "@x@");
  EXPECT_EQ(explained("@A@", {"A=@A@"}), "@A@");
}

TEST(Explanation, SendsATerminalNoControlCharactersUnlessAsked) {
  EXPECT_EQ(explained("@A@", {"A=\x1b[2J"}), "A");
  EXPECT_EQ(explained("@A@", {"A=\x1b[2J"}, CatalogValues::kAll), "\x1b[2J");
  EXPECT_EQ(explained("@A@", {std::string_view("A=x\0y", 5)}), "x");
}

TEST(Explanation, StandsBelowTheLineOfTheEntry) {
  const std::string text =
      formatted(OutputMode::kShort, {"MESSAGE=m", kId, "UNIT=u"}, with_catalog());

  EXPECT_EQ(text,
            "Nov 14 22:13:20 unknown: m\n"
            "\u2591\u2591 Subject: u is here\n"
            "\u2591\u2591 \n"
            "\u2591\u2591 So it is.\n");
}

TEST(Explanation, StandsBelowTheFieldsOfVerbose) {
  const std::string text =
      formatted(OutputMode::kVerbose, {"MESSAGE=m", kId, "UNIT=u"}, with_catalog());

  EXPECT_TRUE(
      text.ends_with("    UNIT=u\n"
                     "\u2591\u2591 Subject: u is here\n"
                     "\u2591\u2591 \n"
                     "\u2591\u2591 So it is.\n"))
      << text;
}

TEST(Explanation, IsInPlainAsciiWhereTheTerminalIs) {
  FormatOptions options = with_catalog("-- " + std::string(kOne) + "\na\nb\n");
  options.unicode = false;

  EXPECT_EQ(formatted(OutputMode::kShort, {"MESSAGE=m", kId}, options),
            "Nov 14 22:13:20 unknown: m\n-- a\n-- b\n");
}

TEST(Explanation, IsNotForFormatsThatProgramsRead) {
  for (const OutputMode mode : {OutputMode::kCat, OutputMode::kJson, OutputMode::kExport}) {
    const std::vector<std::string_view> payloads = {"MESSAGE=m", kId};
    EXPECT_EQ(formatted(mode, payloads, with_catalog()), formatted(mode, payloads));
  }
}

TEST(Explanation, IsOnlyThereWhenAskedForAndForEntriesThatAreShown) {
  FormatOptions silent = with_catalog();
  silent.explain = false;

  EXPECT_EQ(formatted(OutputMode::kShort, {"MESSAGE=m", kId}, silent),
            "Nov 14 22:13:20 unknown: m\n");
  EXPECT_EQ(formatted(OutputMode::kShort, {kId}, with_catalog()), "");
}

TEST(Explanation, MayHaveAnyFieldInIt) {
  const auto short_format = query::make_output_format(OutputMode::kShort, with_catalog());
  const auto verbose = query::make_output_format(OutputMode::kVerbose, [] {
    FormatOptions options = with_catalog();
    options.output_fields = {"MESSAGE"};
    return options;
  }());

  EXPECT_TRUE(short_format->wants("JOB_RESULT"));
  EXPECT_TRUE(verbose->wants("JOB_RESULT"));
}

TEST(ShortFormat, LinksToTheDocumentationOfTheCatalogWhereTheEntryHasNone) {
  FormatOptions options =
      with_catalog("-- " + std::string(kOne) + "\nDocumentation: man:app(@N@)\n\nx\n");
  options.explain = false;
  options.hyperlinks = true;
  const auto line = [&](const std::vector<std::string_view>& payloads) {
    return formatted(OutputMode::kShort, payloads, options);
  };

  EXPECT_NE(line({"MESSAGE=m", kId, "N=8"}).find("\x1b]8;;man:app(8)\a"), std::string::npos);
  EXPECT_NE(line({"MESSAGE=m", kId, "DOCUMENTATION=man:own(1)"}).find("man:own(1)\a"),
            std::string::npos);
  EXPECT_NE(line({"MESSAGE=m", kId, "DOCUMENTATION=none"}).find("man:app(N)"), std::string::npos);
}

}  // namespace
}  // namespace logq::test

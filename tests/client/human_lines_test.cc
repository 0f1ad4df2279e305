#include "client/human_lines.h"

#include <gtest/gtest.h>

namespace logq::client {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kNow = 1'795'340'303'123'456;  // 2026-11-22 09:38:23.123456
constexpr HumanStyle kStyle{kNow, 3600, false};
constexpr HumanStyle kColours{kNow, 3600, true};

std::string lines_of(const Entry& entry, const HumanStyle& style = kStyle) {
  EncodeMemory memory;
  encode_human_lines(entry, style, memory);
  return memory.bytes;
}

Entry entry_of(std::string_view message, std::span<const Field> fields = {}) {
  Entry entry;
  entry.message = message;
  entry.identifier = "shop";
  entry.fields = fields;
  entry.code_file = "not shown";
  entry.thread_id = 1;
  return entry;
}

TEST(HumanLines, ShowTimeLevelIdentifierMessageAndTheApplicationsFields) {
  const Field fields[] = {field("FREE", 0), field("PATH", "/srv/my files")};

  EXPECT_EQ(lines_of(entry_of("disk is full", fields)),
            "2026-11-22 10:38:23.123 info   shop: disk is full FREE=0 PATH=\"/srv/my files\"\n");
}

TEST(HumanLines, FurtherLinesOfAMessageStandBelowItsFirst) {
  const Field fields[] = {field("STEP", 2)};
  const std::string indent(37, ' ');

  EXPECT_EQ(lines_of(entry_of("first\n  second\n\nlast\n", fields)),
            "2026-11-22 10:38:23.123 info   shop: first\n" + indent + "  second\n" + indent + "\n" +
                indent + "last\n" + indent + "STEP=2\n");
}

TEST(HumanLines, NothingInAnEntryCommandsTheTerminal) {
  const Field fields[] = {field("RAW", "\x1b[0m\xff\n"sv)};
  Entry entry = entry_of(
      "\x1b]0;title\x07\r\xc2\x9b"
      "2J\0"sv,
      fields);
  entry.identifier = "\x1b[7m";

  EXPECT_EQ(lines_of(entry, kStyle).substr(31),
            R"(\x1b[7m: \x1b]0;title\x07\r\xc2\x9b2J\x00 RAW="\x1b[0m\xff\n")"
            "\n");
}

TEST(HumanLines, ColoursTellTheLevelsApart) {
  Entry entry = entry_of("m");
  entry.priority = Priority::kError;
  EXPECT_EQ(lines_of(entry, kColours),
            "\x1b[2m2026-11-22 10:38:23.123\x1b[0m \x1b[1;31merror  \x1b[0mshop: m\n");
  entry.priority = Priority::kWarning;
  EXPECT_NE(lines_of(entry, kColours).find("\x1b[1;33mwarn   \x1b[0m"), std::string::npos);
  entry.priority = Priority::kInfo;
  EXPECT_NE(lines_of(entry, kColours).find("\x1b[0m info   shop"), std::string::npos);
  entry.priority = Priority::kDebug;
  EXPECT_NE(lines_of(entry, kColours).find("\x1b[2mdebug  \x1b[0m"), std::string::npos);
}

TEST(HumanLines, AMessageBeginsAtTheSamePlaceInColour) {
  const std::string lines = lines_of(entry_of("a\nb"), kColours);

  EXPECT_EQ(lines.substr(lines.find('\n')), "\n" + std::string(37, ' ') + "b\n");
}

TEST(HumanLines, AnEntryWithoutIdentifierHasNoColon) {
  Entry entry = entry_of("m");
  entry.identifier = "";

  EXPECT_EQ(lines_of(entry), "2026-11-22 10:38:23.123 info   m\n");
}

}  // namespace
}  // namespace logq::client

#include "support/journalctl_masks.h"

#include <gtest/gtest.h>

namespace logq::test {
namespace {

TEST(JournalctlMasks, ExportLosesTheSequenceNumberAtItsHeadOnly) {
  EXPECT_EQ(mask_export("__CURSOR=c\n__MONOTONIC_TIMESTAMP=1\n__SEQNUM=7\n__SEQNUM_ID=ab\n"
                        "_BOOT_ID=b\n__SEQNUM=in a value\n\n"),
            "__CURSOR=c\n__MONOTONIC_TIMESTAMP=1\n_BOOT_ID=b\n__SEQNUM=in a value\n\n");
}

TEST(JournalctlMasks, JsonIsComparedWithoutTheOrderOfItsMembers) {
  EXPECT_EQ(mask_json(R"({"B":"x,\"}","A":["1",[2,3]],"__SEQNUM":"7"})"
                      "\n"),
            "{\"A\":[\"1\",[2,3]],\"B\":\"x,\\\"}\",}\n");
}

TEST(JournalctlMasks, PrettyJsonKeepsItsSpaces) {
  const std::string text = "{\n\t\"B\" : \"1\",\n\t\"__SEQNUM\" : \"7\",\n\t\"A\" : \"2\"\n}\n";

  EXPECT_EQ(mask_json(text), "{\n\t\"A\" : \"2\",\n\t\"B\" : \"1\",\n}\n");
}

TEST(JournalctlMasks, ColouredJsonIsComparedWithItsColours) {
  const std::string green = "\x1b[32m";

  EXPECT_EQ(mask_json("{" + green + "\"B\":1," + green + "\"A\":2}"),
            "{" + green + "\"A\":2," + green + "\"B\":1,}");
}

TEST(JournalctlMasks, ADifferentValueStaysDifferent) {
  EXPECT_NE(mask_json(R"({"A":"1"})"), mask_json(R"({"A":"2"})"));
  EXPECT_NE(mask_json(R"({"A":null})"), mask_json(R"({})"));
  EXPECT_NE(mask_json("data: {}\n\n"), mask_json("{}\n"));
}

TEST(JournalctlMasks, OnlyTheZoneOfATimeLosesItsColon) {
  EXPECT_EQ(mask_iso_zone("2023-11-14T23:13:20+01:00 box: 2023-11-14T23:13:20+01:00\n"),
            "2023-11-14T23:13:20+0100 box: 2023-11-14T23:13:20+01:00\n");
}

TEST(JournalctlMasks, FieldsAreComparedWithoutTheirOrder) {
  EXPECT_EQ(masked_output({"-F", "PRIORITY"}, "6\n3\n"), "3\n6\n");
  EXPECT_EQ(masked_output({"-o", "cat"}, "6\n3\n"), "6\n3\n");
}

TEST(JournalctlMasks, VerdictsAreComparedAndNotTheirReasons) {
  EXPECT_EQ(mask_verdicts("1a: Invalid hash\nFAIL: b (Bad message)\nPASS: a\n"),
            "FAIL: b\nPASS: a\n");
}

TEST(JournalctlMasks, HeadersAreComparedInAnyOrderOfFiles) {
  EXPECT_EQ(mask_header("File path: b\nState: 1\n\nFile path: a\nRotate suggested: no\n"),
            mask_header("File path: a\nRotate suggested: yes\n\nFile path: b\nState: 1\n"));
  EXPECT_NE(mask_header("File path: a\nState: 1\n"), mask_header("File path: a\nState: 2\n"));
}

TEST(JournalctlMasks, OnlyTheFirstLinesAreAskedOf252InItsOwnWay) {
  using Words = std::vector<std::string>;

  EXPECT_EQ(arguments_for_252({"-n+7", "-W"}), (Words{"-n7", "--no-hostname"}));
  EXPECT_EQ(arguments_for_252({"-S", "+1d", "-n", "+3"}), (Words{"-S", "+1d", "-n", "3"}));
}

}  // namespace
}  // namespace logq::test

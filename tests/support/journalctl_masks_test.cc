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
            "\"A\":[\"1\",[2,3]]\n\"B\":\"x,\\\"}\"\n--\n");
}

TEST(JournalctlMasks, ADifferentValueStaysDifferent) {
  EXPECT_NE(mask_json(R"({"A":"1"})"), mask_json(R"({"A":"2"})"));
  EXPECT_NE(mask_json(R"({"A":null})"), mask_json(R"({})"));
}

}  // namespace
}  // namespace logq::test

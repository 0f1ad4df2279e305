#include "query/json_format.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "query/sample_entry.h"

namespace logq::test {
namespace {

using query::OutputMode;

constexpr std::string_view kAddresses =
    R"({"__CURSOR":"s=98f13c7e48d14efdb325a22fe98af9cc;i=30;b=11111111111111111111111111111111;)"
    R"(m=4c4b40;t=60a24181e4000;x=aa71","__REALTIME_TIMESTAMP":"1700000000000000",)"
    R"("__MONOTONIC_TIMESTAMP":"5000000","__SEQNUM":"48",)"
    R"("__SEQNUM_ID":"98f13c7e48d14efdb325a22fe98af9cc",)"
    R"("_BOOT_ID":"11111111111111111111111111111111")";

// The members after the addresses.
std::string fields_of(const std::vector<std::string_view>& payloads,
                      query::FormatOptions options = {}) {
  const std::string line = formatted(OutputMode::kJson, payloads, options);
  EXPECT_TRUE(line.starts_with(kAddresses)) << line;
  return line.substr(kAddresses.size());
}

TEST(JsonFormat, PrintsFieldsByNameAfterTheAddresses) {
  EXPECT_EQ(fields_of({"PRIORITY=6", "MESSAGE=say \"hi\"\n"}),
            ",\"MESSAGE\":\"say \\\"hi\\\"\\n\",\"PRIORITY\":\"6\"}\n");
}

TEST(JsonFormat, OrdersNamesThatBeginAlike) {
  const std::string expected = R"(,"A":"z","AB":"","ABCDEFG":"z","ABCDEFGH":"z",)"
                               R"("ABCDEFGHI":"1","ABCDEFGHJ":"0","B":""})"
                               "\n";
  std::vector<std::string_view> payloads = {"A=z",         "AB=",         "ABCDEFG=z", "ABCDEFGH=z",
                                            "ABCDEFGHI=1", "ABCDEFGHJ=0", "B="};
  EXPECT_EQ(fields_of(payloads), expected);
  std::reverse(payloads.begin(), payloads.end());
  EXPECT_EQ(fields_of(payloads), expected);
}

TEST(JsonFormat, PrintsTheBootIdOnce) {
  EXPECT_EQ(fields_of({"_BOOT_ID=11111111111111111111111111111111"}), "}\n");
}

TEST(JsonFormat, PrintsRepeatedFieldsAsAnArrayInStoredOrder) {
  EXPECT_EQ(fields_of({"B=2", "A=x", "B=1", "B=\x01"}), R"(,"A":"x","B":["2","1",[1]]})"
                                                        "\n");
}

TEST(JsonFormat, PrintsALongFieldAsNullUnlessEverythingIsShown) {
  const std::string longest = "M=" + std::string(4093, 'x');
  const std::string too_long = "M=" + std::string(4094, 'x');

  EXPECT_EQ(fields_of({longest}).size(), longest.size() + 7);
  EXPECT_EQ(fields_of({too_long}), ",\"M\":null}\n");
  EXPECT_EQ(fields_of({too_long}, {.show_all = true}).size(), too_long.size() + 7);
}

TEST(JsonFormat, LeavesOutWhatIsNoField) {
  EXPECT_EQ(fields_of({"no equals sign", "\"evil\":1=x", "=x"}), "}\n");
}

TEST(JsonFormat, LetsNoFieldForgeAnAddress) {
  EXPECT_EQ(fields_of({"__CURSOR=x", "__REALTIME_TIMESTAMP=1", "__SEQNUM=1"}), "}\n");
}

TEST(JsonFormat, PrintsTheFieldsAskedForAndAllAddresses) {
  EXPECT_EQ(fields_of({"A=1", "B=2"}, {.output_fields = {"B"}}), ",\"B\":\"2\"}\n");
}

TEST(JsonFormat, PrettyHasAMemberPerLineAndAnElementPerLine) {
  const std::string text =
      formatted(OutputMode::kJsonPretty, {"A=x", "B=1", "B=\x01\x02", "C=\xff"});

  EXPECT_TRUE(text.starts_with("{\n\t\"__CURSOR\" : \"s=98f13c7e")) << text;
  EXPECT_TRUE(
      text.ends_with(",\n\t\"A\" : \"x\",\n\t\"B\" : [\n\t\t\"1\",\n\t\t[\n\t\t\t1,\n\t\t\t2"
                     "\n\t\t]\n\t],\n\t\"C\" : [\n\t\t255\n\t]\n}\n"))
      << text;
}

TEST(JsonFormat, IsFramedForServerSentEventsAndForSequences) {
  const std::string object = formatted(OutputMode::kJson, {"A=1"});
  const std::string bare = object.substr(0, object.size() - 1);

  EXPECT_EQ(formatted(OutputMode::kJsonSse, {"A=1"}), "data: " + bare + "\n\n");
  EXPECT_EQ(formatted(OutputMode::kJsonSeq, {"A=1"}), "\x1e" + bare + "\n");
}

TEST(JsonFormat, ColoursNamesAndValuesWithinTheirQuotes) {
  const std::string long_field = "C=" + std::string(5000, 'x');
  const std::string text =
      formatted(OutputMode::kJson, {"A=x", "B=\x01", long_field}, {.colours = true});

  EXPECT_TRUE(
      text.ends_with(",\"\x1b[0;32mA\x1b[0m\":\"\x1b[0;32mx\x1b[0m\""
                     ",\"\x1b[0;32mB\x1b[0m\":[\x1b[0;1;34m1\x1b[0m]"
                     ",\"\x1b[0;32mC\x1b[0m\":\x1b[0;1;39mnull\x1b[0m}\n"))
      << text;
}

}  // namespace
}  // namespace logq::test

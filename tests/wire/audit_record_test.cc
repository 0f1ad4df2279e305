#include "wire/audit_record.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/audit_type.h"

namespace logq::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> fields;
  append_audit_fields(text, fields);
  return fields;
}

TEST(AuditRecord, TakesTimeAndNumberOffTheFront) {
  const auto record = parse_audit_record("audit(1700000000.123:45): pid=1 \n");

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->realtime_usec, 1'700'000'000'123'000U);
  EXPECT_EQ(record->id, 45U);
  EXPECT_EQ(record->text, "pid=1 \n");
}

TEST(AuditRecord, IsRefusedWhereItHasAnotherShape) {
  for (const std::string& text :
       {""s, "audit"s, "audit(1.2:3): "s, "audit(1.2:3):"s, "audit(1.2:3) a"s, "audit(1.2): a"s,
        "audit(1:3): a"s, "audit(.2:3): a"s, "audit(1.2:): a"s, "audit(x.2:3): a"s,
        "AUDIT(1.2:3): a"s, "audit(1.2:3): a\0"s, "audit(1.2:18446744073709551616): a"s}) {
    EXPECT_FALSE(parse_audit_record(text).has_value()) << text;
  }
}

TEST(AuditRecord, GivesTheKernelsFieldsTheNamesThatEntriesHave) {
  EXPECT_THAT(
      fields_of("pid=1 ppid=2 uid=3 auid=4294967295 ses=5 subj==unconfined tty=(none) "
                "comm=\"ls\" exe=2F746D702F6120 name=\"/a b\" key=(null) a-B_1=x"),
      ElementsAre("_PID=1", "_PPID=2", "_UID=3", "_AUDIT_LOGINUID=4294967295", "_AUDIT_SESSION=5",
                  "_SELINUX_CONTEXT==unconfined", "_TTY=(none)", "_COMM=ls", "_EXE=/tmp/a ",
                  "_AUDIT_FIELD_NAME=/a b", "_AUDIT_FIELD_KEY=(null)", "_AUDIT_FIELD_A_B_1=x"));
}

TEST(AuditRecord, MakesCommandLinesPrintable) {
  EXPECT_THAT(fields_of("proctitle=6C73002D6C0A name=6C730A"),
              ElementsAre("_CMDLINE=ls -l ", "_AUDIT_FIELD_NAME=ls\n"));
}

TEST(AuditRecord, TrustsNothingThatAProgramSaid) {
  EXPECT_THAT(fields_of("pid=1 msg='pid=5 _PID=6 comm=41 exe=\"/x y\" cwd=2F acct=zz op=a'"),
              ElementsAre("_PID=1", "AUDIT_FIELD_PID=5", "AUDIT_FIELD__PID=6", "AUDIT_FIELD_COMM=A",
                          "AUDIT_FIELD_EXE=/x y", "AUDIT_FIELD_CWD=/", "AUDIT_FIELD_ACCT=zz",
                          "AUDIT_FIELD_OP=a"));
  EXPECT_THAT(fields_of("msg='a=1' pid=5"), IsEmpty()) << "its end would be anywhere";
  EXPECT_THAT(fields_of("msg='a=1 msg='b=2''"),
              ElementsAre("AUDIT_FIELD_A=1", "AUDIT_FIELD_MSG='b=2'"));
}

TEST(AuditRecord, TakesStringsThatAreNoneAsTheyStand) {
  EXPECT_THAT(fields_of("exe=6g comm=616 exe= comm=41\"x\" comm=\"unended"),
              ElementsAre("_AUDIT_FIELD_EXE=6g", "_AUDIT_FIELD_COMM=616", "_AUDIT_FIELD_EXE=",
                          "_AUDIT_FIELD_COMM=41\"x\"", "_AUDIT_FIELD_COMM=\"unended"));
}

TEST(AuditRecord, SkipsWhatIsNoField) {
  EXPECT_THAT(fields_of(" denied  { read } =1 a.b=1 a234567890123456=y\tb=2"),
              ElementsAre("_AUDIT_FIELD_B=2"));
}

TEST(AuditRecord, HasSixtyFourFieldsAtMost) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "f" + std::to_string(i) + "=1 ";
  EXPECT_EQ(fields_of(text).size(), 64U);
}

TEST(AuditRecord, NeverReadsBeyondACutRecord) {
  const std::string whole = "audit(1.2:3): comm=\"a b\" exe=2F41 x=1 msg='op=a acct=\"b\"'";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string cut(whole.data(), size);  // its own allocation, which sanitizers watch
    const auto record = parse_audit_record(cut);
    EXPECT_EQ(record.has_value(), size > whole.find("): ") + 3) << size;
    if (!record.has_value()) continue;
    EXPECT_LE(fields_of(record->text).size(), 5U);
  }
}

TEST(AuditType, HasItsNameOrItsNumber) {
  EXPECT_EQ(audit_type_name(1005), "USER");
  EXPECT_EQ(audit_type_name(1130), "SERVICE_START");
  EXPECT_EQ(audit_type_name(1300), "SYSCALL");
  EXPECT_EQ(audit_type_name(1301), "AUDIT1301");
  EXPECT_EQ(audit_type_name(1302), "PATH");
  EXPECT_EQ(audit_type_name(1423), "LANDLOCK_ACCESS");
  EXPECT_EQ(audit_type_name(2507), "VIRT_MIGRATE_OUT");
  EXPECT_EQ(audit_type_name(2508), "AUDIT2508");
  EXPECT_EQ(audit_type_name(0), "AUDIT0000");
  EXPECT_EQ(audit_type_name(65535), "AUDIT65535");
}

}  // namespace
}  // namespace logq::wire

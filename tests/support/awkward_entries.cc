#include "support/awkward_entries.h"

#include <string_view>
#include <utility>
#include <vector>

#include "wire/export_format.h"

namespace logq::test {
namespace {

using namespace std::string_literals;
using FieldList = std::vector<std::string>;

class ExportWriter {
 public:
  void begin_boot(char digit) {
    boot_ = std::string(32, digit);
    monotonic_usec_ = 500'000;
  }

  void begin_machine(char digit) { machine_ = std::string(32, digit); }
  void skip(std::uint64_t usec) {
    realtime_usec_ += usec;
    monotonic_usec_ += usec;
  }

  void add(const FieldList& fields) { add_from("_HOSTNAME=box", fields); }

  void add_from(const std::string& host, const FieldList& fields) {
    realtime_usec_ += step_usec;
    monotonic_usec_ += step_usec;
    out_ += "__REALTIME_TIMESTAMP=" + std::to_string(realtime_usec_) + "\n";
    out_ += "__MONOTONIC_TIMESTAMP=" + std::to_string(monotonic_usec_) + "\n";
    out_ += "_BOOT_ID=" + boot_ + "\n_MACHINE_ID=" + machine_ + "\n";
    if (!host.empty()) wire::encode_export_field(host, out_);
    for (const std::string& field : fields)
      wire::encode_export_field(field, out_);
    out_ += "\n";
  }

  void say(const std::string& identifier, const std::string& message) {
    add({"SYSLOG_IDENTIFIER=" + identifier, "MESSAGE=" + message});
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

  std::uint64_t step_usec = 1'500'000;

 private:
  std::string out_;
  std::string boot_;
  std::string machine_ = "aaaabbbbccccddddeeeeffff00001111";
  std::uint64_t realtime_usec_ = 1'700'000'000'000'000;
  std::uint64_t monotonic_usec_ = 0;
};

void add_messages(ExportWriter& writer) {
  for (const std::string& message : {"bin\x01\x02\x03"s,
                                     "nul\0inside"s,
                                     "\xff\xfe invalid"s,
                                     "\x1b[31mred\x1b[0m plain"s,
                                     "\x1b[31mred\nline\x1b[0m \ttab"s,
                                     "\x1b]8;;http://x\alink\x1b]8;;\a osc"s,
                                     "\x1b unfinished [ x"s,
                                     "\x1b[12;"s,
                                     "\x1b[\0m nul"s,
                                     "\x1b\x1b[31mtwo"s,
                                     "h\u00e9llo \u2713 \u65e5\u672c\u8a9e \U0001f600"s,
                                     "c1 \xc2\x85 control"s,
                                     "noncharacter \xef\xbf\xbf"s,
                                     "surrogate \xed\xa0\x80"s,
                                     "tab\tin\tmessage"s,
                                     "line one\nline two\n  line three"s,
                                     "trailing newline\n"s,
                                     "  leading  \n\n\n"s,
                                     "\n\nfirst"s,
                                     ""s,
                                     "   "s,
                                     "\n"s,
                                     "cr\rlf\r\nend\r\r"s,
                                     "delete \x7f"s,
                                     "quote \" back \\ slash / < > & \b\f\v"s,
                                     "quote \" back \\ slash / < >\t\n"s,
                                     std::string(70'000, 'L'),
                                     std::string(1'535, '\x01')}) {
    writer.say("msg", message);
  }
}

void add_columns(ExportWriter& writer) {
  writer.add({"SYSLOG_IDENTIFIER=no-message", "FOO=bar", "PRIORITY=6"});
  writer.add({"MESSAGE=no identifier\nsecond line"});
  writer.add({"MESSAGE=pid only", "_PID=55"});
  writer.add({"MESSAGE=both pids", "_COMM=cmd", "_PID=55", "SYSLOG_PID=66"});
  writer.add({"MESSAGE=syslog pid\nsecond line", "_COMM=cmd", "SYSLOG_PID=66"});
  writer.add({"MESSAGE=binary", "SYSLOG_IDENTIFIER=a\x01", "_COMM=cmd", "_PID=1\x01"});
  writer.add({"MESSAGE=nul\nsecond", "SYSLOG_IDENTIFIER=a\0b"s});
  writer.add({"MESSAGE=empty", "SYSLOG_IDENTIFIER=", "_COMM=cmd", "_PID="});
  writer.add({"MESSAGE=long", "SYSLOG_IDENTIFIER=" + std::string(300, 'i'), "_COMM=cmd"});
  writer.add({"MESSAGE=299", "SYSLOG_IDENTIFIER=" + std::string(299, 'i')});
  writer.add({"MESSAGE=\u00fc\nindented", "SYSLOG_IDENTIFIER=\u00fctf8"});
  writer.add_from("", {"MESSAGE=no host", "SYSLOG_IDENTIFIER=h"});
  writer.add_from("_HOSTNAME=", {"MESSAGE=empty host", "SYSLOG_IDENTIFIER=h"});
  writer.add_from("_HOSTNAME=b\x01", {"MESSAGE=binary host", "SYSLOG_IDENTIFIER=h"});
  writer.add({"MESSAGE=two hosts", "_HOSTNAME=second"});
  for (const std::string time : {"1600000000123456", "garbage", "0", "-5", "+1600000000123456",
                                 " 16000000001", "0x5AF31107A4000", "0b1010101010101010101010101",
                                 "18446744073709551615", "36028797018963967", "36028797018963968"})
    writer.add({"MESSAGE=source time", "_SOURCE_REALTIME_TIMESTAMP=" + time});
}

void add_fields(ExportWriter& writer) {
  for (int priority = 0; priority < 8; ++priority) {
    writer.add({"PRIORITY=" + std::to_string(priority), "SYSLOG_IDENTIFIER=prio", "_PID=42",
                "MESSAGE=priority " + std::to_string(priority)});
  }
  writer.add({"MESSAGE=two priorities", "PRIORITY=3", "PRIORITY=6"});
  writer.add({"MESSAGE=bad priority", "PRIORITY=33"});
  writer.add({"MESSAGE=first", "MESSAGE=second", "SYSLOG_IDENTIFIER=rep", "SYSLOG_IDENTIFIER=rep2",
              "FOO=1", "FOO=2", "FOO=\x01", "_PID=1", "_PID=2"});
  writer.add({"MESSAGE=same", "MESSAGE=same", "FOO=twice", "FOO=twice"});
  for (const std::size_t size : {299U, 300U, 4087U, 4088U, 4089U}) {
    writer.add({"MESSAGE=" + std::string(size, 'x'), "FOO=" + std::string(size, 'y'),
                "BAR=" + std::string(size, '\x01')});
  }
}

void add_units(ExportWriter& writer) {
  for (const std::string unit : {"foo.service", "foo@1.service", "bar.socket", "baz.slice"}) {
    writer.add({"MESSAGE=own", "_SYSTEMD_UNIT=" + unit, "_SYSTEMD_SLICE=baz.slice", "_UID=1000"});
    writer.add({"MESSAGE=manager", "UNIT=" + unit, "_PID=1", "_UID=0"});
    writer.add({"MESSAGE=not the manager", "UNIT=" + unit, "_PID=2", "_UID=1000"});
    writer.add({"MESSAGE=daemon", "OBJECT_SYSTEMD_UNIT=" + unit, "_UID=0"});
    writer.add({"MESSAGE=not a daemon", "OBJECT_SYSTEMD_UNIT=" + unit, "_UID=1000"});
    writer.add({"MESSAGE=core", "COREDUMP_UNIT=" + unit, "_UID=0",
                "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"});
  }
}

void add_user_units(ExportWriter& writer) {
  for (const std::string uid : {"0", "1000"}) {
    const std::string user = "_UID=" + uid;
    writer.add({"MESSAGE=own", "_SYSTEMD_USER_UNIT=app.service", "_SYSTEMD_UNIT=user@0.service",
                "_SYSTEMD_USER_SLICE=session.slice", user, "SYSLOG_IDENTIFIER=app", "_PID=9"});
    writer.add({"MESSAGE=manager", "USER_UNIT=app.service", user});
    writer.add({"MESSAGE=daemon", "OBJECT_SYSTEMD_USER_UNIT=app.service", user});
    writer.add({"MESSAGE=core", "COREDUMP_USER_UNIT=app.service", user,
                "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"});
    writer.add({"MESSAGE=slice", "_SYSTEMD_USER_SLICE=app.slice", user});
  }
  // No core dump of foo.service reported by uid 1000: in named files the newest journalctl takes it
  // for one, whoever reported it, and 252 does not.
  writer.add({"MESSAGE=in the slice", "_SYSTEMD_SLICE=system.slice",
              "_SYSTEMD_CGROUP=/system.slice/foo.service", "_SYSTEMD_UNIT=foo.service",
              "_SYSTEMD_INVOCATION_ID=12341234123412341234123412341234", "_PID=77"});
  writer.add({"MESSAGE=init", "UNIT=foo.service", "_PID=1", "_UID=0", "_SYSTEMD_CGROUP=/init.scope",
              "INVOCATION_ID=12341234123412341234123412341234"});
}

void add_origins(ExportWriter& writer) {
  for (const std::string facility : {"0", "1", "3", "4", "10", "16", "23", "24", "x"}) {
    writer.add({"MESSAGE=facility " + facility, "SYSLOG_FACILITY=" + facility, "PRIORITY=5",
                "SYSLOG_IDENTIFIER=facility"});
  }
  for (const std::string priority : {"06", " 3", "-1", "8", "", "err", "3\n"})
    writer.add({"MESSAGE=odd priority", "PRIORITY=" + priority, "SYSLOG_IDENTIFIER=odd"});
  writer.add({"MESSAGE=Linux version 6.1", "_TRANSPORT=kernel", "PRIORITY=5",
              "SYSLOG_IDENTIFIER=kernel", "SYSLOG_FACILITY=0"});
  writer.add({"MESSAGE=sda: sda1", "_TRANSPORT=kernel", "PRIORITY=6", "SYSLOG_IDENTIFIER=kernel",
              "_KERNEL_DEVICE=b8:0", "_KERNEL_SUBSYSTEM=block", "_UDEV_SYSNAME=sda"});
  writer.add({"MESSAGE=executed", "_EXE=/bin/sh", "_COMM=sh", "_PID=12"});
  writer.add({"MESSAGE=audit", "_TRANSPORT=audit", "_AUDIT_TYPE=1400", "_AUDIT_ID=3",
              "_AUDIT_TYPE_NAME=AVC", "SYSLOG_IDENTIFIER=audit"});
  writer.add({"MESSAGE=Docs at https://example.org/a", "DOCUMENTATION=man:logq(1)",
              "CODE_FILE=src/a.c", "CODE_LINE=12", "CODE_FUNC=main", "_HOSTNAME=box2"});
  writer.add({"MESSAGE=started", "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf", "UNIT=foo.service",
              "_PID=1", "PRIORITY=6"});
}

}  // namespace

std::string awkward_export() {
  ExportWriter writer;
  writer.begin_boot('1');
  add_messages(writer);
  add_columns(writer);
  add_fields(writer);
  add_units(writer);
  add_user_units(writer);
  add_origins(writer);
  writer.begin_boot('2');
  for (int i = 0; i < 5; ++i)
    writer.say("b2", "boot two " + std::to_string(i));
  writer.begin_boot('3');
  writer.add({"SYSLOG_IDENTIFIER=first-of-boot"});
  writer.step_usec = std::uint64_t{9} * 86'400'000'000;
  for (int i = 0; i < 15; ++i)
    writer.say("b3", "boot three " + std::to_string(i));
  writer.begin_boot('4');
  writer.begin_machine('c');
  writer.skip(std::uint64_t{800} * 86'400'000'000);
  for (int i = 0; i < 4; ++i)
    writer.say("b4", "another machine " + std::to_string(i));
  return writer.take();
}

std::string awkward_user_export() {
  ExportWriter writer;
  writer.begin_boot('1');
  writer.skip(700'000);
  for (int i = 0; i < 60; ++i) {
    writer.add({"MESSAGE=user " + std::to_string(i), "SYSLOG_IDENTIFIER=user", "_UID=1000",
                "PRIORITY=" + std::to_string(i % 8), "_SYSTEMD_UNIT=user@1000.service"});
  }
  return writer.take();
}

bool make_journal(const std::string& path,
                  const std::string& export_text,
                  const Environment& variant) {
  const Command command{
      {"/lib/systemd/systemd-journal-remote", "-o", path, "-"}, variant, export_text};
  return run_command(command).status == 0;
}

}  // namespace logq::test

#include "support/machine_tree.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/ids.h"
#include "support/awkward_entries.h"
#include "wire/export_format.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;
using FieldList = std::vector<std::string>;

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kDay = 86'400 * kSecond;
constexpr std::uint64_t kFirstBoot = 1'700'000'000 * kSecond;
constexpr std::size_t kBoots = 5;

struct Machine {
  std::string id;
  std::string host;
  std::vector<std::string> boots;  // one for each day
};

struct Entry {
  std::uint64_t realtime_usec = 0;
  std::string text;  // in the export format
};

// `count` entries of a boot, one every `step_usec`; '%' in a field is the number of the entry.
struct Series {
  std::size_t boot = 0;
  std::uint64_t start_usec = 0;  // after the boot
  int count = 0;
  std::uint64_t step_usec = 0;
  FieldList fields;
};

std::string numbered(std::string field, int number) {
  const std::size_t percent = field.find('%');
  return percent == std::string::npos ? field : field.replace(percent, 1, std::to_string(number));
}

Entry make_entry(const Machine& machine, const Series& series, int number) {
  const auto step = static_cast<std::uint64_t>(number) * series.step_usec;
  const std::uint64_t since_boot = series.start_usec + step;
  Entry entry;
  entry.realtime_usec = kFirstBoot + series.boot * kDay + since_boot;
  entry.text = "__REALTIME_TIMESTAMP=" + std::to_string(entry.realtime_usec) +
               "\n__MONOTONIC_TIMESTAMP=" + std::to_string(kSecond + since_boot) +
               "\n_BOOT_ID=" + machine.boots.at(series.boot) + "\n_MACHINE_ID=" + machine.id +
               "\n_HOSTNAME=" + machine.host + "\nPRIORITY=" + std::to_string(number % 8) + "\n";
  for (const std::string& field : series.fields)
    wire::encode_export_field(numbered(field, number), entry.text);
  entry.text += "\n";
  return entry;
}

std::string export_of(const Machine& machine, const std::vector<Series>& all) {
  std::vector<Entry> entries;
  for (const Series& series : all) {
    for (int number = 0; number < series.count; ++number)
      entries.push_back(make_entry(machine, series, number));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.realtime_usec < b.realtime_usec;
  });
  std::string text;
  for (const Entry& entry : entries)
    text += entry.text;
  return text;
}

FieldList service() {
  return {"MESSAGE=system %", "_SYSTEMD_UNIT=web.service", "_SYSTEMD_SLICE=system.slice",
          "_UID=0",           "SYSLOG_IDENTIFIER=web",     "_TRANSPORT=journal",
          "_PID=1%"};
}

FieldList kernel() {
  return {"MESSAGE=kernel %", "_TRANSPORT=kernel", "SYSLOG_IDENTIFIER=kernel", "SYSLOG_FACILITY=0"};
}

// 252 knows the manager by its PID, newer versions by its control group.
FieldList manager() {
  return {"MESSAGE=about web %",       "UNIT=web.service",           "_PID=1", "_UID=0",
          "SYSLOG_IDENTIFIER=systemd", "_SYSTEMD_CGROUP=/init.scope"};
}

FieldList user(int uid) {
  const std::string number = std::to_string(uid);
  return {"MESSAGE=user %",
          "_SYSTEMD_UNIT=user@" + number + ".service",
          "_SYSTEMD_USER_UNIT=app.service",
          "_SYSTEMD_USER_SLICE=app.slice",
          "_UID=" + number,
          "SYSLOG_IDENTIFIER=app",
          "_TRANSPORT=stdout"};
}

FieldList user_manager(int uid) {
  return {"MESSAGE=about app %", "USER_UNIT=app.service", "_UID=" + std::to_string(uid),
          "SYSLOG_IDENTIFIER=systemd", "_PID=70%"};
}

FieldList in_namespace(const std::string& name) {
  return {"MESSAGE=in " + name + " %", "_NAMESPACE=" + name, "SYSLOG_IDENTIFIER=" + name,
          "_SYSTEMD_UNIT=web.service", "_UID=0"};
}

class Tree {
 public:
  explicit Tree(const std::string& root)
      : storage_(root + "/var/log/journal/"),
        volatile_(root + "/run/log/journal/") {
    fs::create_directories(storage_);
    fs::create_directories(volatile_);
    own_ = {base::machine_id().to_string(), "box", {}};
    for (const char digit : {'1', '2', '3', '4'})
      own_.boots.emplace_back(32, digit);
    own_.boots.push_back(base::boot_id().to_string());
    other_ = {std::string(31, 'c') + "d", "other", std::vector(kBoots, std::string(32, '8'))};
    other_.boots[1] = std::string(32, '7');
    other_.boots[3] = std::string(32, '5');
    far_ = {std::string(32, 'e'), "far", std::vector(kBoots, std::string(32, '6'))};
  }

  bool make() {
    make_system_files();
    make_user_files();
    make_neighbours();
    return made_;
  }

 private:
  void write(const std::string& path,
             const Machine& machine,
             const std::vector<Series>& series,
             const Environment& variant = {}) {
    fs::create_directories(fs::path(path).parent_path());
    made_ = made_ && make_journal(path, export_of(machine, series), variant);
    std::error_code ignored;  // of a file that was not made
    fs::permissions(path, fs::perms(0644), ignored);
  }

  void make_system_files() {
    const std::string archive = storage_ + own_.id + "/system@" + std::string(32, 'a');
    write(archive + "-0000000000000001-00060a24181e4000.journal", own_,
          {{0, 0, 20, kSecond, kernel()},
           {0, 20 * kSecond, 20, kSecond, service()},
           {1, 0, 10, kSecond, kernel()}});
    write(archive + "-0000000000000033-00060a3835f5a000.journal", own_,
          {{1, 10 * kSecond, 20, kSecond, service()}, {2, 0, 15, kSecond, service()}});
    write(storage_ + own_.id + "/system.journal", own_,
          {{3, 0, 15, kSecond, manager()},
           {4, 0, 10, kSecond, kernel()},
           {4, 10 * kSecond, 20, kSecond, service()}},
          {{"SYSTEMD_JOURNAL_COMPACT", "0"}});
    write(volatile_ + own_.id + "/system.journal", own_,
          {{2, 15 * kSecond, 10, kSecond, service()}, {3, 100'000, 5, kSecond, kernel()}});
  }

  void make_user_files() {
    const std::string base = storage_ + own_.id + "/user-";
    write(base + "1000.journal", own_,
          {{0, 300'000, 10, 3 * kSecond, user(1000)},
           {1, 300'000, 5, 2 * kSecond, user(1000)},
           {2, 12 * kSecond, 10, kSecond / 2, user(1000)},
           {4, 500'000, 9, 3 * kSecond, user(1000)},
           {4, 800'000, 3, 3 * kSecond, user_manager(1000)}});
    write(base + "1001.journal", own_,
          {{1, 600'000, 10, 3 * kSecond, user(1001)}, {4, 900'000, 9, 3 * kSecond, user(1001)}},
          {{"SYSTEMD_JOURNAL_KEYED_HASH", "0"}});
    write(base + "0.journal", own_,
          {{3, 600'000, 10, 3 * kSecond, user(0)}, {4, 700'000, 9, 3 * kSecond, user(0)}});
  }

  void make_neighbours() {
    write(storage_ + own_.id + ".web/system.journal", own_,
          {{2, 200'000, 8, 2 * kSecond, in_namespace("web")},
           {4, 200'000, 8, 2 * kSecond, in_namespace("web")}});
    write(storage_ + own_.id + ".web/user-1000.journal", own_,
          {{4, 210'000, 4, 2 * kSecond, user(1000)}});
    write(volatile_ + own_.id + ".db/system.journal", own_,
          {{4, 250'000, 8, 2 * kSecond, in_namespace("db")}});
    write(storage_ + other_.id + "/system.journal", other_,
          {{1, 400'000, 12, 2 * kSecond, service()}, {4, 400'000, 12, 2 * kSecond, service()}});
    write(storage_ + other_.id + ".web/system.journal", other_,
          {{3, 420'000, 6, 2 * kSecond, in_namespace("otherweb")}});
    write(storage_ + "remote/remote-far.journal", far_, {{4, 450'000, 6, 2 * kSecond, service()}});
    write(storage_ + "remote/" + far_.id + "/system.journal", far_,
          {{4, 470'000, 6, 2 * kSecond, kernel()}});
  }

  std::string storage_;
  std::string volatile_;
  Machine own_;
  Machine other_;
  Machine far_;
  bool made_ = true;
};

}  // namespace

bool make_machine_tree(const std::string& root) {
  return Tree(root).make();
}

}  // namespace logq::test

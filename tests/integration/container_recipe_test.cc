// The recipes for containers, taken from the text: README.md's in a pid namespace of its own, that
// of docs/supervision.md as the entry point of a real Podman.
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// The recipe with its directories under `directory`; "" when README has none.
std::string recipe(const std::string& directory) {
  const std::string text = read_text_file(LOGQ_SOURCE_DIR "/README.md");
  const std::size_t at = text.find("#!/bin/sh\nlogqd ");
  if (at == std::string::npos) return "";
  std::string script = text.substr(at, text.find("```", at) - at);
  replace_all(script, "/run/logq", directory + "/run");
  replace_all(script, "/var/log/journal", directory + "/journal");
  return script;
}

TEST(ContainerRecipe, StoresAllOfAServiceThatEndsWithItsContainer) {
  const std::vector<std::string> container{"unshare", "-pf", "--mount-proc"};
  std::vector<std::string> probe = container;
  probe.emplace_back("true");
  if (run_command({probe, {}, {}}).status != 0) GTEST_SKIP() << "no pid namespaces here";
  const TempDir directory;
  const auto write_program = [&](const std::string& name, const std::string& script) {
    write_text_file(directory.path() + name, script);
    ::chmod((directory.path() + name).c_str(), 0755);
  };
  write_program("/hello", "#!/bin/sh\necho output\nexit 3\n");
  write_program("/entry", recipe(directory.path()));
  const std::string path = std::string(LOGQ_BIN_DIR) + ":" + ::getenv("PATH");

  for (int run = 0; run < 2; ++run) {
    std::vector<std::string> argv = container;
    argv.insert(argv.end(), {"sh", "-c", "cd " + directory.path() + "; exec ./entry"});
    const auto result = run_command({argv, {{"PATH", path}}, {}});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.err, "");  // the second logqd finds nothing to recover
  }

  const auto result = run_command({{built_program("logq"), "-D", directory.path() + "/journal",
                                    "-u", "hello", "-q", "-o", "export"},
                                   {},
                                   {}});
  const auto entries = parse_export(result.out);
  ASSERT_EQ(entries.size(), 8U) << result.err;
  EXPECT_EQ(entries[5].at("MESSAGE"), "output");
  EXPECT_EQ(entries[7].at("MESSAGE"), "hello.service: Failed with result 'exit-code'.");
}

// The ENTRYPOINT line of docs/supervision.md.
std::string entry_point() {
  const std::string page = read_text_file(LOGQ_SOURCE_DIR "/docs/supervision.md");
  const std::size_t at = page.find("`ENTRYPOINT [") + 1;
  return page.substr(at, page.find('`', at) - at);
}

// An image of empty directories and links; /usr is the machine's.
constexpr const char* kContainer = R"sh(
umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup /sys/fs/cgroup || exit 99
mount -t tmpfs none /run && mkdir -p /run/systemd/system image/usr image/etc image/tmp || exit 99
for name in bin lib lib64 sbin; do ln -s usr/$name image/$name; done
tar -C image -cf image.tar .
podman() {
  command podman --runtime crun --cgroup-manager cgroupfs --storage-driver vfs \
    --root "$PWD/storage" --runroot /run/podman "$@"
}
podman import -q --change "$ENTRY_POINT" image.tar hello >&2 || exit 99
podman run --rm --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 --cgroups=disabled \
  --network=none --log-driver=none -v /usr:/usr:ro -v "$PROGRAMS:/opt:ro" \
  -v "$(dirname "$LOGQ_SOCKET"):/run/logq" -e PATH=/opt:/usr/bin \
  -e LOGQ_SOCKET=/run/logq/socket hello \
  sh -c 'echo child of $PPID; echo output >&2; exit 3'
)sh";

TEST(ContainerRecipe, IsTheEntryPointOfAnImageOfPodman) {
  if (run_command({{"sh", "-c", "command -v podman crun"}, {}, {}}).status != 0)
    GTEST_SKIP() << "podman is not installed";
  PrivateLogqd logqd;
  const TempDir directory;
  write_text_file(directory.path() + "/container", kContainer);
  Environment environment = logqd.environment();
  environment.insert(environment.end(),
                     {{"ENTRY_POINT", entry_point()}, {"PROGRAMS", LOGQ_BIN_DIR}});
  const CommandResult result =
      run_command({{"unshare", "-mpf", "--kill-child", "--propagation", "private", "--mount-proc",
                    "sh", "-c", "cd " + directory.path() + " && . ./container"},
                   environment,
                   {}});
  if (result.status == 99) GTEST_SKIP() << "no containers here: " << result.err;

  EXPECT_EQ(result.status, 3) << result.err;
  logqd.sync();
  const auto entries =
      parse_export(logqd.read("journalctl", {"-u", "hello", "-q", "-o", "export"}).out);
  ASSERT_EQ(entries.size(), 5U) << result.err;
  EXPECT_EQ(entries[0].at("MESSAGE"), "Started hello.service.");
  EXPECT_EQ(entries[1].at("MESSAGE"), "child of 1");
  EXPECT_EQ(entries[2].at("MESSAGE"), "output");
  EXPECT_EQ(entries[3].at("MESSAGE"),
            "hello.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED");
  EXPECT_EQ(entries[4].at("MESSAGE"), "hello.service: Failed with result 'exit-code'.");
}

}  // namespace
}  // namespace logq::test

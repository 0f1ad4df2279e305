// logq-run, logq-cat and logq-svc: one program, which it is by the name it was started under.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "common/run.h"
#include "logq_run/cat_command.h"
#include "logq_run/check_command.h"
#include "logq_run/options.h"
#include "logq_run/run_command.h"
#include "logq_run/svc_command.h"

namespace {

// A stream opened in place of a missing standard descriptor would be taken for it.
void open_missing_standard_descriptors() {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR);  // NOLINT(android-cloexec-open): the program inherits it
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO) ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace logq::cli;  // NOLINT(google-build-using-namespace): main has no other home
  open_missing_standard_descriptors();
  const std::string_view name = program_invocation_short_name;
  if (name == "logq-svc") return svc_command(argc, argv);
  const Applet applet = name == "logq-cat" ? Applet::kCat : Applet::kRun;
  const char* tool = applet == Applet::kCat ? "logq-cat" : "logq-run";
  set_program_name(tool);

  const Options options = parse_options(applet, argc, argv);
  if (!options.complaint.empty()) {
    print_error_line(options.complaint + " (try " + tool + " --help)");
    if (options.is_bad_script) return kBadScript;
    return applet == Applet::kCat ? 2 : kOwnFailure;
  }
  if (options.action == Options::Action::kHelp) {
    std::fputs(help_text(applet).c_str(), stdout);
    return 0;
  }
  if (options.action == Options::Action::kVersion) {
    std::printf("%s %s\n", tool, LOGQ_VERSION);
    return 0;
  }
  if (options.action == Options::Action::kCheck) return check_command(options);
  return applet == Applet::kCat ? cat_command(options) : run_command(options);
}

#!/usr/bin/env python3
"""scripts/check_layers.py must find violations, each in a small tree of its own, and only those."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check_layers.py"
PUBLIC = "// What it is.\n#pragma once\n"


def run_on(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True,
                              timeout=60, check=False)


class CheckLayers(unittest.TestCase):
    def refuses(self, name, text, line, **others):
        files = {"lib/include/logq/id.h": PUBLIC, name: text, **others}
        result = run_on(files)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(f"/{name}:{line}: ", result.stdout)
        self.assertEqual(result.stdout.count("\n"), 1, result.stdout)

    def accepts(self, name, text):
        result = run_on({"lib/include/logq/id.h": PUBLIC, "cli/logqd/main.cc": "", name: text})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_lower_layer_may_not_see_a_higher_one(self):
        self.refuses("lib/base/io.cc", '#include <string>\n\n#include "wire/json.h"\n', 3)

    def test_journal_and_client_may_not_see_each_other(self):
        self.refuses("lib/journal/x.h", '#include "client/y.h"\n', 1)
        self.refuses("lib/client/x.h", '#include "journal/y.h"\n', 1)

    def test_supervise_may_not_see_the_journal(self):
        self.refuses("lib/supervise/x.cc", '# include "journal/store.h"\n', 1)

    def test_lib_may_not_see_a_program(self):
        self.refuses("lib/query/x.cc", '#include "common/options.h"\n', 1)

    def test_a_program_may_not_see_another(self):
        self.refuses("cli/logqd/x.cc", '#include "logq_run/y.h"\n', 1,
                     **{"cli/logq_run/y.h": ""})

    def test_a_program_may_not_see_the_headers_of_logq_itself(self):
        self.refuses("cli/logqd/x.cc", '#include "logq/options.h"\n', 1,
                     **{"cli/logq/options.h": ""})

    def test_a_public_header_may_not_see_an_internal_one(self):
        self.refuses("lib/include/logq/x.h", PUBLIC + '#include "base/io.h"\n', 3)

    def test_only_the_sink_may_see_spdlog(self):
        self.refuses("lib/include/logq/x.h", PUBLIC + "#include <spdlog/spdlog.h>\n", 3)
        self.accepts("lib/include/logq/spdlog_sink.h", PUBLIC + "#include <spdlog/spdlog.h>\n")

    def test_libraries_stay_in_their_layers(self):
        self.refuses("lib/client/x.cc", "#include <systemd/sd-journal.h>\n", 1)
        self.refuses("lib/wire/x.cc", "#include <zstd.h>\n", 1)
        self.accepts("lib/journal/x.cc", "#include <zstd.h>\n")

    def test_an_include_without_a_layer_is_refused(self):
        self.refuses("lib/base/x.cc", '#include "io.h"\n', 1)

    def test_an_unknown_layer_is_refused(self):
        self.refuses("lib/misc/x.cc", "", 1)

    def test_a_public_header_begins_with_a_comment(self):
        self.refuses("lib/include/logq/x.h", "#pragma once\n", 1)

    def test_a_public_header_has_pragma_once(self):
        self.refuses("lib/include/logq/x.h", "// What it is.\n", 1)

    def test_what_the_table_allows_passes(self):
        self.accepts("lib/collect/x.cc",
                     '#include <systemd/sd-daemon.h>\n#include "collect/y.h"\n'
                     '#include "journal/z.h"\n#include "logq/id.h"\n')
        self.accepts("cli/logqd/x.cc", '#include "common/options.h"\n#include "logqd/y.h"\n')

    def test_an_empty_tree_is_an_error(self):
        self.assertNotEqual(run_on({}).returncode, 0)


if __name__ == "__main__":
    unittest.main()

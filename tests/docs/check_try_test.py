#!/usr/bin/env python3
"""scripts/check_try.py must find a LOGQ_TRY within an initializer, and only there."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check_try.py"


def run_on(text):
    with tempfile.TemporaryDirectory() as root:
        path = pathlib.Path(root, "lib", "x.cc")
        path.parent.mkdir()
        path.write_text(text)
        return subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True,
                              timeout=60, check=False)


class CheckTry(unittest.TestCase):
    def refuses(self, text, line):
        result = run_on(text)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertTrue(result.stdout.startswith(f"lib/x.cc:{line}: "), result.stdout)

    def accepts(self, text):
        result = run_on(text)
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_a_member_of_an_aggregate_is_refused(self):
        self.refuses("Result<P> f() {\n  return P{a(),\n           LOGQ_TRY(b())};\n}\n", 3)

    def test_an_element_of_an_array_is_refused(self):
        self.refuses("Result<int> f() {\n  const std::array<S, 1> all{LOGQ_TRY(g())};\n}\n", 2)

    def test_blocks_are_none(self):
        self.accepts("Result<int> f() {\n  LOGQ_TRY(a());\n  if (x) {\n    return LOGQ_TRY(b());\n  }\n"
                     "  const auto c = [&]() -> Result<int> { return LOGQ_TRY(d()); };\n}\n")


if __name__ == "__main__":
    unittest.main()

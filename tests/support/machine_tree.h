// The journals of one machine as they lie below a root directory, made by stock
// systemd-journal-remote: what is read without -D, by --root, --user, --namespace and --merge.
//
// Of this machine: five boots, the newest of them the one that runs, over archives, an active file
// in /var and one in /run, and of the users 0, 1000 and 1001; entries of every boot are spread over
// several files and take turns. Beside them two namespaces, a second machine with boots of its own,
// and what was received from a third one in remote/.
#pragma once

#include <string>

namespace logq::test {

// Makes var/log/journal and run/log/journal below `root`. False where systemd-journal-remote is not
// installed.
bool make_machine_tree(const std::string& root);

}  // namespace logq::test

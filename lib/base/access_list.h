// The access list (POSIX ACL) of a file: who may read it besides owner and group.
//
// What the kernel keeps in the extended attribute "system.posix_acl_access": a version, 2, and
// entries of tag, permissions and id, sorted (linux/posix_acl_xattr.h). Pure text of the kernel's
// interface, so no library is needed.
#pragma once

#include <sys/types.h>

#include "logq/result.h"

namespace logq::base {

// Lets `reader` read the file, and leaves everybody else what they may. The mask, which bounds what
// named users and groups may, lets reading pass. kSystem where the file system has no access lists.
Result<void> grant_read(int fd, uid_t reader);

}  // namespace logq::base

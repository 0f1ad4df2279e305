// logq/sd_journal.h under the names that libsystemd uses, so that moving over is one include:
//
//   #include <logq/sd_journal_names.h>   // instead of <systemd/sd-journal.h>
//
// A file that also reads the journal through libsystemd may include both, in any order. The names
// are macros: a pointer to sd_journal_print is still libsystemd's. sd_journal_stream_fd() is not
// among them.
#pragma once

#include "logq/sd_journal.h"

// Where it is installed its declarations must come first: the macros would change them. Nothing of
// it is needed.
#if __has_include(<systemd/sd-journal.h>)
#include <systemd/sd-journal.h>
#endif

// NOLINTBEGIN(readability-identifier-naming): these are libsystemd's.
#undef sd_journal_print
#undef sd_journal_printv
#undef sd_journal_send
#undef sd_journal_sendv
#undef sd_journal_perror
#define sd_journal_print(...) logq_journal_print(__VA_ARGS__)
#define sd_journal_printv(...) logq_journal_printv(__VA_ARGS__)
#define sd_journal_send(...) logq_journal_send(__VA_ARGS__)
#define sd_journal_sendv(...) logq_journal_sendv(__VA_ARGS__)
#define sd_journal_perror(...) logq_journal_perror(__VA_ARGS__)
#define sd_journal_print_with_location(...) logq_journal_print_with_location(__VA_ARGS__)
#define sd_journal_printv_with_location(...) logq_journal_printv_with_location(__VA_ARGS__)
#define sd_journal_send_with_location(...) logq_journal_send_with_location(__VA_ARGS__)
#define sd_journal_sendv_with_location(...) logq_journal_sendv_with_location(__VA_ARGS__)
#define sd_journal_perror_with_location(...) logq_journal_perror_with_location(__VA_ARGS__)
// NOLINTEND(readability-identifier-naming)

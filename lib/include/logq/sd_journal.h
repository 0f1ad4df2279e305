// sd_journal_print() and its kin without libsystemd: for programs, in C or C++, that log through
// <systemd/sd-journal.h> and are to go on as they are.
//
//   logq_journal_print(LOG_INFO, "listening on port %d", port);
//   logq_journal_send("MESSAGE=user %s logged in", name, "PRIORITY=%i", LOG_INFO,
//                     "USER_ID=%d", id, NULL);
//
// Arguments, fields and results are those of sd_journal_print(3): 0, or an errno as a negative
// number. CODE_FILE, CODE_LINE and CODE_FUNC are those of the call, unless
// SD_JOURNAL_SUPPRESS_LOCATION is defined before this is included. <logq/sd_journal_names.h> gives
// all of it the names it has in libsystemd.
//
// It differs where libsystemd may surprise: no message is cut off, however long; a collector that
// takes nothing costs a call one second at most, then -EAGAIN; and the collector is found as by
// logq::Logger, so that LOGQ_SOCKET and a user's own collector count. As in libsystemd a message is
// lost without an error where no socket is there at all.
//
// Thread-safe; errno is kept; nothing is allocated once the thread's buffer has grown; works in the
// child of a fork and in destructors of static objects.
#pragma once

#include <stdarg.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

// `file` and `line` are whole fields ("CODE_FILE=x.c", "CODE_LINE=7"), `func` is a bare name.

// MESSAGE and PRIORITY. White space at the end of the message is taken off; where nothing is left
// nothing is sent. -EINVAL: the priority is not one of 0 to 7.
int logq_journal_print_with_location(
    int priority, const char* file, const char* line, const char* func, const char* format, ...)
    __attribute__((format(printf, 5, 6)));
int logq_journal_printv_with_location(int priority,
                                      const char* file,
                                      const char* line,
                                      const char* func,
                                      const char* format,
                                      va_list arguments) __attribute__((format(printf, 5, 0)));

// Fields, each a format of "NAME=value" with its arguments, up to NULL. White space at the end of a
// field is taken off. -EINVAL: see below.
int logq_journal_send_with_location(
    const char* file, const char* line, const char* func, const char* format, ...)
    __attribute__((format(printf, 4, 0))) __attribute__((sentinel));

// Fields of any bytes, each "NAME=value". -EINVAL: there is none, one is null, has no '=', no name
// in front of it, or a newline in its name. Of names that are otherwise against the rule it is the
// collector who leaves the field out.
int logq_journal_sendv_with_location(
    const char* file, const char* line, const char* func, const struct iovec* fields, int count);

// MESSAGE "message: what errno says", or what errno says alone where `message` is null or empty;
// PRIORITY 3 and ERRNO.
int logq_journal_perror_with_location(const char* file,
                                      const char* line,
                                      const char* func,
                                      const char* message);

// The same without a location.
int logq_journal_print(int priority, const char* format, ...) __attribute__((format(printf, 2, 3)));
int logq_journal_printv(int priority, const char* format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
int logq_journal_send(const char* format, ...) __attribute__((format(printf, 1, 0)))
__attribute__((sentinel));
int logq_journal_sendv(const struct iovec* fields, int count);
int logq_journal_perror(const char* message);

#ifdef __cplusplus
}
#endif

#ifndef SD_JOURNAL_SUPPRESS_LOCATION
// NOLINTBEGIN(readability-identifier-naming): macros in the place of functions of these names.
#define LOGQ_JOURNAL_TEXT_OF(number) #number
#define LOGQ_JOURNAL_TEXT(number) LOGQ_JOURNAL_TEXT_OF(number)
#define LOGQ_JOURNAL_HERE "CODE_FILE=" __FILE__, "CODE_LINE=" LOGQ_JOURNAL_TEXT(__LINE__), __func__
#define logq_journal_print(priority, ...) \
  logq_journal_print_with_location(priority, LOGQ_JOURNAL_HERE, __VA_ARGS__)
#define logq_journal_printv(priority, format, arguments) \
  logq_journal_printv_with_location(priority, LOGQ_JOURNAL_HERE, format, arguments)
#define logq_journal_send(...) logq_journal_send_with_location(LOGQ_JOURNAL_HERE, __VA_ARGS__)
#define logq_journal_sendv(fields, count) \
  logq_journal_sendv_with_location(LOGQ_JOURNAL_HERE, fields, count)
#define logq_journal_perror(message) logq_journal_perror_with_location(LOGQ_JOURNAL_HERE, message)
// NOLINTEND(readability-identifier-naming)
#endif

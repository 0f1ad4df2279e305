/* As a program in C uses it: only compiled. */
#include <logq/sd_journal_names.h>
#include <stddef.h>
#include <syslog.h>

int log_everything(const struct iovec* fields, int count, va_list arguments);

int log_everything(const struct iovec* fields, int count, va_list arguments) {
  return sd_journal_print(LOG_INFO, "port %d of %s", 80, "host") |
         sd_journal_printv(LOG_INFO, "%s", arguments) |
         sd_journal_send("MESSAGE=%s", "text", "PRIORITY=%i", LOG_INFO, NULL) |
         sd_journal_sendv(fields, count) | sd_journal_perror("open");
}

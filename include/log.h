/*
 * log.h - one event a line on standard error: time, level, key=value.
 *
 * Words: error (a promise is at risk; somebody must come), warn (handled, but look),
 * info (what an operator wants to know next week), debug. fatal() is for start-up only.
 * Control characters come out as \xNN, a line is cut at 2,000 bytes. Phone numbers go
 * through log_phone() so that they are masked here and nowhere else; names and texts
 * are never logged. Safe from any thread; errno is kept.
 */
#ifndef QUANZU_LOG_H
#define QUANZU_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Exit codes of the daemon at start, sysexits where one fits. */
enum exit_code {
	EXIT_USAGE = 64,       /* wrong options */
	EXIT_DATA = 65,        /* a file is damaged or of a newer version */
	EXIT_UNAVAILABLE = 69, /* port taken, device missing */
	EXIT_BUG = 70,         /* an assertion or no memory */
	EXIT_IO = 74,          /* disk */
	EXIT_NO_PERMISSION = 77,
	EXIT_CONFIG = 78 /* the configuration is wrong */
};

void log_level_set(enum log_level level);
int log_level_of(const char *word); /* "error" .. "debug"; -1 */

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* (cppcheck knows this spelling of _Noreturn only.) */
void fatal(enum exit_code code, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* The masked number, in one of eight buffers of this thread that are used in turn. */
const char *log_phone(const char *phone);

#endif

#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "mask.h"

#include "banned.h"

enum { LINE_MAX_BYTES = 2000 };

/* The digits in front are what the journal reads as a syslog priority. */
static const struct {
	const char *word, *priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", "<3>" },
	[LOG_LEVEL_WARN] = { "warn", "<4>" },
	[LOG_LEVEL_INFO] = { "info", "<6>" },
	[LOG_LEVEL_DEBUG] = { "debug", "<7>" },
};

static _Atomic int shown = LOG_LEVEL_INFO;

void log_level_set(enum log_level level)
{
	shown = (int)level;
}

int log_level_of(const char *word)
{
	for (int i = 0; i <= LOG_LEVEL_DEBUG; i++) {
		const char *a = levels[i].word, *b = word;

		while (*a != '\0' && *a == *b)
			a++, b++;
		if (*a == *b)
			return i;
	}
	return -1;
}

/* Escapes what would break the line or the terminal; cuts at a full line. */
static size_t escape(const char *in, char *out, size_t room)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; *in != '\0' && n + 5 < room; in++) {
		unsigned char c = (unsigned char)*in;

		if (c >= 0x20 && c != 0x7F) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return n;
}

__attribute__((format(printf, 2, 0))) static void put(
	enum log_level level, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES + 100], at[CLOCK_ISO_MAX];
	int saved = errno, head;
	size_t n;

	vsnprintf(text, sizeof text, fmt, ap);
	if (getenv("JOURNAL_STREAM") != NULL)
		head = snprintf(line, sizeof line, "%s", levels[level].priority);
	else
		head = snprintf(line, sizeof line, "%s %-5s ", clock_iso(clock_now_ms(), at),
			levels[level].word);
	n = (size_t)head + escape(text, line + head, sizeof line - (size_t)head - 1);
	line[n++] = '\n';
	/* A log that cannot be written must not stop the warning that it tells of. */
	if (write(STDERR_FILENO, line, n) < 0)
		errno = saved;
	errno = saved;
}

#define LOG_FUNCTION(name, level) \
	void name(const char *fmt, ...) \
	{ \
		va_list ap; \
\
		if ((int)(level) > shown) \
			return; \
		va_start(ap, fmt); \
		put(level, fmt, ap); \
		va_end(ap); \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void fatal(enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
	exit((int)code);
}

const char *log_phone(const char *phone)
{
	static _Thread_local char ring[8][32];
	static _Thread_local unsigned turn;

	return mask_phone(phone, ring[turn++ % 8], sizeof ring[0]);
}

#include "config_wrong.h"

#include <stdarg.h>
#include <stdio.h>

#include "config_file.h"
#include "log.h"
#include "settings.h"
#include "text.h"

#include "banned.h"

/* A sentence that was cut must not end in half a character. */
static void end_whole(char *s)
{
	const char *at = s, *end = s;

	while (*end != '\0')
		end++;
	while (at < end) {
		const char *from = at;

		if (text_next(&at, end) == TEXT_BAD) {
			s[from - s] = '\0';
			return;
		}
	}
}

__attribute__((format(printf, 4, 0))) static bool wrong(
	struct settings_error *e, const char *file, int line, const char *fmt, va_list args)
{
	snprintf(e->file, sizeof e->file, "%s", file);
	e->line = line;
	vsnprintf(e->text, sizeof e->text, fmt, args);
	end_whole(e->text);
	return false;
}

bool config_wrong_at(struct settings_error *e, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	wrong(e, file, line, fmt, args);
	va_end(args);
	return false;
}

bool config_wrong(struct settings_error *e, const struct config_node *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	wrong(e, at->file, at->line, fmt, args);
	va_end(args);
	return false;
}

void config_warn(const struct config_node *at, const char *fmt, ...)
{
	struct settings_error e = { .line = 0 };
	va_list args;

	va_start(args, fmt);
	wrong(&e, at->file, at->line, fmt, args);
	va_end(args);
	log_warn("conf at=%s:%d %s", e.file, e.line, e.text);
}

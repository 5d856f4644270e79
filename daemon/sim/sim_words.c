#include "sim_words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "banned.h"

bool sim_words_fail(struct sim_words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(w->error, sizeof w->error, fmt, ap) < 0)
		w->error[0] = '\0';
	va_end(ap);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool add_word(struct sim_words *w, enum sim_word_kind kind)
{
	if (w->count == SIM_WORDS_MAX)
		return sim_words_fail(w, "more than %d words", SIM_WORDS_MAX);
	w->list[w->count].at = w->store.len;
	w->list[w->count].kind = kind;
	w->count++;
	return true;
}

static char unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* *s stands behind the opening quote. */
static bool quoted(struct sim_words *w, const char **s, char quote)
{
	const char *p = *s;

	for (; *p != '\0' && *p != quote; p++) {
		if (p[0] == '\\' && p[1] != '\0' && (quote == '"' || p[1] == '/')) {
			p++;
			buf_addc(&w->store, quote == '"' ? unescape(*p) : *p);
		} else {
			buf_addc(&w->store, *p);
		}
	}
	if (*p == '\0')
		return sim_words_fail(w, "the closing %c is missing", quote);
	if (p[1] != '\0' && !is_blank(p[1]))
		return sim_words_fail(w, "a blank is missing behind the closing %c", quote);
	*s = p + 1;
	return true;
}

bool sim_words_split(struct sim_words *w, const char *line)
{
	const char *s = line;
	bool ok = true;

	memset(w, 0, sizeof *w);
	buf_init(&w->store, 2 * SIM_LINE_MAX);
	if (strlen(line) > SIM_LINE_MAX)
		return sim_words_fail(w, "the line is longer than %d bytes", SIM_LINE_MAX);
	if (!text_valid(line, strlen(line)))
		return sim_words_fail(w, "the line is not UTF-8");
	while (ok) {
		while (is_blank(*s))
			s++;
		if (*s == '\0' || *s == '#')
			break;
		if (*s == '"') {
			s++;
			ok = add_word(w, SIM_WORD_STRING) && quoted(w, &s, '"');
		} else if (*s == '/') {
			s++;
			ok = add_word(w, SIM_WORD_PATTERN) && quoted(w, &s, '/');
		} else {
			ok = add_word(w, SIM_WORD_BARE);
			while (*s != '\0' && !is_blank(*s))
				buf_addc(&w->store, *s++);
		}
		buf_addc(&w->store, '\0');
	}
	return ok;
}

void sim_words_free(struct sim_words *w)
{
	buf_free(&w->store);
}

static const char *word(const struct sim_words *w)
{
	return w->next < w->count ? w->store.data + w->list[w->next].at : NULL;
}

bool sim_words_more(const struct sim_words *w)
{
	return w->next < w->count;
}

const char *sim_words_peek(const struct sim_words *w)
{
	return sim_words_more(w) && w->list[w->next].kind == SIM_WORD_BARE ? word(w) : NULL;
}

bool sim_words_take(struct sim_words *w, const char *bare)
{
	const char *next = sim_words_peek(w);

	if (next == NULL || strcmp(next, bare) != 0)
		return false;
	w->next++;
	return true;
}

static bool expected(struct sim_words *w, const char *what)
{
	const char *found = word(w);

	if (found == NULL)
		return sim_words_fail(w, "expected %s at the end of the line", what);
	return sim_words_fail(w, "expected %s, found '%.60s'", what, found);
}

bool sim_words_bare(struct sim_words *w, const char **out)
{
	const char *next = sim_words_peek(w);

	if (next == NULL)
		return expected(w, "a word");
	*out = next;
	w->next++;
	return true;
}

bool sim_words_string(struct sim_words *w, const char **out)
{
	if (!sim_words_more(w) || w->list[w->next].kind == SIM_WORD_PATTERN)
		return expected(w, "a text in quotes");
	*out = word(w);
	w->next++;
	return true;
}

bool sim_words_pattern(struct sim_words *w, const char **out)
{
	if (!sim_words_more(w) || w->list[w->next].kind == SIM_WORD_BARE)
		return expected(w, "a pattern such as /.../");
	*out = word(w);
	w->next++;
	return true;
}

bool sim_words_number(struct sim_words *w, long min, long max, long *out)
{
	const char *next = sim_words_peek(w);
	char *end = NULL, what[64];
	long n = 0;

	errno = 0;
	if (next != NULL)
		n = strtol(next, &end, strncmp(next, "0x", 2) == 0 ? 16 : 10);
	if (next == NULL || end == next || *end != '\0' || errno != 0 || n < min || n > max) {
		snprintf(what, sizeof what, "a number from %ld to %ld", min, max);
		return expected(w, what);
	}
	*out = n;
	w->next++;
	return true;
}

static const struct {
	const char *name;
	int64_t us;
} units[] = { { "ms", 1000 }, { "s", 1000000 }, { "m", 60000000 }, { "h", 3600000000 } };

static int64_t unit_of(const char *name, int64_t bare)
{
	if (*name == '\0')
		return bare;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].us;
	return 0;
}

bool sim_words_span(struct sim_words *w, int64_t unit_us, int64_t *us)
{
	const char *next = sim_words_peek(w);
	char *end = NULL;
	double n = 0;
	int64_t unit = 0;

	if (next != NULL && next[0] >= '0' && next[0] <= '9') {
		n = strtod(next, &end);
		unit = unit_of(end, unit_us);
	}
	if (unit == 0 || !(n * (double)unit < 3.2e13)) /* a year */
		return expected(w, "a time such as 3s or 200ms");
	*us = (int64_t)(n * (double)unit + 0.5);
	w->next++;
	return true;
}

bool sim_words_end(struct sim_words *w)
{
	return sim_words_more(w) ? expected(w, "the end of the line") : true;
}

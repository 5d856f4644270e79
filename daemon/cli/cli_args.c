#include "cli_args.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "banned.h"

enum { NEAR_MAX = 24 };

/* -- what a verb takes -------------------------------------------------------------------------- */

static void copy(char *out, size_t n, const char *s, size_t len)
{
	assert(len < n);
	memcpy(out, s, len);
	out[len] = '\0';
}

static void add_spec(struct cli_specs *to, const char *s, size_t n)
{
	struct cli_spec *spec = &to->item[to->count++];
	const char *colon = memchr(s, ':', n);
	size_t name;

	assert(to->count <= CLI_SPECS);
	*spec = (struct cli_spec){ .optional = s[0] == '[' };
	if (spec->optional) {
		s++;
		n -= 2;
	}
	spec->rest = n > 3 && memcmp(s + n - 3, "...", 3) == 0;
	n -= spec->rest ? 3 : 0;
	name = colon == NULL ? n : (size_t)(colon - s);
	if (colon != NULL)
		copy(spec->label, sizeof spec->label, colon + 1, n - name - 1);
	spec->number = name > 0 && s[name - 1] == '#';
	copy(spec->name, sizeof spec->name, s, name - (spec->number ? 1 : 0));
}

void cli_specs_add(struct cli_specs *to, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n > 0)
			add_spec(to, text, n);
		text += n;
		text += *text == ' ';
	}
}

const struct cli_spec *cli_specs_find(const struct cli_specs *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->item[i].name, name) == 0)
			return &s->item[i];
	return NULL;
}

/* -- options of every verb ---------------------------------------------------------------------- */

static const struct {
	const char *word;
	size_t at;
	bool value;
} globals[] = {
	{ "-c", offsetof(struct cli_globals, config), true },
	{ "--config", offsetof(struct cli_globals, config), true },
	{ "--socket", offsetof(struct cli_globals, socket), true },
	{ "--json", offsetof(struct cli_globals, json), false },
	{ "-h", offsetof(struct cli_globals, help), false },
	{ "--help", offsetof(struct cli_globals, help), false },
	{ "-V", offsetof(struct cli_globals, version), false },
	{ "--version", offsetof(struct cli_globals, version), false },
};

enum { GLOBALS = sizeof globals / sizeof *globals };

static size_t global_of(const char *word)
{
	size_t i = 0;

	while (i < GLOBALS && strcmp(globals[i].word, word) != 0)
		i++;
	return i;
}

bool cli_globals_take(int *argc, char **argv, struct cli_globals *out, const char **bad)
{
	int kept = 0, i = 0;

	*out = (struct cli_globals){ .config = NULL };
	for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		size_t g = global_of(argv[i]);
		char *field = (char *)out + (g < GLOBALS ? globals[g].at : 0);

		if (g == GLOBALS) {
			argv[kept++] = argv[i];
		} else if (!globals[g].value) {
			*(bool *)(void *)field = true;
		} else if (i + 1 == *argc) {
			*bad = argv[i];
			return false;
		} else {
			*(const char **)(void *)field = argv[++i];
		}
	}
	while (i < *argc)
		argv[kept++] = argv[i++];
	*argc = kept;
	return true;
}

/* -- words and options -------------------------------------------------------------------------- */

static bool is_word(const char *s)
{
	return s[0] != '-' || s[1] == '\0' || (s[1] >= '0' && s[1] <= '9');
}

static enum cli_args_rc add_word(struct cli_args *out, const char *word)
{
	if (out->words == CLI_WORDS)
		return CLI_ARGS_MANY;
	out->word[out->words++] = word;
	return CLI_ARGS_OK;
}

/* argv[*i] is the option; *i moves to its value. */
static enum cli_args_rc add_option(
	int argc, char **argv, int *i, const struct cli_specs *specs, struct cli_args *out)
{
	const char *text = argv[*i] + (argv[*i][1] == '-' ? 2 : 0), *value = "";
	const char *eq = strchr(text, '=');
	size_t n = eq == NULL ? strlen(text) : (size_t)(eq - text), k = 0;

	while (k < specs->count &&
		(strlen(specs->item[k].name) != n || memcmp(specs->item[k].name, text, n) != 0))
		k++;
	if (k == specs->count)
		return CLI_ARGS_UNKNOWN;
	if (specs->item[k].label[0] == '\0') {
		if (eq != NULL)
			return CLI_ARGS_IS_FLAG;
	} else if (eq != NULL) {
		value = eq + 1;
	} else if (*i + 1 == argc) {
		return CLI_ARGS_NO_VALUE;
	} else {
		value = argv[++*i];
	}
	if (out->options == CLI_OPTIONS)
		return CLI_ARGS_MANY;
	out->name[out->options] = specs->item[k].name;
	out->value[out->options++] = value;
	return CLI_ARGS_OK;
}

static enum cli_args_rc count_words(
	const struct cli_args *a, const struct cli_specs *words, const char **bad)
{
	size_t need = 0;
	bool rest = false;

	for (size_t i = 0; i < words->count; i++) {
		need += !words->item[i].optional;
		rest = rest || words->item[i].rest;
	}
	if ((size_t)a->words < need) {
		*bad = words->item[a->words].label;
		return CLI_ARGS_FEW;
	}
	if (!rest && (size_t)a->words > words->count) {
		*bad = a->word[words->count];
		return CLI_ARGS_EXTRA;
	}
	return CLI_ARGS_OK;
}

enum cli_args_rc cli_args_read(int argc, char **argv, const struct cli_specs *words,
	const struct cli_specs *options, struct cli_args *out, const char **bad)
{
	enum cli_args_rc rc = CLI_ARGS_OK;
	bool only_words = false;

	*out = (struct cli_args){ .words = 0 };
	for (int i = 0; i < argc && rc == CLI_ARGS_OK; i++) {
		*bad = argv[i];
		if (!only_words && strcmp(argv[i], "--") == 0)
			only_words = true;
		else if (only_words || is_word(argv[i]))
			rc = add_word(out, argv[i]);
		else
			rc = add_option(argc, argv, &i, options, out);
	}
	return rc == CLI_ARGS_OK ? count_words(out, words, bad) : rc;
}

const char *cli_option(const struct cli_args *a, const char *name)
{
	for (int i = a->options - 1; i >= 0; i--)
		if (strcmp(a->name[i], name) == 0)
			return a->value[i];
	return NULL;
}

const char *cli_word(const struct cli_args *a, const struct cli_specs *words, const char *name)
{
	for (size_t i = 0; i < words->count && i < (size_t)a->words; i++)
		if (strcmp(words->item[i].name, name) == 0)
			return a->word[i];
	return NULL;
}

/* -- numbers of cases --------------------------------------------------------------------------- */

bool cli_case_no(const char *text, const char *today, char out[CLI_CASE_NO])
{
	enum { DAY = 8, LONGEST = 6 };
	size_t day = strspn(text, "0123456789");
	const char *number = text;
	unsigned long n = 0;

	if (text[day] == '-' && day == DAY) {
		today = text;
		number = text + DAY + 1;
	} else if (text[day] != '\0') {
		return false;
	}
	day = strspn(number, "0123456789");
	if (day == 0 || day > LONGEST || number[day] != '\0')
		return false;
	for (size_t i = 0; i < day; i++)
		n = n * 10 + (unsigned long)(number[i] - '0');
	snprintf(out, CLI_CASE_NO, "%.*s-%04lu", DAY, today, n);
	return true;
}

/* -- words that were nearly right ---------------------------------------------------------------- */

/* How many letters must be changed, put in, left out, or swapped with their neighbour. */
static size_t distance(const char *a, const char *b)
{
	size_t row[3][NEAR_MAX + 1], n = strlen(a), m = strlen(b);

	if (n > NEAR_MAX || m > NEAR_MAX)
		return NEAR_MAX;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = row[i % 3], *up = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

			best = up[j] + 1 < best ? up[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[n % 3][m];
}

const char *cli_nearest(const char *word, const char *const *list)
{
	size_t best = strlen(word) < 4 ? 2 : 3, d;
	const char *found = NULL;

	for (; *list != NULL; list++) {
		/* The beginning of a word is as good as a small mistake. */
		d = strlen(word) >= 2 && strncmp(*list, word, strlen(word)) == 0
			    ? 1
			    : distance(word, *list);
		if (d < best) {
			best = d;
			found = *list;
		}
	}
	return found;
}

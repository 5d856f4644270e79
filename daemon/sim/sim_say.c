#include "sim_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { SECOND = 1000000 };

static bool starts(const char *s, const char *head)
{
	return strncmp(s, head, strlen(head)) == 0;
}

void sim_number_key(const char *number, char out[SIM_NUMBER_MAX])
{
	const char *n = number;

	if (*n == '+')
		n++;
	else if (starts(n, "00"))
		n += 2;
	if (starts(n, "86") && strlen(n) >= 12)
		n += 2;
	if (n[0] == '0' && n[1] == '1' && strlen(n) == 12)
		n++;
	snprintf(out, SIM_NUMBER_MAX, "%s", n);
}

void sim_say_clear(struct sim_say *s)
{
	free(s->text);
	s->text = NULL;
}

static bool say_parts(struct sim_words *w, struct sim_say *s)
{
	const char *list;
	char *end;
	size_t n = 0;

	s->reverse = sim_words_take(w, "reverse");
	if (s->reverse)
		return true;
	if (!sim_words_bare(w, &list))
		return false;
	do {
		unsigned long part = strtoul(list, &end, 10);

		if (end == list || part < 1 || part > PDU_PARTS_MAX || n == SIM_ORDER_MAX)
			return sim_words_fail(w, "parts: give an order such as 2,1,3 or 'reverse'");
		s->order[n++] = (unsigned)part;
		list = end + 1;
	} while (*end == ',');
	if (*end != '\0')
		return sim_words_fail(w, "parts: give an order such as 2,1,3 or 'reverse'");
	if (n < SIM_ORDER_MAX)
		s->order[n] = 0;
	return true;
}

static bool say_gsm7(struct sim_words *w, struct sim_say *s)
{
	(void)w;
	s->alphabet = PDU_GSM7;
	return true;
}

static bool say_ucs2(struct sim_words *w, struct sim_say *s)
{
	(void)w;
	s->alphabet = PDU_UCS2;
	return true;
}

static bool say_ref16(struct sim_words *w, struct sim_say *s)
{
	(void)w;
	s->ref_bits = 16;
	return true;
}

static bool say_flash(struct sim_words *w, struct sim_say *s)
{
	(void)w;
	s->msg_class = 0;
	return true;
}

static bool say_twice(struct sim_words *w, struct sim_say *s)
{
	(void)w;
	s->times = 2;
	return true;
}

static bool say_times(struct sim_words *w, struct sim_say *s)
{
	long n;

	if (!sim_words_number(w, 1, 1000, &n))
		return false;
	s->times = (unsigned)n;
	return true;
}

static bool say_cut(struct sim_words *w, struct sim_say *s)
{
	long n;

	if (!sim_words_number(w, 1, 153, &n))
		return false;
	s->cut = (unsigned)n;
	return true;
}

static bool say_gap(struct sim_words *w, struct sim_say *s)
{
	return sim_words_span(w, SECOND, &s->gap_us);
}

static bool say_from(struct sim_words *w, struct sim_say *s)
{
	const char *number;

	if (!sim_words_string(w, &number))
		return false;
	if (*number == '\0' || strlen(number) > PDU_NUMBER_MAX)
		return sim_words_fail(w, "from: a number has 1 to %d characters", PDU_NUMBER_MAX);
	snprintf(s->from, sizeof s->from, "%s", number);
	return true;
}

static const struct {
	const char *word;
	bool (*take)(struct sim_words *w, struct sim_say *s);
} say_options[] = {
	{ "gsm7", say_gsm7 },                         /* this alphabet, or it is an error */
	{ "ucs2", say_ucs2 }, { "ref16", say_ref16 }, /* 16-bit references */
	{ "flash", say_flash },                       /* class 0 */
	{ "twice", say_twice },                       /* duplicates */
	{ "times", say_times }, { "cut", say_cut },   /* parts of at most n characters */
	{ "gap", say_gap },                           /* between parts and duplicates */
	{ "parts", say_parts },                       /* order of the parts */
	{ "from", say_from },                         /* another phone answers */
};

static bool say_option(struct sim_words *w, struct sim_say *s)
{
	for (size_t i = 0; i < sizeof say_options / sizeof *say_options; i++)
		if (sim_words_take(w, say_options[i].word))
			return say_options[i].take(w, s);
	return sim_words_fail(w, "'%.40s' is no option of an answer", sim_words_peek(w));
}

bool sim_say_parse(struct sim_words *w, struct sim_say *s)
{
	const char *text;

	memset(s, 0, sizeof *s);
	s->ref_bits = 8;
	s->times = 1;
	s->msg_class = -1;
	if (sim_words_take(w, "after") && !sim_words_span(w, SECOND, &s->after_us))
		return false;
	if (!sim_words_string(w, &text))
		return false;
	/* `also` begins the next answer of the step and is not ours. */
	while (sim_words_peek(w) != NULL && strcmp(sim_words_peek(w), "also") != 0)
		if (!say_option(w, s))
			return false;
	s->text = strdup(text);
	if (s->text == NULL)
		abort();
	return true;
}

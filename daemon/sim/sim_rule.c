#include "sim_rule.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { SECOND = 1000000 };

static char *copy(const char *s)
{
	char *out = strdup(s);

	if (out == NULL)
		abort();
	return out;
}

static void *grown(void *list, size_t count, size_t size)
{
	void *out = reallocarray(list, count + 1, size);

	if (out == NULL)
		abort();
	return out;
}

void sim_block_init(struct sim_block *b, const char *patterns)
{
	char *list = copy(patterns), *rest = list, *one;
	char key[SIM_NUMBER_MAX];

	memset(b, 0, sizeof *b);
	b->refuse = -1;
	b->fates.count = 1;
	b->fates.list[0].after_us = SECOND / 2;
	b->fates.heard = true;
	b->call_us = SECOND;
	b->hangup_us = -1;
	while ((one = strsep(&rest, ", ")) != NULL) {
		if (*one == '\0')
			continue;
		sim_number_key(one, key);
		b->patterns = grown(b->patterns, b->pattern_count, sizeof *b->patterns);
		b->patterns[b->pattern_count++] = copy(key);
	}
	free(list);
}

void sim_block_clear(struct sim_block *b)
{
	for (size_t i = 0; i < b->pattern_count; i++)
		free(b->patterns[i]);
	for (size_t i = 0; i < b->step_count; i++) {
		if (b->steps[i].has_when)
			regfree(&b->steps[i].when);
		for (unsigned k = 0; k < b->steps[i].count; k++)
			sim_say_clear(&b->steps[i].says[k]);
	}
	free(b->patterns);
	free(b->steps);
	memset(b, 0, sizeof *b);
}

bool sim_block_fits(const struct sim_block *b, const char *key)
{
	for (size_t i = 0; i < b->pattern_count; i++)
		if (fnmatch(b->patterns[i], key, 0) == 0)
			return true;
	return false;
}

/* --- steps -------------------------------------------------------------------------- */

static struct sim_step *step_add(struct sim_block *b)
{
	b->steps = grown(b->steps, b->step_count, sizeof *b->steps);
	memset(&b->steps[b->step_count], 0, sizeof *b->steps);
	return &b->steps[b->step_count++];
}

/* A step that could not be read to its end must not stay behind half made. */
static bool step_drop(struct sim_block *b)
{
	struct sim_step *s = &b->steps[--b->step_count];

	if (s->has_when)
		regfree(&s->when);
	for (unsigned i = 0; i < s->count; i++)
		sim_say_clear(&s->says[i]);
	return false;
}

static bool says_parse(struct sim_words *w, struct sim_step *s)
{
	do {
		if (s->count == SIM_SAYS_MAX)
			return sim_words_fail(w, "more than %d answers in one step", SIM_SAYS_MAX);
		if (!sim_say_parse(w, &s->says[s->count]))
			return false;
		s->count++;
	} while (sim_words_take(w, "also"));
	return true;
}

static bool when_parse(struct sim_words *w, struct sim_step *s)
{
	const char *pattern;
	int rc;

	if (!sim_words_pattern(w, &pattern))
		return false;
	rc = regcomp(&s->when, pattern, REG_EXTENDED);
	if (rc != 0) {
		char why[100];

		regerror(rc, &s->when, why, sizeof why);
		return sim_words_fail(w, "/%.60s/: %s", pattern, why);
	}
	s->has_when = true;
	return true;
}

/* [always] [when /.../] answer ... [also ...] | silence */
static bool rule_step(struct sim_block *b, struct sim_words *w)
{
	struct sim_step *s = step_add(b);

	s->always = sim_words_take(w, "always");
	if (sim_words_take(w, "when") && !when_parse(w, s))
		return step_drop(b);
	if (sim_words_take(w, "silence"))
		return true;
	if (sim_words_take(w, "answer"))
		return says_parse(w, s) || step_drop(b);
	sim_words_fail(w, "expected 'answer' or 'silence'");
	return step_drop(b);
}

/* --- reports ------------------------------------------------------------------------ */

static const struct {
	const char *word;
	uint8_t status;
} outcomes[] = {
	{ "delivered", 0x00 }, /* received by the phone */
	{ "pending", 0x21 },   /* phone busy, the centre still tries */
	{ "failed", 0x46 },    /* validity over */
};

static bool report_status(struct sim_words *w, uint8_t *status)
{
	const char *next;
	bool named = false;
	long n;

	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes && !named; i++) {
		named = sim_words_take(w, outcomes[i].word);
		if (named)
			*status = outcomes[i].status;
	}
	next = sim_words_peek(w);
	if (next == NULL || *next < '0' || *next > '9')
		return true; /* `report after 2s` means delivered */
	if (!sim_words_number(w, 0, 255, &n))
		return false;
	*status = (uint8_t)n;
	return true;
}

/* The phone has the message when the first report of success is due, but at once if that is the
 * first report at all: its delay is then the report's own way. */
static void fates_settle(struct sim_fates *f)
{
	f->heard = f->count == 0;
	f->heard_us = 0;
	for (unsigned i = 0; i < f->count && !f->heard; i++) {
		if (pdu_outcome(f->list[i].status) != PDU_DELIVERED)
			continue;
		f->heard = true;
		f->heard_us = i == 0 ? 0 : f->list[i].after_us;
	}
}

/* none | [delivered|pending|failed] [STATUS] [after T] [then ...] */
static bool rule_report(struct sim_block *b, struct sim_words *w)
{
	struct sim_fates f = { .count = 0 };

	if (!sim_words_take(w, "none")) {
		do {
			if (f.count == SIM_FATES_MAX)
				return sim_words_fail(w, "more than %d reports", SIM_FATES_MAX);
			f.list[f.count].after_us = SECOND / 2;
			if (!report_status(w, &f.list[f.count].status))
				return false;
			if (sim_words_take(w, "after") &&
				!sim_words_span(w, SECOND, &f.list[f.count].after_us))
				return false;
			f.count++;
		} while (sim_words_take(w, "then"));
	}
	fates_settle(&f);
	b->fates = f;
	return true;
}

/* off [for T]: pending, then failed; the phone never gets the message. */
static bool rule_off(struct sim_block *b, struct sim_words *w)
{
	int64_t us = 30 * (int64_t)SECOND;

	if (sim_words_take(w, "for") && !sim_words_span(w, SECOND, &us))
		return false;
	b->fates = (struct sim_fates){ .count = 2 };
	b->fates.list[0].after_us = SECOND / 2;
	b->fates.list[0].status = 0x22; /* no response */
	b->fates.list[1].after_us = us;
	b->fates.list[1].status = 0x46;
	fates_settle(&b->fates);
	return true;
}

/* busy [for T]: pending, then delivered. */
static bool rule_busy(struct sim_block *b, struct sim_words *w)
{
	int64_t us = 10 * (int64_t)SECOND;

	if (sim_words_take(w, "for") && !sim_words_span(w, SECOND, &us))
		return false;
	b->fates = (struct sim_fates){ .count = 2 };
	b->fates.list[0].after_us = SECOND / 2;
	b->fates.list[0].status = 0x21;
	b->fates.list[1].after_us = us;
	fates_settle(&b->fates);
	return true;
}

static bool rule_refuse(struct sim_block *b, struct sim_words *w)
{
	long code, times = -1;

	if (!sim_words_number(w, 0, 9999, &code))
		return false;
	if (sim_words_take(w, "times") && !sim_words_number(w, 1, 1000000000, &times))
		return false;
	b->refuse = (int)code;
	b->refuse_times = times;
	return true;
}

static bool rule_repeat(struct sim_block *b, struct sim_words *w)
{
	(void)w;
	b->repeat = true;
	return true;
}

static bool take_key(struct sim_words *w, char *key)
{
	const char *word;

	if (!sim_words_string(w, &word))
		return false;
	if (strlen(word) != 1 || strchr("0123456789*#ABCD", word[0]) == NULL)
		return sim_words_fail(w, "a key is one of 0-9 \"*\" \"#\" A-D");
	*key = word[0];
	return true;
}

/* K [after T] [twice] [noise] */
static bool call_press(struct sim_block *b, struct sim_words *w)
{
	struct sim_press p = { .after_us = 2 * SECOND };

	if (b->press_count == SIM_PRESSES_MAX)
		return sim_words_fail(w, "more than %d keys in one call", SIM_PRESSES_MAX);
	if (!take_key(w, &p.key) ||
		(sim_words_take(w, "after") && !sim_words_span(w, SECOND, &p.after_us)))
		return false;
	p.twice = sim_words_take(w, "twice");
	p.noise = sim_words_take(w, "noise");
	b->presses[b->press_count++] = p;
	return true;
}

/* What somebody, or a machine, does who has picked up. */
static bool call_manners(struct sim_block *b, struct sim_words *w)
{
	enum { VOICEMAIL_S = 30 };

	while (sim_words_more(w)) {
		if (sim_words_take(w, "voicemail")) {
			b->hangup_us = (int64_t)VOICEMAIL_S * SECOND;
		} else if (sim_words_take(w, "early")) {
			if (!take_key(w, &b->early))
				return false;
		} else if (sim_words_take(w, "key")) {
			if (!call_press(b, w))
				return false;
		} else if (sim_words_take(w, "hangup")) {
			if (!sim_words_take(w, "after") ||
				!sim_words_span(w, SECOND, &b->hangup_us))
				return sim_words_fail(w, "hangup after T");
		} else {
			return sim_words_fail(w, "call answer: key, early, hangup or voicemail");
		}
	}
	return true;
}

static bool rule_call(struct sim_block *b, struct sim_words *w)
{
	static const char *const words[] = {
		[SIM_CALL_NO_CARRIER] = "no_carrier",
		[SIM_CALL_BUSY] = "busy",
		[SIM_CALL_NO_ANSWER] = "no_answer",
		[SIM_CALL_REJECTED] = "rejected",
		[SIM_CALL_NO_NUMBER] = "no_number",
		[SIM_CALL_ANSWER] = "answer",
	};
	enum { WORDS = sizeof words / sizeof *words };
	int i = 0;

	while (i < WORDS && !sim_words_take(w, words[i]))
		i++;
	if (i == WORDS)
		return sim_words_fail(
			w, "call: answer, busy, no_answer, rejected, no_number or no_carrier");
	b->call = (enum sim_call)i;
	b->press_count = 0;
	b->early = 0;
	b->hangup_us = -1;
	if (sim_words_take(w, "after") && !sim_words_span(w, SECOND, &b->call_us))
		return false;
	return b->call != SIM_CALL_ANSWER || call_manners(b, w);
}

static bool rule_shown(struct sim_block *b, struct sim_words *w)
{
	if (sim_words_take(w, "+86"))
		b->shown = SIM_SHOWN_PLUS;
	else if (sim_words_take(w, "86"))
		b->shown = SIM_SHOWN_86;
	else if (sim_words_take(w, "plain"))
		b->shown = SIM_SHOWN_PLAIN;
	else
		return sim_words_fail(w, "shown: +86, 86 or plain");
	return true;
}

static const struct {
	const char *word;
	bool keep; /* the word belongs to what `take` reads */
	bool (*take)(struct sim_block *b, struct sim_words *w);
} rules[] = {
	{ "answer", true, rule_step },
	{ "when", true, rule_step },
	{ "always", true, rule_step },
	{ "silence", true, rule_step },
	{ "repeat", false, rule_repeat },
	{ "report", false, rule_report },
	{ "off", false, rule_off },
	{ "busy", false, rule_busy },
	{ "refuse", false, rule_refuse },
	{ "call", false, rule_call },
	{ "shown", false, rule_shown },
};

bool sim_block_statement(struct sim_block *b, struct sim_words *w)
{
	const char *next = sim_words_peek(w);

	for (size_t i = 0; next != NULL && i < sizeof rules / sizeof *rules; i++) {
		if (strcmp(rules[i].word, next) != 0)
			continue;
		if (!rules[i].keep)
			sim_words_take(w, next);
		return rules[i].take(b, w) && sim_words_end(w);
	}
	return sim_words_fail(w, "'%.40s' is no rule of a phone", next ? next : "");
}

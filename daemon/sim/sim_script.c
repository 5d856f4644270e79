#include "sim_script.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "sim_voice.h"
#include "banned.h"

enum { EVERY_MODEM = -1 };

static bool take_modem(struct sim_world *w, struct sim_words *words, int *modem)
{
	long n;

	if (sim_words_take(words, "*")) {
		*modem = EVERY_MODEM;
		return true;
	}
	if (!sim_words_number(words, 0, w->count - 1, &n))
		return false;
	*modem = (int)n;
	return true;
}

/* --- later ----------------------------------------------------------------------------- */

struct event { /* `at T [every T] ...` */
	struct sim_world *world;
	int64_t every_us; /* 0: once */
	int modem;
	bool says;
	struct sim_fault fault;
	struct sim_say say; /* its text is below */
	char from[SIM_NUMBER_MAX];
	char text[];
};

static void fault_now(struct sim_world *w, int modem, const struct sim_fault *f)
{
	for (int i = 0; i < w->count; i++)
		if (modem == EVERY_MODEM || modem == i)
			sim_modem_fault(w->modems[i], f);
}

static void event_due(void *arg, void *own)
{
	const struct event *e = own;
	struct sim_world *w = arg;
	char error[SIM_ERROR_MAX];

	if (!e->says)
		fault_now(w, e->modem, &e->fault);
	else if (!sim_net_say(w->net, e->from, e->modem, &e->say, e->text, error))
		log_warn("sim say=dropped from=%s why=%s", log_phone(e->from), error);
	if (e->every_us > 0) {
		size_t size = sizeof *e + strlen(e->text) + 1;
		struct event *again = malloc(size);

		if (again == NULL)
			abort();
		memcpy(again, e, size);
		sim_sched_add(w->sched, clock_mono_us() + e->every_us, event_due, w, again);
	}
}

struct when {
	int64_t at_us, every_us;
};

static struct event *event_new(struct sim_world *w, const struct when *when, const char *text)
{
	struct event *e;

	assert(text != NULL);
	e = calloc(1, sizeof *e + strlen(text) + 1);
	if (e == NULL)
		abort();
	e->world = w;
	e->every_us = when->every_us;
	memcpy(e->text, text, strlen(text) + 1);
	return e;
}

static void book_fault(
	struct sim_world *w, const struct when *when, int modem, const struct sim_fault *f)
{
	struct event *e = event_new(w, when, "");

	e->modem = modem;
	e->fault = *f;
	sim_sched_add(w->sched, w->start_us + when->at_us, event_due, w, e);
}

static void book_say(struct sim_world *w, const struct when *when, int modem, const char *from,
	const struct sim_say *say)
{
	struct event *e = event_new(w, when, say->text);

	e->says = true;
	e->modem = modem;
	e->say = *say;
	e->say.text = NULL;
	snprintf(e->from, sizeof e->from, "%s", say->from[0] != '\0' ? say->from : from);
	sim_sched_add(w->sched, w->start_us + when->at_us + say->after_us, event_due, w, e);
}

/* --- modem I ... -------------------------------------------------------------------------- */

static bool digits_only(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static const struct field {
	const char *word;
	size_t offset, size; /* in struct sim_modem */
	bool digits;
} fields[] = {
#define FIELD(word, member, digits) \
	{ \
		word, offsetof(struct sim_modem, member), sizeof((struct sim_modem *)0)->member, \
			digits \
	}
	FIELD("number", station.number, true),
	FIELD("imsi", id.imsi, true),
	FIELD("iccid", id.iccid, true),
	FIELD("imei", id.imei, true),
	FIELD("maker", id.maker, false),
	FIELD("model", id.model, false),
	FIELD("revision", id.revision, false),
	FIELD("operator", id.operator, false),
	FIELD("plmn", id.plmn, true),
#undef FIELD
};

static bool modem_field(struct sim_modem *m, struct sim_words *words, const struct field *f)
{
	const char *value;

	if (!sim_words_string(words, &value))
		return false;
	if (strlen(value) >= f->size || (f->digits && (!digits_only(value) || strlen(value) > 20)))
		return sim_words_fail(words, "'%.60s' is no %s", value, f->word);
	snprintf((char *)m + f->offset, f->size, "%s", value);
	return true;
}

static bool modem_smsc(struct sim_modem *m, struct sim_words *words)
{
	const char *value;
	uint8_t octets[12];

	if (!sim_words_string(words, &value))
		return false;
	if (strlen(value) > 21 || pdu_address_encode(value, 0, true, octets) == 0)
		return sim_words_fail(words, "'%.40s' is no service centre", value);
	snprintf(m->station.smsc, sizeof m->station.smsc, "%s", value);
	return true;
}

static bool modem_places(struct sim_modem *m, struct sim_words *words)
{
	long n;

	if (!sim_words_number(words, 1, 1000, &n))
		return false;
	sim_store_resize(&m->stores[SIM_MEM_SM], (unsigned)n);
	return true;
}

static bool modem_signal(struct sim_modem *m, struct sim_words *words)
{
	long n;

	if (!sim_words_number(words, 0, 99, &n))
		return false;
	m->id.signal = (int)n;
	return true;
}

static bool modem_ussd(struct sim_modem *m, struct sim_words *words)
{
	const char *code, *text;
	size_t i = m->id.ussd_count;

	if (!sim_words_string(words, &code) || !sim_words_string(words, &text))
		return false;
	if (i == SIM_USSD_MAX || strlen(code) >= sizeof m->id.ussd[i].code)
		return sim_words_fail(words, "too many codes, or too long a code");
	snprintf(m->id.ussd[i].code, sizeof m->id.ussd[i].code, "%s", code);
	m->id.ussd[i].text = strdup(text);
	if (m->id.ussd[i].text == NULL)
		abort();
	m->id.ussd_count++;
	return true;
}

static bool modem_temperature(struct sim_modem *m, struct sim_words *words)
{
	long n;

	if (!sim_words_number(words, 0, 120, &n))
		return false;
	m->id.temperature = (int)n;
	return true;
}

static bool modem_ussd_form(struct sim_modem *m, struct sim_words *words)
{
	static const struct {
		const char *word;
		enum sim_ussd_form form;
	} forms[] = { { "ucs2", SIM_USSD_UCS2 }, { "plain", SIM_USSD_PLAIN },
		{ "packed", SIM_USSD_PACKED } };

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!sim_words_take(words, forms[i].word))
			continue;
		m->id.ussd_form = forms[i].form;
		return true;
	}
	return sim_words_fail(words, "expected ucs2, plain or packed");
}

static bool modem_on(struct sim_modem *m, struct sim_words *words)
{
	struct sim_trap t;

	if (!sim_trap_parse(words, &t))
		return false;
	if (!sim_modem_trap(m, &t))
		return sim_words_fail(words, "more than %d traps on one modem", SIM_TRAPS_MAX);
	return true;
}

static bool modem_family(struct sim_modem *m, struct sim_words *words)
{
	const struct sim_family *f;
	const char *name;

	if (!sim_words_bare(words, &name))
		return false;
	f = sim_family_of(name);
	if (f == NULL)
		return sim_words_fail(words, "'%.40s' is no family of modems", name);
	sim_voice_family(m, f);
	return true;
}

static const struct {
	const char *word;
	bool (*take)(struct sim_modem *m, struct sim_words *words);
} modem_words[] = {
	{ "family", modem_family },
	{ "smsc", modem_smsc },
	{ "places", modem_places },
	{ "signal", modem_signal },
	{ "ussd", modem_ussd },
	{ "ussd_form", modem_ussd_form },
	{ "temperature", modem_temperature },
	{ "on", modem_on },
};

static bool modem_statement(struct sim_modem *m, struct sim_words *words)
{
	struct sim_fault fault;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (sim_words_take(words, fields[i].word))
			return modem_field(m, words, &fields[i]) && sim_words_end(words);
	for (size_t i = 0; i < sizeof modem_words / sizeof *modem_words; i++)
		if (sim_words_take(words, modem_words[i].word))
			return modem_words[i].take(m, words) && sim_words_end(words);
	if (!sim_fault_parse(words, &fault) || !sim_words_end(words))
		return false;
	sim_modem_fault(m, &fault);
	return true;
}

static bool take_when(struct sim_words *words, struct when *when)
{
	*when = (struct when){ 0, 0 };
	return sim_words_span(words, 1000000, &when->at_us) &&
	       (!sim_words_take(words, "every") || sim_words_span(words, 1000000, &when->every_us));
}

static bool modem_later(
	struct sim_world *w, struct sim_words *words, int modem, const struct when *when)
{
	struct sim_fault fault;

	if (!sim_fault_parse(words, &fault) || !sim_words_end(words))
		return false;
	book_fault(w, when, modem, &fault);
	return true;
}

static bool line_modem(struct sim_world *w, struct sim_words *words)
{
	struct when when;
	size_t here;
	int modem;

	if (!take_modem(w, words, &modem))
		return false;
	if (sim_words_take(words, "at"))
		return take_when(words, &when) && modem_later(w, words, modem, &when);
	here = words->next;
	for (int i = 0; i < w->count; i++) {
		if (modem != EVERY_MODEM && modem != i)
			continue;
		words->next = here;
		if (!modem_statement(w->modems[i], words))
			return false;
	}
	return true;
}

/* --- phone PATTERN ..., and its rules ------------------------------------------------------- */

/* One word, or several with commas between: 138*, 139* */
static bool take_patterns(struct sim_words *words, struct buf *out)
{
	const char *word;

	do {
		if (!sim_words_string(words, &word))
			return false;
		buf_adds(out, word);
	} while (out->len > 0 && out->data[out->len - 1] == ',');
	return true;
}

static void phone_choose(struct sim_world *w, const char *patterns)
{
	size_t digits = strspn(patterns, "+0123456789");

	w->block = sim_book_block(w->book, patterns);
	w->block_number[0] = '\0';
	if (digits <= PDU_NUMBER_MAX && patterns[digits] == '\0')
		snprintf(w->block_number, sizeof w->block_number, "%s", patterns);
}

static bool line_phone(struct sim_world *w, struct sim_words *words)
{
	struct buf patterns;
	bool ok;

	buf_init(&patterns, SIM_LINE_MAX);
	ok = take_patterns(words, &patterns);
	if (ok)
		phone_choose(w, buf_str(&patterns));
	buf_free(&patterns);
	return ok && (!sim_words_more(words) || sim_block_statement(w->block, words));
}

/* --- at T ... --------------------------------------------------------------------------------- */

static bool take_number(struct sim_words *words, char out[SIM_NUMBER_MAX])
{
	const char *number;

	if (!sim_words_string(words, &number))
		return false;
	if (*number == '\0' || strlen(number) > PDU_NUMBER_MAX)
		return sim_words_fail(words, "a number has 1 to %d characters", PDU_NUMBER_MAX);
	snprintf(out, SIM_NUMBER_MAX, "%s", number);
	return true;
}

/* [to MODEM] "text" [options] */
static bool take_speech(
	struct sim_world *w, struct sim_words *words, int *modem, struct sim_say *say)
{
	*modem = 0;
	if (sim_words_take(words, "to") && !take_modem(w, words, modem))
		return false;
	if (*modem == EVERY_MODEM)
		return sim_words_fail(words, "a message goes to one modem");
	if (!sim_say_parse(words, say))
		return false;
	if (sim_words_end(words))
		return true;
	sim_say_clear(say);
	return false;
}

static bool line_at(struct sim_world *w, struct sim_words *words)
{
	char from[SIM_NUMBER_MAX];
	struct when when;
	struct sim_say say = { 0 };
	int modem;

	if (!take_when(words, &when))
		return false;
	if (sim_words_take(words, "modem"))
		return take_modem(w, words, &modem) && modem_later(w, words, modem, &when);
	if (sim_words_take(words, "say")) {
		if (w->block_number[0] == '\0')
			return sim_words_fail(words, "'say' needs a phone of one number above it");
		snprintf(from, sizeof from, "%s", w->block_number);
	} else if (!sim_words_take(words, "from")) {
		return sim_words_fail(words, "expected 'from', 'say' or 'modem'");
	} else if (!take_number(words, from)) {
		return false;
	}
	if (!take_speech(w, words, &modem, &say))
		return false;
	book_say(w, &when, modem, from, &say);
	sim_say_clear(&say);
	return true;
}

static bool line_code(struct sim_world *w, struct sim_words *words)
{
	const char *pattern;
	char error[SIM_ERROR_MAX];

	if (!sim_words_pattern(words, &pattern) || !sim_words_end(words))
		return false;
	if (!sim_book_code_pattern(w->book, pattern, error))
		return sim_words_fail(words, "%.150s", error);
	return true;
}

/* A modem's index has one or two digits, a phone's number has more. */
/* inject [MODEM] FROM "TEXT" [options] */
static bool sim_script_inject(struct sim_world *w, struct sim_words *words)
{
	const char *next = sim_words_peek(words);
	char from[SIM_NUMBER_MAX];
	struct sim_say say;
	int modem = 0;

	if (next != NULL && strlen(next) <= 2 && digits_only(next) && !take_modem(w, words, &modem))
		return false;
	if (!take_number(words, from) || !sim_say_parse(words, &say))
		return false;
	if (sim_words_end(words)) {
		book_say(w, &(struct when){ clock_mono_us() - w->start_us, 0 }, modem, from, &say);
		sim_say_clear(&say);
		return true;
	}
	sim_say_clear(&say);
	return false;
}

/* --- lines ------------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	bool (*take)(struct sim_world *w, struct sim_words *words);
} lines[] = {
	{ "modem", line_modem },
	{ "phone", line_phone },
	{ "at", line_at },
	{ "code", line_code },
	{ "inject", sim_script_inject },
};

bool sim_script_words(struct sim_world *w, struct sim_words *words)
{
	if (!sim_words_more(words))
		return true;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (sim_words_take(words, lines[i].word))
			return lines[i].take(w, words);
	if (w->block == NULL)
		return sim_words_fail(words, "'%.40s' is no statement",
			sim_words_peek(words) ? sim_words_peek(words) : "");
	return sim_block_statement(w->block, words);
}

bool sim_script_line(struct sim_world *w, const char *line, char error[SIM_ERROR_MAX])
{
	struct sim_words words;
	bool ok = sim_words_split(&words, line) && sim_script_words(w, &words);

	if (!ok)
		snprintf(error, SIM_ERROR_MAX, "%s", words.error);
	sim_words_free(&words);
	return ok;
}

bool sim_script_file(struct sim_world *w, const char *path, char error[SIM_ERROR_MAX])
{
	FILE *f = fopen(path, "re");
	char *line = NULL, why[SIM_ERROR_MAX] = "";
	size_t room = 0;
	unsigned n = 0;
	bool ok = f != NULL;

	if (f == NULL)
		snprintf(error, SIM_ERROR_MAX, "%.120s: %s", path, strerror(errno));
	w->start_us = clock_mono_us();
	while (ok && getline(&line, &room, f) != -1) {
		n++;
		ok = sim_script_line(w, line, why);
		if (!ok)
			snprintf(error, SIM_ERROR_MAX, "%.60s:%u: %.120s", path, n, why);
	}
	free(line);
	if (f != NULL)
		fclose(f);
	return ok;
}

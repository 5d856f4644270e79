/* The gateway's loop without threads, and a file of lines that drives it. */
#include "scenario.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "scenario_room.h"

#include "banned.h"

_Noreturn void play_fail(struct play *p, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(p->why, (size_t)p->why_size, "%s:%d: ", p->file, p->line);

	va_start(ap, fmt);
	vsnprintf(p->why + n, (size_t)(p->why_size - n), fmt, ap);
	va_end(ap);
	longjmp(p->failed, 1);
}

/* -- jobs ---------------------------------------------------------------------------------------- */

void play_begin(struct play *p)
{
	store_begin(p->t.s);
	store_job_begin(p->t.s, desk_now_ms(p->desk));
}

void play_finish(struct play *p)
{
	enum store_rc rc = store_job_end(p->t.s), commit = store_commit(p->t.s);

	if (rc != STORE_OK || commit != STORE_OK)
		play_fail(p, "the job failed: %s, %s: %s", store_rc_name(rc), store_rc_name(commit),
			db_error(p->t.s->db));
}

/* -- the network ---------------------------------------------------------------------------------- */

static bool is_in(const struct numbers *list, const char *number)
{
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->at[i], number) == 0)
			return true;
	return false;
}

static void hear(struct play *p, int channel, const struct outgoing *m)
{
	struct message row;
	struct heard *h;

	assert(p->heard_count < TEXTS);
	h = &p->heard[p->heard_count++];
	*h = (struct heard){ .at = clock_now_ms() };
	snprintf(h->to, sizeof h->to, "%s", m->to);
	snprintf(h->text, sizeof h->text, "%s", m->text);
	snprintf(h->channel, sizeof h->channel, "%s", p->set.channel[channel].name);
	if (message_get(p->t.s, m->id, &row)) {
		snprintf(h->purpose, sizeof h->purpose, "%s", row.purpose);
		h->case_id = row.case_id;
	}
}

static void verdict(struct play *p, int channel, const struct outgoing *m, enum send_verdict v,
	enum send_class class_, int mr, const char *error)
{
	struct send_part part = { .id = m->id, .parts = 1, .verdict = v, .mr = mr };
	const struct send_result r = { .id = m->id,
		.verdict = v,
		.class_ = class_,
		.parts = 1,
		.error = error,
		.other_ref = "" };

	snprintf(part.error, sizeof part.error, "%s", error);
	desk_sent(p->desk, p->set.channel[channel].name, &part, &r);
}

static void report(struct play *p, int channel, const struct outgoing *m, int mr,
	const char *outcome, int status)
{
	desk_report(p->desk, p->set.channel[channel].name,
		&(struct report){
			.mr = mr, .number = m->to, .outcome = outcome, .status = status });
}

static void deliver(struct play *p, int channel, const struct outgoing *m)
{
	int mr = p->mr++ % CHANNEL_MR;
	enum send_class class_;
	enum send_verdict v;
	const char *why;

	if (play_channel_fault(p, channel, &v, &class_, &why)) {
		if (v == SEND_UNSURE)
			hear(p, channel, m);
		verdict(p, channel, m, v, class_, -1, why);
		return;
	}
	if (is_in(&p->refusing, m->to)) {
		verdict(p, channel, m, SEND_REFUSED, SEND_NUMBER, -1, "number 1");
		return;
	}
	hear(p, channel, m);
	if (is_in(&p->silent, m->to)) {
		verdict(p, channel, m, SEND_UNSURE, SEND_PASSING, -1, "silence");
		return;
	}
	verdict(p, channel, m, SEND_SENT, SEND_PASSING, mr, "");
	if (is_in(&p->undelivered, m->to))
		report(p, channel, m, mr, "failed", 0x46);
	else if (!p->no_reports)
		report(p, channel, m, mr, "delivered", 0);
}

/* A phone that answers every SMS with that very SMS. */
static void talk_back(struct play *p, int from)
{
	for (int i = from; i < p->heard_count; i++)
		if (is_in(&p->talking_back, p->heard[i].to))
			play_write(p, p->heard[i].to, p->heard[i].text, 0);
}

static bool claim(struct play *p, int channel, struct outgoing *m)
{
	bool found;

	if (p->channel[channel].down || p->channel[channel].busy)
		return false;
	play_begin(p);
	found = desk_claim(p->desk, p->set.channel[channel].name, OUTGOING_SMS, m);
	play_finish(p);
	return found;
}

/* True: this channel had something to send. */
static bool pump_one(struct play *p, int channel)
{
	struct outgoing m;

	if (!claim(p, channel, &m))
		return false;
	if (p->slow) {
		p->waiting = m;
		p->is_waiting = true;
		return true;
	}
	play_begin(p);
	deliver(p, channel, &m);
	play_finish(p);
	return true;
}

void play_pump(struct play *p)
{
	int before = p->heard_count;
	bool more = !p->channel_down && !p->is_waiting;

	while (more) {
		more = false;
		for (int i = 0; i < p->set.channel_count && !p->is_waiting; i++)
			more = pump_one(p, i) || more;
		more = more && !p->is_waiting;
	}
	talk_back(p, before);
	while (!p->channel_down && play_place_call(p))
		;
	while (!p->channel_down && play_place_call(p))
		;
}

void play_answer_waiting(struct play *p)
{
	if (p->is_waiting) {
		p->is_waiting = false;
		play_begin(p);
		deliver(p, 0, &p->waiting);
		play_finish(p);
	}
	play_pump(p);
}

void play_receive(struct play *p, const struct incoming *in)
{
	play_begin(p);
	desk_incoming(p->desk, in);
	play_finish(p);
	play_pump(p);
}

/* -- time -------------------------------------------------------------------------------------------- */

void play_tick(struct play *p)
{
	play_begin(p);
	desk_tick(p->desk);
	play_questions(p);
	play_finish(p);
	play_pump(p);
}

void play_advance(struct play *p, int64_t ms)
{
	while (ms > 0) {
		int64_t step = desk_due_ms(p->desk);

		if (step > ms)
			step = ms;
		clock_advance(step);
		ms -= step;
		play_tick(p);
		if (step == 0) { /* what a tick left for the next one */
			clock_advance(1);
			ms--;
		}
	}
}

void play_restart(struct play *p, int64_t off_ms)
{
	desk_close(p->desk);
	temp_store_shut(&p->t);
	clock_advance(off_ms);
	temp_store_again(&p->t);
	p->desk = desk_open(p->t.s, &p->set);
	p->is_waiting = false; /* the modem's verdict finds nobody */
	play_tell_channels(p);
	play_begin(p);
	desk_recover(p->desk);
	play_finish(p);
}

/* -- words of a line ------------------------------------------------------------------------------------ */

char *play_word(char **at)
{
	char *s = *at, *out, *to;
	bool quoted = false;

	while (*s == ' ' || *s == '\t')
		s++;
	if (*s == '\0')
		return NULL;
	out = to = s;
	for (; *s != '\0' && (quoted || (*s != ' ' && *s != '\t')); s++) {
		if (*s == '"')
			quoted = !quoted;
		else
			*to++ = *s;
	}
	*at = *s == '\0' ? s : s + 1;
	*to = '\0';
	return out;
}

const char *play_need(struct play *p, char **at, const char *what)
{
	const char *w = play_word(at);

	if (w == NULL)
		play_fail(p, "%s is missing", what);
	return w;
}

json_t *play_pairs(struct play *p, char **at)
{
	json_t *o = json_object();
	char *w, *eq;

	while ((w = play_word(at)) != NULL) {
		eq = strchr(w, '=');
		if (eq == NULL)
			play_fail(p, "key=value wanted, not %s", w);
		*eq = '\0';
		json_object_set_new(o, w, json_string(eq + 1));
	}
	return o;
}

const char *play_get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

int64_t play_span_ms(struct play *p, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].unit) == 0)
			return n * units[i].ms;
	play_fail(p, "a span is 90s, 5m, 2h or 3d, not %s", text);
}

/* -- the file ------------------------------------------------------------------------------------------------ */

/* HH:MM[:SS]: on to the next such time of the day. */
static void run_to(struct play *p, const char *w)
{
	struct clock_day now;
	int64_t target;

	clock_local(clock_now_ms(), &now);
	now.hour = (int)strtol(w, NULL, 10);
	now.minute = (int)strtol(w + 3, NULL, 10);
	now.second = strlen(w) > 5 ? (int)strtol(w + 6, NULL, 10) : 0;
	target = clock_of_local(&now);
	if (target < clock_now_ms())
		target += 86400000;
	play_advance(p, target - clock_now_ms());
}

void play_line(struct play *p, char *line)
{
	char *at = line;
	const char *first = play_word(&at);

	if (first == NULL || first[0] == '#')
		return;
	if (strcmp(first, "at") == 0) {
		run_to(p, play_need(p, &at, "time"));
		play_line(p, at);
	} else if (strcmp(first, "after") == 0) {
		play_advance(p, play_span_ms(p, play_need(p, &at, "span")));
		play_line(p, at);
	} else if (strcmp(first, "expect") == 0) {
		play_expect(p, at);
	} else if (!play_happens(p, first, at)) {
		play_fail(p, "unknown word %s", first);
	}
}

static void include_file(struct play *p, const char *name);

static void play_file(struct play *p, FILE *f)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof line, f) != NULL) {
		bool empty;

		p->line++;
		line[strcspn(line, "\r\n")] = '\0';
		empty = line[0] == '\0' || line[0] == '#';
		if (strncmp(line, "include ", 8) == 0) {
			include_file(p, line + 8);
			continue;
		}
		play_line(p, line);
		if (empty)
			continue;
		play_check(p);
		/* In the middle of every step: nothing may depend on what only memory knows. */
		if (p->restarts)
			play_restart(p, 0);
	}
}

static void include_file(struct play *p, const char *name)
{
	char path[LINE_SIZE + 32];
	const char *file = p->file;
	int line = p->line;
	FILE *f;

	snprintf(path, sizeof path, "tests/scenarios/%s", name);
	f = fopen(path, "r");
	if (f == NULL)
		play_fail(p, "no file %s", path);
	p->file = path;
	p->line = 0;
	play_file(p, f);
	fclose(f);
	p->file = file;
	p->line = line;
}

/* -- one township ---------------------------------------------------------------------------------------------- */

static void settle_in(struct settings *set)
{
	struct phrases_fault fault;

	settings_default(set);
	snprintf(set->centre, sizeof set->centre, "%s", "白鹤镇反诈分中心");
	snprintf(set->centre_phone, sizeof set->centre_phone, "%s", "021-55550000");
	snprintf(set->area, sizeof set->area, "%s", "310118110000");
	snprintf(set->templates.signature, sizeof set->templates.signature, "%s", "白鹤镇反诈");
	snprintf(set->channel[0].name, sizeof set->channel[0].name, "%s", "sim1");
	snprintf(set->channel[0].kind, sizeof set->channel[0].kind, "%s", "modem");
	set->channel[0].sms = true;
	snprintf(
		set->channel[0].own_number, sizeof set->channel[0].own_number, "%s", "13800138099");
	set->channel_count = 1;
	set->phrases = phrases_new(NULL, &fault);
	set->rewards.count = 1;
	set->rewards.rule[0] = (struct reward_rule){ .code = "R1",
		.name = "劝阻奖励",
		.group = "dissuade",
		.version = 1,
		.tiers = { { .from_fen = 0, .amount_fen = 50000 },
			{ .from_fen = 10000000, .amount_fen = 100000 } },
		.tier_count = 2 };
}

bool scenario_play(const char *path, bool restarts, char *why, int why_size)
{
	static struct play play;
	struct play *p = &play;
	FILE *f = fopen(path, "r");
	bool ok = false;

	memset(p, 0, sizeof *p);
	p->file = path;
	p->why = why;
	p->why_size = why_size;
	p->restarts = restarts;
	if (f == NULL) {
		snprintf(why, (size_t)why_size, "no file %s", path);
		return false;
	}
	clock_zone("Asia/Shanghai");
	clock_virtual(TEMP_NOW);
	settle_in(&p->set);
	p->heard = calloc(TEXTS, sizeof *p->heard);
	p->call = calloc(CALLS, sizeof *p->call);
	assert(p->heard != NULL && p->call != NULL);
	temp_store_open(&p->t);
	p->desk = desk_open(p->t.s, &p->set);
	if (setjmp(p->failed) == 0) {
		play_file(p, f);
		play_check_end(p);
		ok = true;
	}
	desk_close(p->desk);
	temp_store_close(&p->t);
	json_decref(p->set.channel[0].own);
	phrases_free(p->set.phrases);
	free(p->heard);
	free(p->call);
	fclose(f);
	clock_real();
	return ok;
}

/* The words of a scenario by which something happens. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "record_read.h"
#include "scenario_room.h"
#include "text.h"

#include "banned.h"

/* -- warnings ------------------------------------------------------------------------------------- */

static void push_warning(struct play *p, char *at)
{
	struct intake_ctx ctx = { .now_ms = clock_now_ms() };
	struct accept_result result;
	struct warning_record *r;
	struct fault why;
	struct notes notes;
	json_t *o = play_pairs(p, &at);
	char line[600];

	r = record_read_json(o, 1, &ctx, &why, &notes);
	json_decref(o);
	if (r == NULL)
		play_fail(p, "the warning was refused: %s", fault_line(&why, line, sizeof line));
	play_secret(p, r->name);
	play_secret(p, r->id_no);
	for (int i = 0; i < r->phone_count; i++)
		play_secret(p, r->phones[i]);
	play_begin(p);
	desk_accept(p->desk, "test", r, &result);
	play_finish(p);
	record_free(r);
	play_pump(p);
}

/* -- what phones say ---------------------------------------------------------------------------------- */

/* The code of the newest SMS to this phone that names one: the digits before 号. */
static void code_of(struct play *p, const char *phone, const char *about, char code[CODE_SIZE])
{
	for (int i = p->heard_count - 1; i >= 0; i--) {
		const char *mark = strstr(p->heard[i].text, "号"), *from = mark;

		if (strcmp(p->heard[i].to, phone) != 0 || mark == NULL ||
			(about[0] != '\0' && strstr(p->heard[i].text, about) == NULL))
			continue;
		while (from > p->heard[i].text && isdigit((unsigned char)from[-1]))
			from--;
		if (from == mark || mark - from > 3)
			continue;
		snprintf(code, CODE_SIZE, "%.*s", (int)(mark - from), from);
		return;
	}
	play_fail(p, "no SMS to this phone names a code");
}

void play_fill(struct play *p, const char *phone, const char *text, char *out, size_t n)
{
	const char *open, *close;
	size_t used = 0;

	while ((open = strstr(text, "{code")) != NULL) {
		char about[64] = "", code[CODE_SIZE];

		close = strchr(open, '}');
		if (close == NULL)
			play_fail(p, "no } behind {code");
		if (open[5] == ':')
			snprintf(about, sizeof about, "%.*s", (int)(close - open - 6), open + 6);
		code_of(p, phone, about, code);
		used += (size_t)snprintf(
			out + used, n - used, "%.*s%s", (int)(open - text), text, code);
		assert(used < n);
		text = close + 1;
	}
	snprintf(out + used, n - used, "%s", text);
}

size_t play_units(const char *text, uint16_t *units, size_t room)
{
	const char *at = text, *end = text + strlen(text);
	size_t n = 0;

	while (at < end && n + 2 < room) {
		uint32_t c = text_next(&at, end);

		if (c > 0xFFFF) {
			units[n++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		units[n++] = (uint16_t)c;
	}
	return n;
}

void play_fingerprint(struct play *p, struct incoming *in)
{
	p->fingerprint++;
	memcpy(in->fingerprint, &p->fingerprint, sizeof p->fingerprint);
}

void play_write(struct play *p, const char *from, const char *text, int64_t age_ms)
{
	uint16_t units[2048];
	struct incoming in = { .channel = "sim1",
		.kind = "sms",
		.from = from,
		.answerable = isdigit((unsigned char)from[0]) || from[0] == '+',
		.units = units,
		.written_ms = clock_now_ms() - age_ms };

	in.unit_count = play_units(text, units, sizeof units / sizeof *units);
	play_fingerprint(p, &in);
	play_receive(p, &in);
}

/* WHO says TEXT; "late 2h" in front of the text: written that long ago. */
static void says(struct play *p, const char *who, char *at)
{
	char phone[PHONE_SIZE], text[2048];
	int64_t age = 0;

	play_phone(p, who, phone);
	while (*at == ' ')
		at++;
	if (strncmp(at, "late ", 5) == 0) {
		at += 5;
		age = play_span_ms(p, play_need(p, &at, "span"));
	}
	play_fill(p, phone + (phone[0] == '+' ? strlen("+86") : 0), play_need(p, &at, "text"), text,
		sizeof text);
	play_write(p, phone, text, age);
}

/* The SIM gives the last message once more: the same fingerprint. */
static void redeliver(struct play *p, char *at)
{
	const char *who = play_need(p, &at, "who");

	p->fingerprint--;
	says(p, who, at);
}

/* part WHO 2/3 ref=7 TEXT: one part of a long message. */
static void say_part(struct play *p, char *at)
{
	char phone[PHONE_SIZE], text[800];
	uint16_t units[800];
	struct incoming in = { .channel = "sim1",
		.kind = "sms",
		.from = phone,
		.answerable = true,
		.units = units,
		.written_ms = clock_now_ms(),
		.ref_bits = 8 };
	const char *w;

	play_phone(p, play_need(p, &at, "who"), phone);
	w = play_need(p, &at, "part/total");
	in.part = (int)strtol(w, NULL, 10);
	in.total = strchr(w, '/') == NULL ? 1 : (int)strtol(strchr(w, '/') + 1, NULL, 10);
	w = play_need(p, &at, "ref=");
	in.ref = (int)strtol(w + strlen("ref="), NULL, 10);
	play_fill(p, phone, play_need(p, &at, "text"), text, sizeof text);
	in.unit_count = play_units(text, units, sizeof units / sizeof *units);
	play_fingerprint(p, &in);
	play_receive(p, &in);
}

static void storm(struct play *p, char *at)
{
	char phone[PHONE_SIZE], text[200], one[240];
	long n;

	play_phone(p, play_need(p, &at, "who"), phone);
	n = strtol(play_need(p, &at, "count"), NULL, 10);
	play_fill(p, phone, play_need(p, &at, "text"), text, sizeof text);
	for (long i = 0; i < n; i++) {
		snprintf(one, sizeof one, "%s%.*s", text, (int)(i % 30), "哈哈哈哈哈哈哈哈哈哈");
		play_write(p, phone, one, 0);
	}
}

/* -- orders ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *noun, *sql;
} newest[] = { { "cases", "SELECT max(id) FROM cases" },
	{ "tasks", "SELECT max(id) FROM task WHERE kind = 'dissuade'" },
	{ "inbox", "SELECT max(id) FROM inbound WHERE state IN ('human', 'asked')" },
	{ "followups", "SELECT min(id) FROM followup WHERE state IN ('due', 'asked')" },
	{ "handovers", "SELECT max(id) FROM handover" },
	{ "rewards", "SELECT max(id) FROM reward" }, { "proposed", "SELECT max(id) FROM proposed" },
	{ "alarms", "SELECT max(id) FROM alarm" } };

static int64_t id_of(struct play *p, const char *noun)
{
	int64_t id = 0;

	for (size_t i = 0; i < sizeof newest / sizeof *newest; i++)
		if (strcmp(newest[i].noun, noun) == 0 &&
			(id = db_number(p->t.s->db, newest[i].sql, 0, DB_NONE)) == 0)
			play_fail(p, "there are no %s", noun);
	return id;
}

/*
 * of=NAME: the newest task of that member; member=NAME becomes that member's id; from=NAME: whose
 * phone the {code} in as= is about.
 */
static int64_t name_people(struct play *p, json_t *body, int64_t id)
{
	const char *of = play_get(body, "of"), *member = play_get(body, "member");
	char phone[PHONE_SIZE], text[400];

	if (member[0] != '\0')
		json_object_set_new(body, "member", json_integer(play_need_member(p, member)));
	if (of[0] != '\0')
		id = db_number(p->t.s->db, "SELECT max(id) FROM task WHERE member_id = ?", 0,
			DB_ARGS(DI(play_need_member(p, of))));
	if (play_get(body, "from")[0] != '\0') {
		play_phone(p, play_get(body, "from"), phone);
		play_fill(p, phone, play_get(body, "as"), text, sizeof text);
		json_object_set_new(body, "as", json_string(text));
	}
	json_object_del(body, "from");
	json_object_del(body, "of");
	return id;
}

/* order cases close reason="..." [refused=yes]; the newest row of that noun. */
static void order(struct play *p, char *at)
{
	const char *noun = play_need(p, &at, "noun"), *verb = play_need(p, &at, "verb");
	json_t *body = play_pairs(p, &at), *out = NULL;
	struct fault fault = { .code = "" };
	bool ok, wants_refusal = json_object_del(body, "refused") == 0;
	int64_t id = name_people(p, body, id_of(p, noun));

	play_begin(p);
	ok = desk_command(p->desk, "key:test", noun, verb, id, body, &out, &fault);
	if (!ok)
		db_fail(p->t.s->db, STORE_CONFLICT);
	store_job_end(p->t.s);
	if (store_commit(p->t.s) != STORE_OK)
		play_fail(p, "commit");
	json_decref(body);
	json_decref(out);
	if (ok == wants_refusal)
		play_fail(p, "%s %s: %s %s", noun, verb, ok ? "done" : "refused", fault.why);
	play_pump(p);
}

/* -- the world ------------------------------------------------------------------------------------------------ */

static void add_number(struct play *p, struct numbers *list, char *at)
{
	assert(list->count < PHONES);
	play_phone(p, play_need(p, &at, "number"), list->at[list->count++]);
}

static void network_clear(struct play *p)
{
	p->silent.count = p->refusing.count = 0;
	p->undelivered.count = p->talking_back.count = 0;
}

/* network down, up, slow, quick, noreports, clear, silent WHO, refuses WHO, undelivered WHO */
static void network(struct play *p, char *at)
{
	const char *what = play_need(p, &at, "what");
	const struct {
		const char *word;
		struct numbers *list;
	} lists[] = { { "silent", &p->silent }, { "refuses", &p->refusing },
		{ "undelivered", &p->undelivered }, { "talksback", &p->talking_back } };
	const struct {
		const char *word;
		bool *flag, value;
	} flags[] = { { "down", &p->channel_down, true }, { "up", &p->channel_down, false },
		{ "slow", &p->slow, true }, { "quick", &p->slow, false },
		{ "noreports", &p->no_reports, true } };

	if (play_channel_network(p, what, at))
		return;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(lists[i].word, what) == 0) {
			add_number(p, lists[i].list, at);
			return;
		}
	if (strcmp(what, "clear") == 0) {
		network_clear(p);
		return;
	}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(flags[i].word, what) == 0) {
			*flags[i].flag = flags[i].value;
			play_tell_channels(p);
			play_answer_waiting(p);
			return;
		}
	play_fail(p, "network does not know %s", what);
}

/* times 70 LINE: that line so often; {n} in it is 1, 2, 3 ... */
static void times(struct play *p, char *at)
{
	long n = strtol(play_need(p, &at, "count"), NULL, 10);
	char line[LINE_SIZE];

	for (long i = 1; i <= n; i++) {
		const char *from = at, *mark;
		size_t used = 0;

		while ((mark = strstr(from, "{n}")) != NULL) {
			used += (size_t)snprintf(line + used, sizeof line - used, "%.*s%ld",
				(int)(mark - from), from, i);
			from = mark + strlen("{n}");
			assert(used < sizeof line);
		}
		snprintf(line + used, sizeof line - used, "%s", from);
		play_line(p, line);
	}
}

static void set_time(struct play *p, char *at)
{
	char text[40];
	int64_t ms;

	snprintf(text, sizeof text, "%s", at);
	if (!clock_parse_iso(text, &ms))
		play_fail(p, "time YYYY-MM-DD HH:MM, not %s", at);
	clock_virtual(ms);
	play_reopen(p);
}

/* clock +1h: somebody sets the wall clock. */
static void clock_line(struct play *p, char *at)
{
	const char *w = play_need(p, &at, "span");

	clock_step(w[0] == '-' ? -play_span_ms(p, w + 1) : play_span_ms(p, w + (w[0] == '+')));
	play_tick(p);
}

static void restart_line(struct play *p, char *at)
{
	(void)at;
	play_restart(p, 0);
	play_tick(p);
}

/* off 2h: nothing runs for so long, then a start. */
static void off_line(struct play *p, char *at)
{
	play_restart(p, play_span_ms(p, play_need(p, &at, "span")));
	play_tick(p);
}

static void audit_line(struct play *p, char *at)
{
	(void)at;
	play_check_end(p);
}

/* once WHY: not also with a restart after every line. */
static void once_line(struct play *p, char *at)
{
	play_need(p, &at, "why");
	p->restarts = false;
}

static const struct {
	const char *word;
	void (*run)(struct play *p, char *at);
} words[] = { { "time", set_time }, { "warning", push_warning }, { "order", order },
	{ "network", network }, { "clock", clock_line }, { "restart", restart_line },
	{ "off", off_line }, { "audit", audit_line }, { "redeliver", redeliver },
	{ "part", say_part }, { "storm", storm }, { "once", once_line }, { "times", times },
	{ "calls", play_calls }, { "phone", play_ring }, { "provider", play_provider },
	{ "press", play_press } };

bool play_happens(struct play *p, const char *word, char *at)
{
	char who[64];
	const char *verb;

	if (play_is_there(p, word, at))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].word, word) == 0) {
			words[i].run(p, at);
			return true;
		}
	}
	snprintf(who, sizeof who, "%s", word);
	verb = play_word(&at);
	if (verb == NULL || strcmp(verb, "says") != 0)
		return false;
	says(p, who, at);
	return true;
}

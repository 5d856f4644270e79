#include "scenario.h"

#include <assert.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "clock.h"
#include "desk.h"
#include "duty.h"
#include "helper_store.h"
#include "member.h"
#include "message.h"
#include "record_read.h"
#include "resident.h"
#include "settings.h"
#include "text.h"

#include "banned.h"

enum { LINE_SIZE = 2048, PHONES = 64, TEXTS = 2000, CHANNEL_MR = 256 };

struct heard { /* one SMS that a phone received */
	char to[32], text[2048];
	int64_t at;
	bool seen; /* an expectation has taken it */
};

struct play {
	struct temp_store t;
	struct desk *desk;
	struct settings set;
	struct heard *heard;
	int heard_count, mr;
	char silent[PHONES][32],
		refusing[PHONES][32]; /* numbers whose SMS fall silent, are refused */
	int silent_count, refusing_count;
	bool channel_down, slow; /* slow: messages stay with the modem until "network answers" */
	int64_t fingerprint;
	const char *file;
	int line;
	char *why;
	int why_size;
	jmp_buf failed;
};

__attribute__((format(printf, 2, 3))) static _Noreturn void fail(
	struct play *p, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(p->why, (size_t)p->why_size, "%s:%d: ", p->file, p->line);

	va_start(ap, fmt);
	vsnprintf(p->why + n, (size_t)(p->why_size - n), fmt, ap);
	va_end(ap);
	longjmp(p->failed, 1);
}

/* -- the gateway's loop, without threads -------------------------------------------------------- */

static void begin(struct play *p)
{
	store_begin(p->t.s);
	store_job_begin(p->t.s, desk_now_ms(p->desk));
}

static void finish(struct play *p)
{
	enum store_rc rc = store_job_end(p->t.s), commit = store_commit(p->t.s);

	if (rc != STORE_OK || commit != STORE_OK)
		fail(p, "the job failed: %s, %s", store_rc_name(rc), store_rc_name(commit));
}

static bool is_in(char list[PHONES][32], int n, const char *number)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], number) == 0)
			return true;
	return false;
}

static void hear(struct play *p, const struct outgoing *m)
{
	struct heard *h;

	assert(p->heard_count < TEXTS);
	h = &p->heard[p->heard_count++];
	snprintf(h->to, sizeof h->to, "%s", m->to);
	snprintf(h->text, sizeof h->text, "%s", m->text);
	h->at = clock_now_ms();
	h->seen = false;
}

static void deliver(struct play *p, const struct outgoing *m)
{
	int mr = p->mr++ % CHANNEL_MR;

	if (is_in(p->refusing, p->refusing_count, m->to)) {
		desk_part(p->desk, "sim1", m->id, 0, SEND_REFUSED, -1, "number 1");
		desk_sent(p->desk, "sim1", m->id, SEND_REFUSED, SEND_NUMBER, 1, "number 1");
	} else if (is_in(p->silent, p->silent_count, m->to)) {
		hear(p, m);
		desk_part(p->desk, "sim1", m->id, 0, SEND_UNSURE, -1, "silence");
		desk_sent(p->desk, "sim1", m->id, SEND_UNSURE, SEND_PASSING, 1, "silence");
	} else {
		hear(p, m);
		desk_part(p->desk, "sim1", m->id, 0, SEND_SENT, mr, "");
		desk_sent(p->desk, "sim1", m->id, SEND_SENT, SEND_PASSING, 1, "");
		desk_report(p->desk, "sim1", mr, m->to, "delivered", 0);
	}
}

/* Everything that waits goes out, as a quick modem would take it. */
static void pump(struct play *p)
{
	struct outgoing m;
	bool more = !p->channel_down;

	while (more) {
		begin(p);
		more = desk_claim(p->desk, "sim1", &m);
		finish(p);
		if (!more || p->slow)
			break;
		begin(p);
		deliver(p, &m);
		finish(p);
	}
}

static void tick(struct play *p)
{
	begin(p);
	desk_tick(p->desk);
	finish(p);
	pump(p);
}

static void advance(struct play *p, int64_t ms)
{
	while (ms > 0) {
		int64_t step = desk_due_ms(p->desk);

		if (step > ms)
			step = ms;
		clock_advance(step);
		ms -= step;
		tick(p);
		if (step == 0) { /* what a tick left for the next one */
			clock_advance(1);
			ms--;
		}
	}
}

static void restart(struct play *p)
{
	desk_close(p->desk);
	temp_store_shut(&p->t);
	temp_store_again(&p->t);
	p->desk = desk_open(p->t.s, &p->set);
	begin(p);
	desk_recover(p->desk);
	finish(p);
}

/* -- words of a line -------------------------------------------------------------------------------- */

/* The next word; "quoted text" and key="quoted" count as one. NULL at the end. */
static char *word(char **at)
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

static const char *need(struct play *p, char **at, const char *what)
{
	const char *w = word(at);

	if (w == NULL)
		fail(p, "%s is missing", what);
	return w;
}

/* key=value words into a JSON object; phones= becomes a list at commas. */
static json_t *pairs(struct play *p, char **at)
{
	json_t *o = json_object();
	char *w, *eq;

	while ((w = word(at)) != NULL) {
		eq = strchr(w, '=');
		if (eq == NULL)
			fail(p, "key=value wanted, not %s", w);
		*eq = '\0';
		json_object_set_new(o, w, json_string(eq + 1));
	}
	return o;
}

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

static int64_t span_ms(struct play *p, const char *text)
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
	fail(p, "a span is 90s, 5m, 2h or 3d, not %s", text);
}

/* -- the people ---------------------------------------------------------------------------------------- */

static void add_area(struct play *p, char *at)
{
	struct area a = { .code = need(p, &at, "code"), .parent = "", .aliases = "" };
	bool created;

	a.name = need(p, &at, "name");
	a.kind = need(p, &at, "kind");
	begin(p);
	area_put(p->t.s, "test", &a, &created);
	finish(p);
}

static void add_team(struct play *p, char *at)
{
	struct team t = { .name = need(p, &at, "name") };
	bool created;

	t.area = need(p, &at, "area");
	t.kind = need(p, &at, "kind");
	begin(p);
	team_put(p->t.s, "test", &t, &created);
	finish(p);
}

static void add_member(struct play *p, char *at)
{
	const char *team = need(p, &at, "team");
	struct member m = { .name = need(p, &at, "name"), .state = "active", .post_raw = "" };
	struct team t;
	json_t *more;
	bool created;

	m.phone = need(p, &at, "phone");
	m.post = need(p, &at, "post");
	more = pairs(p, &at);
	m.load_cap = (int)strtol(get(more, "cap"), NULL, 10);
	m.pledged_on = get(more, "pledged");
	begin(p);
	if (!team_by_name(p->t.s, team, &t))
		fail(p, "no team %s", team);
	m.team_id = t.id;
	m.area = t.area;
	member_put(p->t.s, "test", &m, &created);
	finish(p);
	json_decref(more);
}

static void add_resident(struct play *p, char *at)
{
	struct resident r = { .name = need(p, &at, "name"),
		.tags = "",
		.risk = "",
		.state = "active",
		.remark = "" };
	json_t *o = pairs(p, &at);
	bool created, changed;

	r.id_no = get(o, "id_no");
	r.birth = get(o, "birth");
	r.sex = get(o, "sex");
	r.area = get(o, "area");
	r.address = get(o, "address");
	if (get(o, "phone")[0] != '\0')
		r.phone[r.phone_count++] =
			(struct resident_phone){ "own", get(o, "phone"), "", "" };
	if (get(o, "family")[0] != '\0')
		r.phone[r.phone_count++] =
			(struct resident_phone){ "family", get(o, "family"), "家属", "子" };
	begin(p);
	resident_put(p->t.s, "test", &r, &created, &changed);
	finish(p);
	json_decref(o);
}

static int64_t member_id(struct play *p, const char *name, char phone[32])
{
	int64_t id = 0;
	struct db_stmt *q;

	begin(p);
	q = db_query(p->t.s->db, "SELECT id FROM member ORDER BY id", DB_NONE);
	while (db_next(q)) {
		struct member m;
		int64_t this_id = db_int(q, 0);

		if (id == 0 && member_get(p->t.s, this_id, &m) && strcmp(m.name, name) == 0) {
			id = this_id;
			snprintf(phone, 32, "%s", m.phone);
		}
	}
	finish(p);
	return id;
}

static void add_duty(struct play *p, char *at)
{
	struct duty d = { .id = 0 };
	struct member m;
	char phone[32];
	int64_t id = member_id(p, need(p, &at, "name"), phone);
	json_t *o = pairs(p, &at);
	bool created;

	if (id == 0)
		fail(p, "no such member");
	d.shift.member_id = id;
	for (const char *c = get(o, "days"); *c != '\0'; c++)
		d.shift.weekdays |= 1u << (*c - '1');
	snprintf(d.shift.day, sizeof d.shift.day, "%s", get(o, "day"));
	d.shift.from_min = (int)(span_ms(p, get(o, "from")) / 60000);
	d.shift.to_min = (int)(span_ms(p, get(o, "to")) / 60000);
	d.shift.off = strcmp(get(o, "off"), "yes") == 0;
	begin(p);
	member_get(p->t.s, id, &m);
	d.team_id = m.team_id;
	duty_put(p->t.s, "test", &d, &created);
	finish(p);
	json_decref(o);
}

/* policy HIGH accepts=2 ack=5m contact=10m meet=1h feedback=4h */
static void set_policy(struct play *p, char *at)
{
	const char *code = need(p, &at, "level"), *key;
	json_t *o = pairs(p, &at), *value;

	for (int i = 0; i < p->set.policies.count; i++) {
		struct policy *l = &p->set.policies.level[i];
		const struct {
			const char *key;
			int *to;
		} spans[] = { { "ack", &l->ack_s }, { "contact", &l->contact_s },
			{ "meet", &l->meet_s }, { "feedback", &l->feedback_s } };

		if (strcmp(l->code, code) != 0)
			continue;
		json_object_foreach(o, key, value)
		{
			const char *v = json_string_value(value);

			if (strcmp(key, "accepts") == 0)
				l->accepts = (int)strtol(v, NULL, 10);
			for (size_t k = 0; k < sizeof spans / sizeof *spans; k++)
				if (strcmp(key, spans[k].key) == 0)
					*spans[k].to = (int)(span_ms(p, v) / 1000);
		}
	}
	json_decref(o);
}

/* -- what happens -------------------------------------------------------------------------------------- */

static void push_warning(struct play *p, char *at)
{
	struct intake_ctx ctx = { .now_ms = clock_now_ms() };
	struct accept_result result;
	struct warning_record *r;
	struct fault why;
	struct notes notes;
	json_t *o = pairs(p, &at);
	char line[600];

	r = record_read_json(o, 1, &ctx, &why, &notes);
	json_decref(o);
	if (r == NULL)
		fail(p, "the warning was refused: %s", fault_line(&why, line, sizeof line));
	begin(p);
	desk_accept(p->desk, "test", r, &result);
	finish(p);
	record_free(r);
	pump(p);
}

/* The code of the newest SMS to this phone that names one: the digits before 号. */
static void code_of(struct play *p, const char *phone, const char *about, char code[8])
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
		snprintf(code, 8, "%.*s", (int)(mark - from), from);
		return;
	}
	fail(p, "no SMS to this phone names a code");
}

/* {code} is the newest code of that phone, {code:王*} the one whose SMS holds these words. */
static void fill_code(struct play *p, const char *phone, const char *text, char *out, size_t n)
{
	const char *open, *close;
	size_t used = 0;

	while ((open = strstr(text, "{code")) != NULL) {
		char about[64] = "", code[8];

		close = strchr(open, '}');
		if (close == NULL)
			fail(p, "no } behind {code");
		if (open[5] == ':')
			snprintf(about, sizeof about, "%.*s", (int)(close - open - 6), open + 6);
		code_of(p, phone, about, code);
		used += (size_t)snprintf(out + used, n - used, "%.*s%s", (int)(open - text), text, code);
		assert(used < n);
		text = close + 1;
	}
	snprintf(out + used, n - used, "%s", text);
}

static void write_sms(struct play *p, const char *from, const char *text, int64_t age_ms)
{
	uint16_t units[800];
	size_t n = 0;
	const char *at = text, *end = text + strlen(text);
	struct incoming in = {
		.channel = "sim1", .kind = "sms", .from = from, .answerable = true, .units = units
	};

	while (at < end) {
		uint32_t c = text_next(&at, end);

		if (c > 0xFFFF) {
			units[n++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		units[n++] = (uint16_t)c;
	}
	in.unit_count = n;
	in.written_ms = clock_now_ms() - age_ms;
	p->fingerprint++;
	memcpy(in.fingerprint, &p->fingerprint, sizeof p->fingerprint);
	begin(p);
	desk_incoming(p->desk, &in);
	finish(p);
	pump(p);
}

/* NAME says TEXT, or NUMBER says TEXT; "late 2h" in front of the text: written that long ago. */
static void says(struct play *p, const char *who, char *at)
{
	char phone[32], text[800];
	int64_t age = 0;
	const char *w;

	if (isdigit((unsigned char)who[0]) || who[0] == '+')
		snprintf(phone, sizeof phone, "%s", who);
	else if (member_id(p, who, phone) == 0)
		fail(p, "no member %s", who);
	while (*at == ' ')
		at++;
	if (strncmp(at, "late ", 5) == 0) {
		at += 5;
		w = need(p, &at, "span");
		age = span_ms(p, w);
	}
	w = need(p, &at, "text");
	fill_code(p, phone, w, text, sizeof text);
	write_sms(p, phone, text, age);
}

static int64_t find_id(struct play *p, const char *sql, const char *what)
{
	int64_t id = db_number(p->t.s->db, sql, 0, DB_NONE);

	if (id == 0)
		fail(p, "there is no %s", what);
	return id;
}

/* order cases close reason="..."; the id is that of the newest row of that noun */
static void order(struct play *p, char *at)
{
	static const struct {
		const char *noun, *sql;
	} newest[] = { { "cases", "SELECT max(id) FROM cases" },
		{ "tasks", "SELECT max(id) FROM task WHERE kind = 'dissuade'" },
		{ "inbox", "SELECT max(id) FROM inbound WHERE state IN ('human', 'asked')" },
		{ "followups", "SELECT min(id) FROM followup WHERE state IN ('due', 'asked')" },
		{ "handovers", "SELECT max(id) FROM handover" },
		{ "rewards", "SELECT max(id) FROM reward" },
		{ "proposed", "SELECT max(id) FROM proposed" },
		{ "alarms", "SELECT max(id) FROM alarm" } };
	const char *noun = need(p, &at, "noun"), *verb = need(p, &at, "verb");
	json_t *body = pairs(p, &at), *out = NULL;
	struct fault fault = { .code = "" };
	int64_t id = 0;
	bool ok, wants_refusal = json_object_del(body, "refused") == 0;

	begin(p);
	for (size_t i = 0; i < sizeof newest / sizeof *newest; i++)
		if (strcmp(newest[i].noun, noun) == 0)
			id = find_id(p, newest[i].sql, noun);
	ok = desk_command(p->desk, "key:test", noun, verb, id, body, &out, &fault);
	if (!ok)
		db_fail(p->t.s->db, STORE_CONFLICT);
	store_job_end(p->t.s);
	if (store_commit(p->t.s) != STORE_OK)
		fail(p, "commit");
	json_decref(body);
	json_decref(out);
	if (ok == wants_refusal)
		fail(p, "%s %s: %s %s", noun, verb, ok ? "done" : "refused", fault.why);
	pump(p);
}

static void network(struct play *p, char *at)
{
	const char *what = need(p, &at, "what"), *number;

	if (strcmp(what, "down") == 0 || strcmp(what, "up") == 0) {
		p->channel_down = strcmp(what, "down") == 0;
		pump(p);
		return;
	}
	if (strcmp(what, "slow") == 0) {
		p->slow = true;
		return;
	}
	number = need(p, &at, "number");
	if (strcmp(what, "silent") == 0)
		snprintf(p->silent[p->silent_count++ % PHONES], 32, "%s", number);
	else if (strcmp(what, "refuses") == 0)
		snprintf(p->refusing[p->refusing_count++ % PHONES], 32, "%s", number);
	else if (strcmp(what, "clear") == 0)
		p->silent_count = p->refusing_count = 0;
	else
		fail(p, "network down, up, slow, silent NUMBER, refuses NUMBER, clear all");
}

/* -- what must have come of it ------------------------------------------------------------------------------ */

static void describe(struct play *p, const char *phone, char *out, size_t n)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < p->heard_count && used + 300 < n; i++)
		if (strcmp(p->heard[i].to, phone) == 0)
			used += (size_t)snprintf(out + used, n - used, "\n    %s%s",
				p->heard[i].seen ? "(seen) " : "", p->heard[i].text);
}

/* expect sms NAME "words": an SMS that no expectation has taken yet holds them. */
static void expect_sms(struct play *p, char *at, bool wanted)
{
	const char *who = need(p, &at, "who"), *words;
	char phone[32], text[800], there[4000];

	if (isdigit((unsigned char)who[0]))
		snprintf(phone, sizeof phone, "%s", who);
	else if (member_id(p, who, phone) == 0)
		fail(p, "no member %s", who);
	words = word(&at);
	fill_code(p, phone, words == NULL ? "" : words, text, sizeof text);
	for (int i = 0; i < p->heard_count; i++) {
		struct heard *h = &p->heard[i];

		if (h->seen || strcmp(h->to, phone) != 0 || strstr(h->text, text) == NULL)
			continue;
		h->seen = true;
		if (!wanted)
			fail(p, "%s got: %s", who, h->text);
		return;
	}
	describe(p, phone, there, sizeof there);
	if (wanted)
		fail(p, "%s got no new SMS with \"%s\" but:%s", who, text, there);
}

/* Rows of one query as words, to compare with what is expected. */
static void query_words(struct play *p, const char *sql, char *out, size_t n)
{
	size_t used = 0;
	struct db_stmt *q;

	out[0] = '\0';
	begin(p);
	q = db_query_text(p->t.s->db, sql, DB_NONE);
	while (db_next(q) && used < n)
		used += (size_t)snprintf(
			out + used, n - used, "%s%s", used == 0 ? "" : " ", db_text(q, 0));
	finish(p);
}

static const struct {
	const char *what, *sql;
} queries[] = {
	{ "case", "SELECT state || ':' || level || ':' || outcome FROM cases ORDER BY id" },
	{ "case-state", "SELECT state FROM cases ORDER BY id" },
	{ "case-level", "SELECT level FROM cases ORDER BY id" },
	{ "case-flags", "SELECT flags FROM cases ORDER BY id" },
	{ "case-lost", "SELECT lost_fen FROM cases ORDER BY id" },
	{ "repeats", "SELECT repeat_no FROM cases ORDER BY id" },
	{ "warnings", "SELECT state FROM warning ORDER BY id" },
	{ "match", "SELECT match_by FROM warning ORDER BY id" },
	{ "messages", "SELECT state FROM message ORDER BY id" },
	{ "message-count", "SELECT count(*) FROM message" },
	{ "alarms", "SELECT kind FROM alarm WHERE cleared_at = 0 ORDER BY kind" },
	{ "inbox", "SELECT state FROM inbound ORDER BY id" },
	{ "outcomes", "SELECT code FROM outcome ORDER BY id" },
	{ "followups", "SELECT step || ':' || state FROM followup ORDER BY id" },
	{ "handovers", "SELECT state FROM handover ORDER BY id" },
	{ "rewards", "SELECT state || ':' || amount_fen FROM reward ORDER BY id" },
	{ "proposed", "SELECT state FROM proposed ORDER BY id" },
	{ "without-step", "SELECT count(*) FROM cases WHERE state <> 'closed' AND NOT EXISTS"
			  " (SELECT 1 FROM timer WHERE timer.case_id = cases.id)" },
};

static void expect_tasks(struct play *p, char *at)
{
	const char *who = need(p, &at, "who");
	char phone[32], sql[200], there[500];

	if (member_id(p, who, phone) == 0)
		fail(p, "no member %s", who);
	snprintf(sql, sizeof sql, "SELECT state FROM task WHERE member_id = %lld ORDER BY id",
		(long long)member_id(p, who, phone));
	query_words(p, sql, there, sizeof there);
	while (*at == ' ')
		at++;
	if (strcmp(there, at) != 0)
		fail(p, "tasks of %s are [%s], not [%s]", who, there, at);
}

static void expect(struct play *p, char *at)
{
	const char *what = need(p, &at, "what");
	char there[2000];

	if (strcmp(what, "no") == 0) {
		need(p, &at, "sms");
		expect_sms(p, at, false);
		return;
	}
	if (strcmp(what, "sms") == 0) {
		expect_sms(p, at, true);
		return;
	}
	if (strcmp(what, "tasks") == 0) {
		expect_tasks(p, at);
		return;
	}
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		if (strcmp(queries[i].what, what) != 0)
			continue;
		query_words(p, queries[i].sql, there, sizeof there);
		while (*at == ' ')
			at++;
		if (strcmp(there, at) != 0)
			fail(p, "%s is [%s], not [%s]", what, there, at);
		return;
	}
	fail(p, "cannot expect %s", what);
}

/* -- the file -------------------------------------------------------------------------------------------------- */

static void set_time(struct play *p, char *at)
{
	char text[40];
	int64_t ms;

	snprintf(text, sizeof text, "%s", at);
	if (!clock_parse_iso(text, &ms))
		fail(p, "time YYYY-MM-DD HH:MM, not %s", at);
	clock_virtual(ms);
	desk_close(p->desk);
	p->desk = desk_open(p->t.s, &p->set);
}

/* at HH:MM[:SS]: the next such time of the day. */
static void run_to(struct play *p, char **at)
{
	struct clock_day now;
	int64_t target;
	const char *w = need(p, at, "time");

	clock_local(clock_now_ms(), &now);
	now.hour = (int)strtol(w, NULL, 10);
	now.minute = (int)strtol(w + 3, NULL, 10);
	now.second = strlen(w) > 5 ? (int)strtol(w + 6, NULL, 10) : 0;
	target = clock_of_local(&now);
	if (target < clock_now_ms())
		target += 86400000;
	advance(p, target - clock_now_ms());
}

static void run_line(struct play *p, char *line);

static void at_line(struct play *p, char *at)
{
	run_to(p, &at);
	if (*at != '\0')
		run_line(p, at);
}

static void after_line(struct play *p, char *at)
{
	advance(p, span_ms(p, need(p, &at, "span")));
	if (*at != '\0')
		run_line(p, at);
}

static void clock_line(struct play *p, char *at)
{
	const char *w = need(p, &at, "span");

	clock_step(w[0] == '-' ? -span_ms(p, w + 1) : span_ms(p, w + (w[0] == '+')));
	tick(p);
}

static void restart_line(struct play *p, char *at)
{
	(void)at;
	restart(p);
	tick(p);
}

/* off 2h: nothing runs for so long, then a start. */
static void off_line(struct play *p, char *at)
{
	int64_t ms = span_ms(p, need(p, &at, "span"));

	desk_close(p->desk);
	temp_store_shut(&p->t);
	clock_advance(ms);
	temp_store_again(&p->t);
	p->desk = desk_open(p->t.s, &p->set);
	begin(p);
	desk_recover(p->desk);
	finish(p);
	tick(p);
}

static void drill_line(struct play *p, char *at)
{
	(void)at;
	p->set.drill = true;
}

static void pledge_line(struct play *p, char *at)
{
	(void)at;
	p->set.require_pledge = true;
}

static void audit_line(struct play *p, char *at)
{
	struct audit_result r;
	int lost;

	(void)at;
	begin(p);
	lost = desk_audit(p->desk);
	store_audit(p->t.s, &r);
	finish(p);
	if (lost != 0)
		fail(p, "%d cases have no next step", lost);
	if (r.bad_seq != 0)
		fail(p, "the chain breaks at %lld: %s", (long long)r.bad_seq, r.why);
}

static const struct {
	const char *word;
	void (*run)(struct play *p, char *at);
} words[] = { { "time", set_time }, { "area", add_area }, { "team", add_team },
	{ "member", add_member }, { "resident", add_resident }, { "duty", add_duty },
	{ "policy", set_policy }, { "at", at_line }, { "after", after_line },
	{ "warning", push_warning }, { "order", order }, { "network", network },
	{ "expect", expect }, { "clock", clock_line }, { "restart", restart_line },
	{ "off", off_line }, { "drill", drill_line }, { "pledge", pledge_line },
	{ "audit", audit_line } };

static void run_line(struct play *p, char *line)
{
	char *at = line;
	const char *first = word(&at);
	char who[64];

	if (first == NULL || first[0] == '#')
		return;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].word, first) == 0) {
			words[i].run(p, at);
			return;
		}
	}
	snprintf(who, sizeof who, "%s", first);
	first = word(&at);
	if (first == NULL || strcmp(first, "says") != 0)
		fail(p, "unknown word %s", who);
	says(p, who, at);
}

static void include_file(struct play *p, const char *path, bool restarts);

static void play_file(struct play *p, FILE *f, bool restarts)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof line, f) != NULL) {
		char copy[LINE_SIZE];

		p->line++;
		line[strcspn(line, "\r\n")] = '\0';
		snprintf(copy, sizeof copy, "%s", line);
		if (strncmp(line, "include ", 8) == 0)
			include_file(p, line + 8, restarts);
		else
			run_line(p, line);
		/* In the middle of every step: nothing may depend on what only memory knows. */
		if (restarts && copy[0] != '\0' && copy[0] != '#' &&
			strncmp(copy, "include", 7) != 0)
			restart(p);
	}
}

static void include_file(struct play *p, const char *name, bool restarts)
{
	char path[LINE_SIZE + 32];
	const char *file = p->file;
	int line = p->line;
	FILE *f;

	snprintf(path, sizeof path, "tests/scenarios/%s", name);
	f = fopen(path, "r");
	if (f == NULL)
		fail(p, "no file %s", path);
	p->file = path;
	p->line = 0;
	play_file(p, f, restarts);
	fclose(f);
	p->file = file;
	p->line = line;
}

bool scenario_play(const char *path, bool restarts, char *why, int why_size)
{
	static struct play play;
	struct phrases_fault fault;
	struct play *p = &play;
	FILE *f = fopen(path, "r");
	bool ok = false;

	memset(p, 0, sizeof *p);
	p->file = path;
	p->why = why;
	p->why_size = why_size;
	if (f == NULL) {
		snprintf(why, (size_t)why_size, "no file %s", path);
		return false;
	}
	clock_zone("Asia/Shanghai");
	clock_virtual(TEMP_NOW);
	settings_default(&p->set);
	snprintf(p->set.centre, sizeof p->set.centre, "%s", "白鹤镇反诈分中心");
	snprintf(p->set.area, sizeof p->set.area, "%s", "310118110000");
	snprintf(p->set.templates.signature, sizeof p->set.templates.signature, "%s", "白鹤镇反诈");
	p->set.phrases = phrases_new(NULL, &fault);
	p->set.rewards.count = 1;
	p->set.rewards.rule[0] = (struct reward_rule){ .code = "R1",
		.name = "劝阻奖励",
		.group = "dissuade",
		.version = 1,
		.tiers = { { .from_fen = 0, .amount_fen = 50000 },
			{ .from_fen = 10000000, .amount_fen = 100000 } },
		.tier_count = 2 };
	p->heard = calloc(TEXTS, sizeof *p->heard);
	assert(p->heard != NULL);
	temp_store_open(&p->t);
	p->desk = desk_open(p->t.s, &p->set);
	if (setjmp(p->failed) == 0) {
		play_file(p, f, restarts);
		ok = true;
	}
	desk_close(p->desk);
	temp_store_close(&p->t);
	phrases_free(p->set.phrases);
	free(p->heard);
	fclose(f);
	clock_real();
	return ok;
}

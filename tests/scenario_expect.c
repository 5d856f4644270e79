/* What must have come of it: SMS on the phones, rows in the books. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "scenario_room.h"
#include "timeline.h"

#include "banned.h"

enum { THERE = 6000, WORDS = 8 };

static void describe(struct play *p, const char *phone, char *out, size_t n)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = p->heard_count - 1; i >= 0 && used + 400 < n; i--)
		if (strcmp(p->heard[i].to, phone) == 0)
			used += (size_t)snprintf(out + used, n - used, "\n    %s%.330s",
				p->heard[i].seen ? "(seen) " : "", p->heard[i].text);
}

static bool holds_all(const char *text, char words[WORDS][400], int n)
{
	for (int i = 0; i < n; i++)
		if (strstr(text, words[i]) == NULL)
			return false;
	return true;
}

static void expect_sms(struct play *p, char *at, bool wanted)
{
	const char *who = play_need(p, &at, "who"), *w;
	char phone[PHONE_SIZE], words[WORDS][400], there[THERE];
	int n = 0;

	play_phone(p, who, phone);
	while (n < WORDS && (w = play_word(&at)) != NULL)
		play_fill(p, phone, w, words[n++], sizeof words[0]);
	for (int i = 0; i < p->heard_count; i++) {
		struct heard *h = &p->heard[i];

		if (h->seen || strcmp(h->to, phone) != 0 || !holds_all(h->text, words, n))
			continue;
		h->seen = true;
		if (!wanted)
			play_fail(p, "%s got: %s", who, h->text);
		return;
	}
	describe(p, phone, there, sizeof there);
	if (wanted)
		play_fail(p, "%s got no new SMS with \"%s\" but:%s", who, n == 0 ? "" : words[0],
			there);
}

/* expect nothing: every SMS so far was expected. */
static void expect_nothing(struct play *p, char *at)
{
	(void)at;
	for (int i = 0; i < p->heard_count; i++)
		if (!p->heard[i].seen)
			play_fail(p, "%s got an SMS: %s", p->heard[i].to, p->heard[i].text);
}

/* expect first "words": the oldest SMS that no expectation has taken holds them; it stays untaken. */
static void expect_first(struct play *p, char *at)
{
	const char *words = play_need(p, &at, "words");

	for (int i = 0; i < p->heard_count; i++) {
		if (p->heard[i].seen)
			continue;
		if (strstr(p->heard[i].text, words) == NULL)
			play_fail(p, "the first SMS is: %s", p->heard[i].text);
		return;
	}
	play_fail(p, "there is no new SMS");
}

/* expect whatever: what came up to here is not looked at. */
static void expect_whatever(struct play *p, char *at)
{
	(void)at;
	for (int i = 0; i < p->heard_count; i++)
		p->heard[i].seen = true;
}

/* Rows of one query as words, to compare with what is expected. */
static void query_words(struct play *p, const char *sql, char *out, size_t n)
{
	size_t used = 0;
	struct db_stmt *q;

	out[0] = '\0';
	play_begin(p);
	q = db_query_text(p->t.s->db, sql, DB_NONE);
	while (db_next(q) && used < n)
		used += (size_t)snprintf(
			out + used, n - used, "%s%s", used == 0 ? "" : " ", db_text(q, 0));
	play_finish(p);
}

void play_compare(struct play *p, const char *what, const char *there, const char *wanted)
{
	size_t n;

	while (*wanted == ' ')
		wanted++;
	n = strlen(wanted);
	while (n > 0 && wanted[n - 1] == ' ')
		n--;
	if (strncmp(there, wanted, n) != 0 || there[n + strspn(there + n, " ")] != '\0')
		play_fail(p, "%s is [%s], not [%s]", what, there, wanted);
}

/* expect timeline WORDS: a line of the newest case holds them. */
static void expect_timeline(struct play *p, char *at)
{
	const char *words = play_need(p, &at, "words");
	json_t *list, *one;
	bool found = false;
	size_t i;

	play_begin(p);
	list = timeline_of_case(
		p->t.s, db_number(p->t.s->db, "SELECT max(id) FROM cases", 0, DB_NONE), false);
	play_finish(p);
	json_array_foreach(list, i, one) {
		found = found || strstr(json_str(one, "line"), words) != NULL;
	}
	json_decref(list);
	if (!found)
		play_fail(p, "the timeline has no %s", words);
}

static void expect_tasks(struct play *p, char *at)
{
	const char *who = play_need(p, &at, "who");
	char phone[PHONE_SIZE], sql[200], there[500];

	if (play_member(p, who, phone) == 0)
		play_fail(p, "no member %s", who);
	snprintf(sql, sizeof sql, "SELECT state FROM task WHERE member_id = %lld ORDER BY id",
		(long long)play_member(p, who, phone));
	query_words(p, sql, there, sizeof there);
	play_compare(p, who, there, at);
}

/* expect count 赵一 4: so many SMS in all; expect count answers: kinds of purpose. */
static void expect_count(struct play *p, char *at)
{
	const char *who = play_need(p, &at, "who");
	char phone[PHONE_SIZE], there[20];
	int n = 0;

	play_phone(p, who, phone);
	for (int i = 0; i < p->heard_count; i++)
		n += strcmp(p->heard[i].to, phone) == 0;
	snprintf(there, sizeof there, "%d", n);
	play_compare(p, who, there, at);
}

/* expect by sim1 3: so many SMS left by that channel. */
static void expect_by(struct play *p, char *at)
{
	const char *name = play_need(p, &at, "channel");
	char there[20];
	int n = 0;

	for (int i = 0; i < p->heard_count; i++)
		n += strcmp(p->heard[i].channel, name) == 0;
	snprintf(there, sizeof there, "%d", n);
	play_compare(p, name, there, at);
}

/* expect codes NAME 2:9 3:2: so many live codes of two and of three digits. */
static void expect_codes(struct play *p, char *at)
{
	const char *who = play_need(p, &at, "who");
	char phone[PHONE_SIZE], sql[300], there[200];
	int64_t id = play_member(p, who, phone);

	snprintf(sql, sizeof sql,
		"SELECT length(code) || ':' || count(*) FROM task WHERE member_id = %lld"
		" AND code_closed_at = 0 GROUP BY length(code) ORDER BY length(code)",
		(long long)id);
	query_words(p, sql, there, sizeof there);
	play_compare(p, who, there, at);
}

/* expect events KIND 2: so many rows of that kind in the books. */
static void expect_events(struct play *p, char *at)
{
	const char *kind = play_need(p, &at, "kind");
	char there[20];

	play_begin(p);
	snprintf(there, sizeof there, "%lld",
		(long long)db_number(p->t.s->db, "SELECT count(*) FROM event WHERE kind = ?", 0,
			DB_ARGS(DT(kind))));
	play_finish(p);
	play_compare(p, kind, there, at);
}

/* It is sealed. */
static void expect_case_reason(struct play *p, char *at)
{
	char there[THERE];
	size_t used = 0;
	struct db_stmt *q;

	there[0] = '\0';
	play_begin(p);
	q = db_query(p->t.s->db, "SELECT id, close_reason_x FROM cases ORDER BY id", DB_NONE);
	while (db_next(q) && used < sizeof there)
		used += (size_t)snprintf(there + used, sizeof there - used, "%s%s",
			used == 0 ? "" : " ",
			store_plain(p->t.s, q, 1, "cases", "close_reason", db_int(q, 0)));
	play_finish(p);
	play_compare(p, "case-reason", there, at);
}

static const struct {
	const char *what, *sql;
} queries[] = {
	{ "case", "SELECT state || ':' || level || ':' || outcome FROM cases ORDER BY id" },
	{ "case-state", "SELECT state FROM cases ORDER BY id" },
	{ "case-level", "SELECT level FROM cases ORDER BY id" },
	{ "case-flags", "SELECT flags FROM cases ORDER BY id" },
	{ "case-area", "SELECT area FROM cases ORDER BY id" },
	{ "case-resident", "SELECT resident_id > 0 FROM cases ORDER BY id" },
	{ "case-lost", "SELECT lost_fen FROM cases ORDER BY id" },
	{ "case-saved", "SELECT saved_fen FROM cases ORDER BY id" },
	{ "repeats", "SELECT repeat_no FROM cases ORDER BY id" },
	{ "warnings", "SELECT state FROM warning ORDER BY id" },
	{ "match", "SELECT match_by FROM warning ORDER BY id" },
	{ "messages", "SELECT state FROM message ORDER BY id" },
	{ "waiting", "SELECT purpose || ':' || state FROM message"
		     " WHERE state IN ('queued', 'held', 'sending', 'unsure') ORDER BY id" },
	{ "message-count", "SELECT count(*) FROM message" },
	{ "alarms", "SELECT kind FROM alarm WHERE cleared_at = 0 ORDER BY kind" },
	{ "inbox", "SELECT state FROM inbound ORDER BY id" },
	{ "inbox-next", "SELECT next FROM inbound ORDER BY id" },
	{ "inbox-last", "SELECT state || ':' || next || ':' || raised FROM inbound"
			" ORDER BY id DESC LIMIT 1" },
	{ "outcomes", "SELECT code FROM outcome ORDER BY id" },
	{ "corrections", "SELECT count(*) FROM outcome WHERE corrects_id > 0" },
	{ "followups", "SELECT step || ':' || state FROM followup ORDER BY id" },
	{ "handovers", "SELECT state FROM handover ORDER BY id" },
	{ "handover-amount", "SELECT amount_fen FROM handover ORDER BY id" },
	{ "handover-missing", "SELECT missing FROM handover ORDER BY id" },
	{ "rewards", "SELECT state || ':' || amount_fen FROM reward ORDER BY id" },
	{ "proposed", "SELECT state FROM proposed ORDER BY id" },
	{ "channels", "SELECT channel FROM message ORDER BY id" },
	{ "held", "SELECT held_why FROM message WHERE state = 'held' ORDER BY id" },
	{ "tries", "SELECT channel || ':' || verdict FROM message_try ORDER BY message_id, n" },
	{ "breakers", "SELECT name || ':' || CASE WHEN stopped > 0 THEN 'stopped'"
		      " WHEN open_until > 0 THEN 'open' ELSE 'closed' END FROM channel_state ORDER "
		      "BY name" },
	{ "timers", "SELECT kind FROM timer WHERE case_id > 0 ORDER BY kind" },
};

static const struct {
	const char *what;
	void (*run)(struct play *p, char *at);
} others[] = { { "tasks", expect_tasks }, { "count", expect_count }, { "events", expect_events },
	{ "nothing", expect_nothing }, { "whatever", expect_whatever }, { "first", expect_first },
	{ "codes", expect_codes }, { "said", play_expect_said }, { "calls", play_expect_calls },
	{ "asked", play_expect_asked }, { "timeline", expect_timeline },
	{ "case-reason", expect_case_reason }, { "by", expect_by } };

void play_expect(struct play *p, char *at)
{
	const char *what = play_need(p, &at, "what");
	char there[THERE];

	bool wanted = strcmp(what, "no") != 0;

	if (!wanted)
		what = play_need(p, &at, "what");
	if (strcmp(what, "sms") == 0) {
		expect_sms(p, at, wanted);
		return;
	}
	if (strcmp(what, "call") == 0) {
		play_expect_call(p, at, wanted);
		return;
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(others[i].what, what) == 0) {
			others[i].run(p, at);
			return;
		}
	}
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		if (strcmp(queries[i].what, what) == 0) {
			query_words(p, queries[i].sql, there, sizeof there);
			play_compare(p, what, there, at);
			return;
		}
	}
	play_fail(p, "cannot expect %s", what);
}

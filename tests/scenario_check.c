/* What must be true after every line, whatever the line was. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "scenario_room.h"
#include "text.h"
#include "timer.h"

#include "banned.h"

enum { ONE_SMS = 70, TWO_PARTS = 2 * 67 };

/* -- texts --------------------------------------------------------------------------------------- */

void play_secret(struct play *p, const char *text)
{
	/* 王某 and the like are short enough to stand in a text by chance. */
	if (text == NULL || text_count(text) < 2 || strchr(text, '*') != NULL)
		return;
	assert(p->secret_count < SECRETS);
	snprintf(p->secret[p->secret_count++], sizeof p->secret[0], "%s", text);
}

static bool is_ask(const char *purpose)
{
	return strcmp(purpose, "task") == 0 || strcmp(purpose, "revisit") == 0 ||
	       strcmp(purpose, "handover") == 0;
}

static void check_length(struct play *p, const struct heard *h)
{
	size_t units = text_units(h->text);
	bool marked = strstr(h->text, p->set.templates.repeat_mark) != NULL ||
		      strstr(h->text, p->set.templates.drill_mark) != NULL;

	if (!text_valid(h->text, strlen(h->text)))
		play_fail(p, "an SMS that is cut inside a character: %s", h->text);
	if (units > TWO_PARTS)
		play_fail(p, "an SMS of more than two parts (%zu): %s", units, h->text);
	if (units > ONE_SMS && !marked && is_ask(h->purpose))
		play_fail(p, "an alert of more than one SMS (%zu): %s", units, h->text);
}

/* The law: the number and the door stand in the detail text alone, a full name nowhere. */
static void check_secrets(struct play *p, const char *text, bool is_detail)
{
	for (int i = 0; i < p->secret_count; i++) {
		bool is_phone = p->secret[i][0] == '1' && strlen(p->secret[i]) == 11;

		if (strstr(text, p->secret[i]) != NULL && !(is_phone && is_detail))
			play_fail(p, "%s stands in: %s", p->secret[i], text);
	}
}

static void check_twice(struct play *p, int at)
{
	const struct heard *h = &p->heard[at];

	for (int i = 0; i < at && is_ask(h->purpose); i++)
		if (strcmp(p->heard[i].to, h->to) == 0 && strcmp(p->heard[i].text, h->text) == 0 &&
			strstr(h->text, p->set.templates.repeat_mark) == NULL)
			play_fail(p, "%s got this twice: %s", h->to, h->text);
}

static void check_closed(struct play *p, const struct heard *h)
{
	if (h->case_id == 0 || strcmp(h->purpose, "answer") == 0 ||
		strcmp(h->purpose, "notice") == 0)
		return;
	if (db_number(p->t.s->db, "SELECT closed_at FROM cases WHERE id = ? AND state = 'closed'",
		    h->at, DB_ARGS(DI(h->case_id))) < h->at)
		play_fail(p, "%s got this after the case was closed: %s", h->to, h->text);
}

static void check_texts(struct play *p)
{
	for (int i = 0; i < p->heard_count; i++) {
		struct heard *h = &p->heard[i];

		if (h->checked)
			continue;
		h->checked = true;
		if (getenv("SCENARIO_TEXTS") != NULL)
			printf("%3zu %-8s %s %s\n", text_units(h->text), h->purpose, h->to,
				h->text);
		check_length(p, h);
		check_secrets(p, h->text, strcmp(h->purpose, "detail") == 0);
		check_twice(p, i);
		check_closed(p, h);
	}
	for (int i = 0; i < p->call_count; i++)
		check_secrets(p, p->call[i].text, false);
}

/* -- rows ------------------------------------------------------------------------------------------- */

#define HAS_TIMER(kinds) \
	" EXISTS (SELECT 1 FROM timer t WHERE t.case_id = c.id AND t.kind IN (" kinds "))"
#define HAS_TASK(what) \
	" EXISTS (SELECT 1 FROM task k WHERE k.case_id = c.id AND k.kind = 'dissuade' AND " what ")"

/* Each gives the number of rows that are wrong. */
static const struct {
	const char *what, *sql;
} rules[] = {
	{ "a case that is not closed has a next step",
		"SELECT count(*) FROM cases c WHERE c.state <> 'closed'"
		" AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.case_id = c.id)" },
	{ "an open case has a step of the ladder or a deadline",
		"SELECT count(*) FROM cases c WHERE c.state = 'open' AND NOT" HAS_TIMER(
			"'ladder', 'realarm', 'contact', 'meet', 'feedback', 'remind', 'aged'") },
	{ "an open case that nobody has goes up the ladder",
		"SELECT count(*) FROM cases c WHERE c.state = 'open'"
		" AND NOT" HAS_TASK("k.state = 'accepted'") " AND NOT" HAS_TIMER(
			"'ladder', 'realarm', 'aged'") },
	{ "an accepted case knows it",
		"SELECT count(*) FROM cases c WHERE c.state = 'open'"
		" AND (c.accepted_at <> 0) <>" HAS_TASK("k.state = 'accepted'") },
	{ "a case that is over has no open task of dissuasion",
		"SELECT count(*) FROM cases c WHERE c.state <> 'open' AND" HAS_TASK(
			"k.state IN ('offered', 'accepted')") },
	{ "a closed case has no open task", "SELECT count(*) FROM cases c JOIN task k ON k.case_id "
					    "= c.id WHERE c.state = 'closed'"
					    " AND k.state IN ('offered', 'accepted')" },
	{ "a closed case has no timer",
		"SELECT count(*) FROM cases c WHERE c.state = 'closed'"
		" AND EXISTS (SELECT 1 FROM timer t WHERE t.case_id = c.id)" },
	{ "a closed case has no follow-up left",
		"SELECT count(*) FROM cases c JOIN followup f ON f.case_id = c.id"
		" WHERE c.state = 'closed' AND f.state IN ('due', 'asked')" },
	{ "a follow-up that waits has its timer",
		"SELECT count(*) FROM followup f WHERE f.state IN ('due', 'asked') AND NOT EXISTS"
		" (SELECT 1 FROM timer t WHERE t.subject_id = f.id AND t.kind IN ('revisit', "
		"'revisit_late'))" },
	{ "a hand-over that nobody has taken has its timer",
		"SELECT count(*) FROM handover h WHERE h.state IN ('open', 'told') AND NOT EXISTS"
		" (SELECT 1 FROM timer t WHERE t.subject_id = h.id AND t.kind = 'handover')" },
	{ "the ladder has one timer", "SELECT count(*) FROM (SELECT case_id, kind FROM timer WHERE "
				      "kind IN ('ladder', 'realarm', 'aged')"
				      " GROUP BY case_id, kind HAVING count(*) > 1) AS x" },
	{ "one deadline of a kind for a task",
		"SELECT count(*) FROM (SELECT subject_id, kind FROM timer WHERE subject_id > 0"
		" AND kind <> 'parts' GROUP BY subject_id, kind HAVING count(*) > 1) AS x" },
	{ "a code means one thing on a phone",
		"SELECT count(*) FROM (SELECT phone_key, code FROM task WHERE code_closed_at = 0"
		" GROUP BY phone_key, code HAVING count(*) > 1) AS x" },
	{ "a live code belongs to an open task",
		"SELECT count(*) FROM task k WHERE k.code_closed_at = 0"
		" AND k.state NOT IN ('offered', 'accepted')" },
	{ "an open task has a live code",
		"SELECT count(*) FROM task k WHERE k.state IN ('offered', 'accepted')"
		" AND (k.code_closed_at <> 0 OR k.code = '' OR k.phone_key = 0)" },
};

static void check_rows(struct play *p)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct db_stmt *q;
		int64_t n = -1;

		play_begin(p);
		q = db_query_text(p->t.s->db, rules[i].sql, DB_NONE);
		if (db_next(q)) {
			n = db_int(q, 0);
			db_end(q);
		}
		play_finish(p);
		if (n != 0)
			play_fail(p, "broken: %s (%lld)", rules[i].what, (long long)n);
	}
}

/* What the desk remembers of its next timer is not later than the row says. */
static void check_due(struct play *p)
{
	int64_t due = desk_due_ms(p->desk), first, held;

	play_begin(p);
	first = timer_next(p->t.s);
	held = message_held_next(p->t.s);
	play_finish(p);
	first = held < first ? held : first;
	if (first != INT64_MAX && first > desk_now_ms(p->desk) &&
		desk_now_ms(p->desk) + due > first)
		play_fail(p, "the desk would sleep past its next timer");
	if (first <= desk_now_ms(p->desk) && due > 0)
		play_fail(p, "the desk would sleep though a timer is due");
}

void play_check(struct play *p)
{
	check_texts(p);
	check_rows(p);
	check_due(p);
}

void play_check_end(struct play *p)
{
	struct audit_result r;
	int lost;

	play_begin(p);
	lost = desk_audit(p->desk);
	store_audit(p->t.s, &r);
	play_finish(p);
	if (lost != 0)
		play_fail(p, "%d cases have no next step", lost);
	if (r.bad_seq != 0)
		play_fail(p, "the chain breaks at %lld: %s", (long long)r.bad_seq, r.why);
}

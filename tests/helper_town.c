#include "helper_town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "member.h"
#include "people.h"
#include "powercut.h"
#include "record_new.h"

#include "banned.h"

#define CENTRE "310118110000"

static const char *const surnames[] = { "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯",
	"陈" };
static const char *const given[] = { "建国", "秀英", "志强", "桂兰", "小明", "丽华", "海燕" };

enum {
	SURNAMES = sizeof surnames / sizeof *surnames,
	GIVEN = sizeof given / sizeof *given,
	OFF_LIST = 7000000
};

static void give_up(const char *what)
{
	fprintf(stderr, "helper_town: %s\n", what);
	abort();
}

void town_settings(struct settings *set)
{
	struct phrases_fault fault;

	settings_default(set);
	snprintf(set->centre, sizeof set->centre, "%s", "示例镇反诈分中心");
	snprintf(set->centre_phone, sizeof set->centre_phone, "%s", "021-55550000");
	snprintf(set->area, sizeof set->area, "%s", CENTRE);
	snprintf(set->templates.signature, sizeof set->templates.signature, "%s", "示例镇反诈");
	snprintf(set->channel[0].name, sizeof set->channel[0].name, "%s", "sim1");
	snprintf(set->channel[0].kind, sizeof set->channel[0].kind, "%s", "modem");
	set->channel[0].sms = true;
	set->channel_count = 1;
	set->phrases = phrases_new(NULL, &fault);
}

void town_settings_free(struct settings *set)
{
	phrases_free(set->phrases);
	set->phrases = NULL;
}

/* -- people ---------------------------------------------------------------------------------- */

static const char *village_code(struct arena *a, int village)
{
	return arena_print(a, "310118110%03d", 201 + village);
}

static const char *person_name(struct arena *a, int64_t n)
{
	return arena_print(a, "%s%s", surnames[n % SURNAMES], given[n / SURNAMES % GIVEN]);
}

static void put_member(struct store *s, int64_t team, const char *phone, int64_t n)
{
	const struct member m = { .team_id = team,
		.name = person_name(&s->arena, n),
		.phone = phone,
		.post = "member",
		.post_raw = "队员",
		.area = "",
		.state = "active",
		.pledged_on = "2026-01-05",
		.trained_on = "" };
	bool created;

	if (member_put(s, "test", &m, &created) == 0)
		give_up("member");
}

static int64_t put_team(struct store *s, const char *name, const char *area, const char *kind)
{
	bool created;
	int64_t id = team_put(
		s, "test", &(struct team){ .name = name, .area = area, .kind = kind }, &created);

	if (id == 0)
		give_up("team");
	return id;
}

static void put_village(struct store *s, const struct town *t, int v)
{
	const char *code = village_code(&s->arena, v);
	const struct area a = { .code = code,
		.name = arena_print(&s->arena, "第%d村", v + 1),
		.kind = "village",
		.parent = CENTRE,
		.aliases = "" };
	bool created;
	int64_t team;

	area_put(s, "test", &a, &created);
	team = put_team(s, arena_print(&s->arena, "第%d村劝导队", v + 1), code, "village");
	for (int m = 0; m < t->members; m++)
		put_member(
			s, team, arena_print(&s->arena, "1380%03d%04d", v, m), (int64_t)v * 17 + m);
}

static const char *resident_phone(struct arena *a, int64_t n)
{
	return arena_print(a, "139%08lld", (long long)n);
}

static void put_resident(struct store *s, const struct town *t, int64_t n)
{
	json_t *body = json_pack("{s:s, s:[s], s:s, s:s}", "name", person_name(&s->arena, n),
		"phones", resident_phone(&s->arena, n), "area",
		village_code(&s->arena, (int)(n % t->villages)), "address",
		arena_print(&s->arena, "第%d村%d组%d号", (int)(n % t->villages) + 1,
			(int)(n / 40 % 20) + 1, (int)(n % 40) + 1));
	json_t *out = NULL;
	struct fault fault;

	if (!people_put_json(s, "test", "residents", body, 0, &out, &fault))
		give_up(fault.why);
	json_decref(out);
	json_decref(body);
}

void town_people(struct store *s, const struct town *t)
{
	bool created;

	area_put(s, "test",
		&(struct area){ .code = CENTRE,
			.name = "示例镇",
			.kind = "town",
			.parent = "",
			.aliases = "" },
		&created);
	put_member(s, put_team(s, "中心值班组", CENTRE, "centre"), "13800000001", 1);
	put_member(s, put_team(s, "派出所", CENTRE, "police"), "13800000002", 2);
	for (int v = 0; v < t->villages; v++)
		put_village(s, t, v);
	for (int64_t n = 0; n < t->residents; n++)
		put_resident(s, t, n);
}

/* -- warnings ----------------------------------------------------------------------------------- */

struct warning_record *town_warning(
	const struct town *t, int64_t n, int64_t about, int fraud, enum level level)
{
	struct warning_record *r = record_new();
	struct arena *a = &r->arena;
	bool listed = about < t->residents;

	r->source = "96110";
	snprintf(r->warn_no, sizeof r->warn_no, "T%lld", (long long)n);
	r->level = level;
	r->level_raw = level_name(level);
	r->fraud_type = r->fraud_raw = "FAKE_SERVICE";
	r->name = person_name(a, about);
	r->phones[0] = listed ? resident_phone(a, about)
			      : arena_print(a, "137%08lld", (long long)(OFF_LIST + about));
	r->phone_count = 1;
	r->village_code = village_code(a, (int)(about % t->villages));
	r->addr_live = arena_print(a, "第%d村%d组%d号", (int)(about % t->villages) + 1,
		(int)(about / 40 % 20) + 1, (int)(about % 40) + 1);
	r->suspects[0] = arena_print(a, "phone:170%08d", fraud);
	r->suspect_count = 1;
	r->amount_fen = 100 * (n % 100000);
	r->remark = "来电自称客服，要求转账";
	return r;
}

/* -- rules --------------------------------------------------------------------------------------- */

static const struct {
	const char *rule, *breaks; /* the first row of this breaks it */
} rules[] = {
	{ "a warning has its case", "SELECT id FROM warning w WHERE NOT EXISTS"
				    " (SELECT 1 FROM cases c WHERE c.id = w.case_id)" },
	{ "a warning has its event",
		"SELECT id FROM warning w WHERE (SELECT count(*) FROM case_event e WHERE "
		"e.case_id = w.case_id"
		" AND e.kind = 'warning.accepted' AND e.entity_id = w.id) <> 1" },
	{ "an event of a warning has its warning",
		"SELECT seq FROM event e WHERE e.kind = 'warning.accepted' AND NOT EXISTS"
		" (SELECT 1 FROM warning w WHERE w.id = e.entity_id)" },
	{ "a case has one opening event and a warning",
		"SELECT id FROM cases c WHERE (SELECT count(*) FROM case_event e WHERE e.case_id = "
		"c.id AND e.kind = 'case.opened') <> 1"
		" OR c.id NOT IN (SELECT case_id FROM warning)" },
	{ "a number is that of one case",
		"SELECT max(id) FROM cases GROUP BY no HAVING count(*) > 1" },
	{ "each repeat is an event",
		"SELECT id FROM cases c WHERE repeat_no <> (SELECT count(*) FROM case_event e WHERE"
		" e.case_id = c.id AND e.kind = 'case.repeated')" },
	{ "a case has a task or says that it has none",
		"SELECT id FROM cases c WHERE c.id NOT IN (SELECT case_id FROM task)"
		" AND ' ' || c.flags || ' ' NOT LIKE '% gap %'" },
	{ "an open case has a next step",
		"SELECT id FROM cases c WHERE state <> 'closed' AND c.id NOT IN"
		" (SELECT case_id FROM timer)" },
	{ "a task has its event, its code and its message",
		"SELECT id FROM task t WHERE (SELECT count(*) FROM case_event e WHERE "
		"e.case_id = t.case_id"
		" AND e.kind = 'task.offered' AND e.entity_id = t.id) <> 1"
		" OR t.code = '' OR t.phone_key = 0"
		" OR (t.case_id, t.id) NOT IN (SELECT m.case_id, m.task_id FROM message m)" },
	{ "what left the queue was claimed",
		"SELECT id FROM message m WHERE state IN ('sending', 'unsure', 'sent', "
		"'delivered') AND NOT EXISTS"
		" (SELECT 1 FROM event e WHERE e.case_id = m.case_id AND e.kind = 'message.claim'"
		" AND e.entity_id = m.id)" },
	{ "what is being sent says by whom and since when",
		"SELECT id FROM message WHERE state = 'sending' AND (channel = '' OR sending_at = "
		"0)" },
	{ "what is unsure has its timer",
		"SELECT id FROM message m WHERE state = 'unsure' AND NOT EXISTS"
		" (SELECT 1 FROM timer t WHERE t.kind = 'unsure' AND t.subject_id = m.id)" },
	{ "a proposal has its case and its event",
		"SELECT id FROM proposed p WHERE warning_id IS NULL OR person_key = 0"
		" OR NOT EXISTS (SELECT 1 FROM case_event e WHERE e.case_id = p.case_id"
		" AND e.kind = 'case.opened' AND json_extract(e.data, '$.proposed') = 1)" },
	{ "who is told to be proposed is",
		"SELECT entity_id FROM event e WHERE e.kind = 'case.opened' AND"
		" json_extract(e.data, '$.proposed') = 1 AND entity_id NOT IN (SELECT id FROM "
		"proposed)" },
	{ "a case has its keys",
		"SELECT id FROM cases WHERE keys_until > 0 AND (keys IS NULL OR length(keys) % 8 "
		"<> 0)" },
	{ "an event of a case is found by it",
		"SELECT seq FROM event WHERE case_id > 0 AND seq NOT IN"
		" (SELECT seq FROM case_event)" },
	{ "an alarm has its event", "SELECT id FROM alarm a WHERE NOT EXISTS (SELECT 1 FROM event e"
				    " WHERE e.case_id = a.case_id AND e.kind = 'alarm.raised' AND "
				    "e.entity_id = a.id)" },
};

const char *town_broken_rule(struct store *s)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (db_number(s->db, rules[i].breaks, 0, DB_NONE) != 0)
			return rules[i].rule;
	return db_rc(s->db) == STORE_OK ? NULL : "the database can be read";
}

int town_warning_there(struct store *s, int64_t n)
{
	char no[32];
	int64_t id, events;

	snprintf(no, sizeof no, "T%lld", (long long)n);
	id = db_number(s->db, "SELECT case_id FROM warning WHERE source = '96110' AND warn_no = ?",
		0, DB_ARGS(DT(no)));
	if (id == 0)
		return POWER_ABSENT;
	events = db_number(s->db,
		"SELECT count(*) FROM case_event WHERE case_id = ? AND kind IN "
		"('case.opened', "
		"'warning.accepted')",
		0, DB_ARGS(DI(id)));
	return events >= 2 ? POWER_WHOLE : POWER_HALF;
}

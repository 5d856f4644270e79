/* The people's side: areas, teams, who is asked first, imports that never double, single changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "area.h"
#include "duty.h"
#include "helper_people.h"
#include "helper_store.h"
#include "json.h"
#include "member.h"
#include "people.h"
#include "resident_find.h"
#include "task.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define TOWN "310118110000"
#define VILLAGE "310118110203"
#define OTHER "310118110208"
#define ID_A "310118195501010018"
#define ID_B "110105194912310021"

/* -- areas and teams -------------------------------------------------------------------------- */

static void area(struct temp_store *t, const char *code, const char *name, const char *parent)
{
	bool created;

	area_put(t->s, "test",
		&(struct area){
			.code = code, .name = name, .parent = parent, .kind = "", .aliases = "" },
		&created);
}

static int64_t team(struct temp_store *t, const char *name, const char *where, const char *kind)
{
	bool created;

	return team_put(t->s, "test", &(struct team){ .name = name, .area = where, .kind = kind },
		&created);
}

static int64_t member(struct temp_store *t, int64_t team_id, const char *name, const char *phone)
{
	bool created;

	return member_put(t->s, "test",
		&(struct member){ .team_id = team_id,
			.name = name,
			.phone = phone,
			.post = "member",
			.area = VILLAGE },
		&created);
}

static const struct above_row {
	const char *code, *above;
} above_rows[] = {
	{ "310118110203A1", "310118110203" },
	{ "310118110203001002", "310118110203" },
	{ "310118110203", "310118110000" },
	{ "310118110000", "310118000000" },
	{ "310118000000", "" },
	{ "31011811020", "" },
	{ "", "" },
	{ "x10118110203", "" },
};

static void the_code_tells_the_area_above(void **state)
{
	char above[PLACE_CODE + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(above_rows); i++) {
		area_code_above(above_rows[i].code, above);
		assert_string_equal(above, above_rows[i].above);
	}
}

static const struct team_row {
	const char *name, *area, *kind, *team;
} team_rows[] = {
	{ "its own team", VILLAGE, "village", "示例村劝导队" },
	{ "a grid goes to its village", VILLAGE "A1", "village", "示例村劝导队" },
	{ "a village without a team has none of its kind", OTHER, "village", NULL },
	{ "above it stands the centre", OTHER, "centre", "镇分中心" },
	{ "the police stand above all", VILLAGE "A1", "police", "派出所" },
	{ "an unknown village by its digits", "310118110299", "centre", "镇分中心" },
	{ "another town has nobody", "310118120201", "centre", NULL },
	{ "a parent that is stored beats the digits", "310118110211", "village", "示例村劝导队" },
	{ "no area", "", "centre", NULL },
	{ "no kind", VILLAGE, "line2", NULL },
	{ "a circle of parents ends", "310118110221", "line2", NULL },
};

static void the_team_of_an_area(void **state)
{
	const struct team_row *r = *state;
	struct temp_store t;
	struct team found;
	bool ok;

	temp_store_open(&t);
	temp_job(&t, TEMP_NOW);
	area(&t, TOWN, "示例镇", "");
	area(&t, VILLAGE, "示例村", TOWN);
	area(&t, OTHER, "样板村", "");
	area(&t, "310118110211", "分村", VILLAGE);
	area(&t, "310118110221", "甲", "310118110222");
	area(&t, "310118110222", "乙", "310118110221");
	team(&t, "示例村劝导队", VILLAGE, "village");
	team(&t, "镇分中心", TOWN, "centre");
	team(&t, "派出所", TOWN, "police");
	ok = team_of_area(t.s, r->area, r->kind, &found);
	assert_int_equal(ok, r->team != NULL);
	if (ok)
		assert_string_equal(found.name, r->team);
	assert_int_equal(temp_done(&t), STORE_OK);
	temp_store_close(&t);
}

/* -- who is asked first --------------------------------------------------------------------------- */

static void open_task(struct temp_store *t, int64_t member_id, enum task_state state)
{
	struct task k = { .id = store_id(t->s),
		.case_id = 1,
		.kind = "dissuade",
		.member_id = member_id,
		.state = TASK_OFFERED,
		.code = "",
		.outcome = "" };

	t->s->now_ms++;
	task_add(t->s, &k);
	if (state != TASK_OFFERED)
		task_event(t->s, &k, state == TASK_ACCEPTED ? TASK_EV_ACCEPT : TASK_EV_EXPIRE,
			"test", NULL);
}

static void order_is(struct temp_store *t, int64_t team_id, const char *names)
{
	size_t n;
	const struct member *list = member_candidates(t->s, team_id, &n);
	char got[200] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? " " : "",
			list[i].name);
	assert_string_equal(got, names);
}

static void by_duty_then_load_then_who_waits_longest(void **state)
{
	struct temp_store *t = *state;
	int64_t team_id, a, b, c, other;
	bool created;

	temp_job(t, TEMP_NOW);
	team_id = team(t, "甲队", VILLAGE, "village");
	a = member(t, team_id, "赵一", "13800138001");
	b = member(t, team_id, "钱二", "13800138002");
	c = member(t, team_id, "孙三", "13800138003");
	order_is(t, team_id, "赵一 钱二 孙三");
	open_task(t, a, TASK_EXPIRED); /* was asked */
	order_is(t, team_id, "钱二 孙三 赵一");
	open_task(t, b, TASK_OFFERED);
	order_is(t, team_id, "孙三 赵一 钱二");
	open_task(t, c, TASK_EXPIRED); /* is no load, but he was asked last */
	order_is(t, team_id, "赵一 孙三 钱二");
	/* The same person in another team has the load too. */
	other = member(t, team(t, "乙队", OTHER, "village"), "孙三", "13800138003");
	open_task(t, other, TASK_ACCEPTED);
	open_task(t, other, TASK_ACCEPTED);
	order_is(t, team_id, "赵一 钱二 孙三");
	/* 2026-11-21 is a Saturday: bit 5. */
	duty_put(t->s, "test",
		&(struct duty){ .team_id = team_id,
			.shift = { .member_id = c,
				.weekdays = 32,
				.from_min = 0,
				.to_min = 1440 } },
		&created);
	order_is(t, team_id, "孙三 赵一 钱二");
	assert_int_equal(temp_done(t), STORE_OK);
}

static void who_is_away_is_not_asked(void **state)
{
	struct temp_store *t = *state;
	struct member m = { .id = 0 };
	int64_t team_id, a, b;
	bool created;

	temp_job(t, TEMP_NOW);
	team_id = team(t, "甲队", VILLAGE, "village");
	a = member(t, team_id, "赵一", "13800138001");
	b = member(t, team_id, "钱二", "13800138002");
	member_leave(t->s, "test", a, TEMP_NOW + 1);
	order_is(t, team_id, "钱二");
	member_leave(t->s, "test", a, TEMP_NOW);
	order_is(t, team_id, "赵一 钱二");
	member_leave(t->s, "test", a, TEMP_NOW + 1);
	member_leave(t->s, "test", a, 0);
	order_is(t, team_id, "赵一 钱二");
	assert_true(member_get(t->s, b, &m));
	m.state = "left";
	member_put(t->s, "test", &m, &created);
	order_is(t, team_id, "赵一");
	member_stop(t->s, "test", a); /* is seen, but asked all the same */
	order_is(t, team_id, "赵一");
	assert_true(member_get(t->s, a, &m));
	assert_int_equal(m.stopped_at, TEMP_NOW);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void a_number_finds_its_members_active_first(void **state)
{
	struct temp_store *t = *state;
	const struct member *list;
	struct member m;
	int64_t first;
	bool created;
	size_t n;

	temp_job(t, TEMP_NOW);
	first = member(t, team(t, "甲队", VILLAGE, "village"), "赵一", "13800138001");
	member(t, team(t, "乙队", OTHER, "village"), "赵一", "13800138001");
	assert_true(member_get(t->s, first, &m));
	m.state = "left";
	member_put(t->s, "test", &m, &created);
	list = member_of_phone(t->s, "13800138001", &n);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].state, "active");
	assert_string_equal(list[1].state, "left");
	member_of_phone(t->s, "13800138009", &n);
	assert_int_equal(n, 0);
	assert_int_equal(temp_done(t), STORE_OK);
}

static const struct post_row {
	const char *text, *post;
} post_rows[] = {
	{ "村书记", "head" },
	{ "村主任", "head" },
	{ "副书记", "head" },
	{ "队长", "leader" },
	{ "网格组长", "leader" },
	{ "社区民警", "officer" },
	{ "派出所副所长", "officer" },
	{ "值班员", "desk" },
	{ "网格员", "member" },
	{ "志愿者", "member" },
	{ "", "member" },
};

static void the_post_of_a_cell(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(post_rows); i++)
		assert_string_equal(member_post_of(post_rows[i].text), post_rows[i].post);
	assert_string_equal(member_post_of(NULL), "member");
}

/* -- imports ---------------------------------------------------------------------------------------- */

static struct people_import how = { .actor = "drop:test.xlsx", .centre = TOWN };

static struct people_counts import(
	struct temp_store *t, const struct people_record *rows, size_t n, struct people_row *out)
{
	struct people_counts counts;

	how.kind = rows[0].kind;
	temp_job(t, TEMP_NOW);
	people_import_slice(t->s, &how, rows, n, out, &counts);
	assert_int_equal(temp_done(t), STORE_OK);
	return counts;
}

static void counts_are(
	struct people_counts n, int created, int updated, int unchanged, int rejected)
{
	assert_int_equal(n.created, created);
	assert_int_equal(n.updated, updated);
	assert_int_equal(n.unchanged, unchanged);
	assert_int_equal(n.rejected, rejected);
}

#define NO_RESIDENT \
	.id_no = "", .id_type = "", .birth = "", .sex = "", .village = "", .area_code = "", \
	.grid = "", .addr_live = "", .addr_reg = "", .tags = "", .risk = "", .employer = "", \
	.occupation = "", .remark = ""
#define NO_MEMBER \
	.post = "", .village = "", .area_code = "", .grid = "", .secrecy_date = "", \
	.training_date = "", .load_cap = -1, .remark = ""

static struct people_record resident(const char *name, const char *id_no, const char *phone)
{
	struct people_record r = { .kind = HEADER_RESIDENT, .of.resident = { NO_RESIDENT } };

	r.of.resident.name = name;
	r.of.resident.id_no = id_no;
	if (phone[0] != '\0')
		r.of.resident.phone[r.of.resident.phone_count++] = (struct resident_record_phone){
			.kind = "own", .phone = phone, .name = "", .relation = ""
		};
	return r;
}

static struct people_record member_row(const char *team_name, const char *name, const char *phone)
{
	struct people_record r = { .kind = HEADER_MEMBER, .of.member = { NO_MEMBER } };

	r.of.member.team = team_name;
	r.of.member.name = name;
	r.of.member.phone = phone;
	return r;
}

static void two_villages(struct temp_store *t)
{
	temp_job(t, TEMP_NOW);
	area(t, VILLAGE, "示例村", TOWN);
	area(t, OTHER, "样板村", TOWN);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void importing_again_changes_nothing(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = { resident("张三", ID_A, "13800138000"),
		resident("李四", "", "13800138001"), resident("王五", "", "") };
	struct people_row out[3];
	int64_t events;

	two_villages(t);
	rows[2].of.resident.village = "示例村";
	rows[2].of.resident.addr_live = "示例村6组";
	counts_are(import(t, rows, 3, out), 3, 0, 0, 0);
	events = temp_number(t, "SELECT count(*) FROM event WHERE kind <> 'people.imported'");
	counts_are(import(t, rows, 3, out), 0, 0, 3, 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), 3);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident_phone"), 2);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind <> 'people.imported'"),
		events);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'people.imported'"), 2);
}

static void an_empty_cell_leaves_what_is_stored(void **state)
{
	struct temp_store *t = *state;
	struct people_record full = resident("张三", ID_A, "13800138000"),
			     bare = resident("张三", ID_A, "");
	struct people_row out[1];
	struct resident r;

	full.of.resident.remark = "独居";
	full.of.resident.tags = "老年";
	import(t, &full, 1, out);
	counts_are(import(t, &bare, 1, out), 0, 0, 1, 0);
	temp_job(t, TEMP_NOW);
	assert_true(resident_get(t->s, out[0].id, &r));
	assert_string_equal(r.remark, "独居");
	assert_string_equal(r.tags, "老年");
	assert_int_equal(r.phone_count, 1);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void a_new_number_is_added_and_named_in_the_books(void **state)
{
	struct temp_store *t = *state;
	struct people_record a = resident("张三", ID_A, "13800138000"),
			     b = resident("张三", ID_A, "13800138009");
	struct people_row out[1];

	import(t, &a, 1, out);
	counts_are(import(t, &b, 1, out), 0, 1, 0, 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident_phone"), 2);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'people.imported' AND"
			       " json_extract(data, '$.changed[0].fields[0]') = 'phones'"),
		1);
}

static void an_id_that_comes_later_completes_the_row(void **state)
{
	struct temp_store *t = *state;
	struct people_record a = resident("张三", "", "13800138000"),
			     b = resident("张三", ID_A, "13800138000");
	struct people_row out[1];

	import(t, &a, 1, out);
	counts_are(import(t, &b, 1, out), 0, 1, 0, 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), 1);
	counts_are(import(t, &a, 1, out), 0, 0, 1, 0);
}

static void another_id_is_another_person(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = { resident("张三", ID_A, "13800138000"),
		resident("张三", ID_B, "13800138000"), resident("李四", "", "13800138000") };
	struct people_row out[3];

	counts_are(import(t, rows, 3, out), 3, 0, 0, 0);
}

static void one_person_twice_in_a_file_comes_once(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = { resident("张三", ID_A, "13800138000"),
		resident("张三", ID_A, "") };
	struct people_row out[2];

	counts_are(import(t, rows, 2, out), 1, 0, 1, 0);
	assert_int_equal(out[0].id, out[1].id);
}

static void too_many_numbers_are_refused_and_nothing_is_lost(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[3];
	struct people_row out[3];
	char phone[24][16];
	int n = 0;

	for (int i = 0; i < 2; i++) {
		rows[i] = resident("张三", ID_A, "");
		for (int k = 0; k < 8; k++, n++) {
			snprintf(phone[n], sizeof phone[n], "138001380%02d", n);
			rows[i].of.resident.phone[k] = (struct resident_record_phone){
				.kind = "own", .phone = phone[n], .name = "", .relation = ""
			};
		}
		rows[i].of.resident.phone_count = 8;
	}
	rows[2] = resident("李四", ID_B, "13800138000");
	counts_are(import(t, rows, 3, out), 2, 0, 0, 1);
	assert_string_equal(out[1].fault.code, "too_many_phones");
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident_phone"), 9);
}

static void a_dry_run_says_all_and_leaves_no_trace(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = { resident("张三", ID_A, "13800138000"),
		resident("张三", ID_A, "13800138001") };
	struct people_row out[2];
	struct audit_result audit;

	how.dry_run = true;
	counts_are(import(t, rows, 2, out), 1, 1, 0, 0);
	how.dry_run = false;
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM event"), 0);
	counts_are(import(t, rows, 2, out), 1, 1, 0, 0);
	assert_int_equal(store_audit(t->s, &audit), STORE_OK);
	assert_int_equal(audit.bad_seq, 0);
	assert_int_equal(audit.rows, 1);
}

static void a_damaged_row_is_refused_alone(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = { resident("张三", ID_A, "13800138000"),
		resident("李四", ID_B, "13800138001"), resident("王五", "", "13800138002") };
	struct people_row out[3];
	struct people_counts n;
	struct audit_result audit;

	import(t, rows, 1, out);
	temp_sql(t, "UPDATE resident SET name_x = zeroblob(40)");
	temp_quiet();
	n = import(t, rows, 3, out);
	temp_loud();
	counts_are(n, 2, 0, 0, 1);
	assert_int_equal(out[0].done, PEOPLE_REJECTED);
	assert_string_equal(out[0].fault.code, "bad_row");
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), 3);
	assert_int_equal(store_audit(t->s, &audit), STORE_OK);
	assert_int_equal(audit.bad_seq, 0);
}

static void the_books_hold_no_personal_data(void **state)
{
	struct temp_store *t = *state;
	struct people_record r = resident("张三丰", ID_A, "13800138000"),
			     m = member_row("示例村劝导队", "赵一二", "13800138001");
	struct people_row out[1];

	import(t, &r, 1, out);
	import(t, &m, 1, out);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE data LIKE '%张三丰%' OR data LIKE"
			       " '%1380013800%' OR data LIKE '%" ID_A "%' OR data LIKE '%赵一二%'"),
		0);
	assert_true(temp_number(t, "SELECT count(*) FROM event") >= 4);
}

static const struct place_row {
	const char *name, *code, *grid, *village, *address, *area, *note;
} place_rows[] = {
	{ "by code", OTHER, "", "示例村", "", OTHER, "" },
	{ "by the grid's code", OTHER, VILLAGE "A1", "", "", VILLAGE "A1", "" },
	{ "by the village's name", "", "", "示例村", "", VILLAGE, "" },
	{ "by its name without 村", "", "", "样板", "", OTHER, "" },
	{ "by the address", "", "", "", "示例镇样板村3组", OTHER, "" },
	{ "the village before the address", "", "", "示例村", "样板村3组", VILLAGE, "" },
	{ "the address when the village is unknown", "", "", "外村", "样板村3组", OTHER, "" },
	{ "the centre when nothing fits", "", "", "外村", "", TOWN, "area_unknown" },
	{ "the centre when nothing is said", "", "", "", "", TOWN, "area_unknown" },
};

static void a_row_finds_its_area(void **state)
{
	const struct place_row *p = *state;
	struct people_record r = resident("张三", ID_A, "");
	struct people_row out[1];
	struct temp_store t;
	struct resident got;

	temp_store_open(&t);
	two_villages(&t);
	r.of.resident.area_code = p->code;
	r.of.resident.grid = p->grid;
	r.of.resident.village = p->village;
	r.of.resident.addr_live = p->address;
	import(&t, &r, 1, out);
	temp_job(&t, TEMP_NOW);
	assert_true(resident_get(t.s, out[0].id, &got));
	assert_string_equal(got.area, p->area);
	assert_string_equal(out[0].note, p->note);
	assert_int_equal(temp_done(&t), STORE_OK);
	temp_store_close(&t);
}

static const struct member_team_row {
	const char *name, *team, *village, *post, *area, *kind, *made;
} member_team_rows[] = {
	{ "by its village", "一队", "示例村", "", VILLAGE, "village", "一队" },
	{ "by the village in its name", "样板村劝导队", "", "", OTHER, "village", "样板村劝导队" },
	{ "else at the centre", "一队", "", "", TOWN, "centre", "一队" },
	{ "police by its name", "白鹤派出所", "", "", TOWN, "police", "白鹤派出所" },
	{ "police by its posts", "联络组", "", "民警", TOWN, "police", "联络组" },
	{ "second line by its name", "机动二线队", "", "", TOWN, "line2", "机动二线队" },
	{ "without a team: the village's", "", "示例村", "", VILLAGE, "village", "示例村劝导队" },
};

static void a_members_team_is_made(void **state)
{
	const struct member_team_row *row = *state;
	struct people_record r = member_row(row->team, "赵一", "13800138001");
	struct people_row out[1];
	struct temp_store t;
	struct team got;

	temp_store_open(&t);
	two_villages(&t);
	r.of.member.village = row->village;
	r.of.member.post = row->post;
	counts_are(import(&t, &r, 1, out), 1, 0, 0, 0);
	temp_job(&t, TEMP_NOW);
	assert_true(team_by_name(t.s, row->made, &got));
	assert_string_equal(got.area, row->area);
	assert_string_equal(got.kind, row->kind);
	assert_int_equal(temp_done(&t), STORE_OK);
	counts_are(import(&t, &r, 1, out), 0, 0, 1, 0);
	assert_int_equal(temp_number(&t, "SELECT count(*) FROM team"), 1);
	temp_store_close(&t);
}

static void a_member_without_a_team_to_tell_is_refused(void **state)
{
	struct temp_store *t = *state;
	struct people_record r = member_row("", "赵一", "13800138001");
	struct people_row out[1];

	r.of.member.village = "外村";
	counts_are(import(t, &r, 1, out), 0, 0, 0, 1);
	assert_string_equal(out[0].fault.code, "no_team");
	assert_int_equal(temp_number(t, "SELECT count(*) FROM member"), 0);
}

static void a_changed_number_replaces_the_old_one(void **state)
{
	struct temp_store *t = *state;
	struct people_record a = member_row("甲队", "赵一", "13800138001"),
			     b = member_row("甲队", "赵一", "13800138002");
	struct people_row out[1];

	how.whole = true;
	import(t, &a, 1, out);
	counts_are(import(t, &b, 1, out), 0, 1, 0, 0);
	assert_string_equal(out[0].note, "phone_changed");
	assert_int_equal(temp_number(t, "SELECT count(*) FROM member"), 1);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'member.changed' AND"
			       " json_extract(data, '$.fields[0]') = 'phone'"),
		1);
	how.whole = false;
}

static void of_two_of_one_name_neither_takes_the_others_place(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = { member_row("甲队", "赵一", "13800138001"),
		member_row("甲队", "赵一", "13800138002") };
	struct people_row out[2];

	how.whole = true;
	counts_are(import(t, rows, 2, out), 2, 0, 0, 0);
	counts_are(import(t, rows, 2, out), 0, 0, 2, 0);
	how.whole = false;
	/* A part of a file proves nothing about the rest. */
	rows[0] = member_row("甲队", "赵一", "13800138003");
	counts_are(import(t, rows, 1, out), 1, 0, 0, 0);
}

static struct people_record duty_row(const char *team_name, const char *name, const char *phone)
{
	return (struct people_record){ .kind = HEADER_DUTY,
		.of.duty = { .team = team_name,
			.name = name,
			.phone = phone,
			.post = "",
			.village = "",
			.area_code = "",
			.weekdays = 31,
			.date = "",
			.from_min = 480,
			.to_min = 1080,
			.shift = "",
			.remark = "" } };
}

static void a_shift_finds_its_member(void **state)
{
	struct temp_store *t = *state;
	struct people_record people[] = { member_row("甲队", "赵一", "13800138001"),
		member_row("甲队", "钱二", "13800138002"),
		member_row("乙队", "赵一", "13800138001") };
	struct people_record rows[] = { duty_row("甲队", "赵一", ""),
		duty_row("", "", "13800138002"), duty_row("乙队", "", "13800138001"),
		duty_row("", "", "13800138001"), duty_row("甲队", "孙三", ""),
		duty_row("", "钱二", "13800138001") };
	struct people_row out[6];

	import(t, people, 3, out);
	counts_are(import(t, rows, 6, out), 3, 0, 0, 3);
	assert_string_equal(out[3].fault.code, "no_member"); /* stands in two teams */
	assert_string_equal(out[4].fault.value, "孙*");
	assert_string_equal(out[5].fault.value, "138****8001"); /* name and number differ */
	counts_are(import(t, rows, 3, out), 0, 0, 3, 0);
	rows[0].of.duty.off = true;
	counts_are(import(t, rows, 1, out), 0, 1, 0, 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM duty"), 3);
}

static void areas_hang_under_what_their_digits_give(void **state)
{
	struct temp_store *t = *state;
	struct people_record rows[] = {
		{ .kind = HEADER_AREA,
			.of.area = { .code = VILLAGE,
				.name = "示例村",
				.parent = "",
				.type = "",
				.aliases = "老示例",
				.population = 1200,
				.leader = "",
				.leader_phone = "",
				.remark = "" } },
		{ .kind = HEADER_AREA,
			.of.area = { .code = VILLAGE "A1",
				.name = "一网格",
				.parent = "示例村",
				.type = "微网格",
				.aliases = "",
				.population = -1,
				.leader = "",
				.leader_phone = "",
				.remark = "" } },
		{ .kind = HEADER_AREA,
			.of.area = { .code = "310118110001",
				.name = "示例居委",
				.parent = "不明",
				.type = "",
				.aliases = "",
				.population = -1,
				.leader = "",
				.leader_phone = "",
				.remark = "" } },
	};
	struct people_row out[3];
	struct area a;

	counts_are(import(t, rows, 3, out), 2, 0, 0, 1);
	assert_string_equal(out[2].fault.code, "unknown_area");
	counts_are(import(t, rows, 2, out), 0, 0, 2, 0);
	temp_job(t, TEMP_NOW);
	assert_true(area_get(t->s, VILLAGE, &a));
	assert_string_equal(a.parent, TOWN);
	assert_string_equal(a.kind, "village");
	assert_int_equal(a.population, 1200);
	assert_true(area_get(t->s, VILLAGE "A1", &a));
	assert_string_equal(a.parent, VILLAGE);
	assert_string_equal(a.kind, "grid");
	assert_int_equal(temp_done(t), STORE_OK);
}

static void a_team_brings_its_leader(void **state)
{
	struct temp_store *t = *state;
	struct people_record row = { .kind = HEADER_TEAM,
		.of.team = { .code = "",
			.name = "样板村劝导队",
			.type = "",
			.village = "",
			.area_code = "",
			.grid = "",
			.parent = "",
			.leader = "赵一",
			.leader_phone = "13800138001",
			.remark = "" } };
	struct people_row out[1];
	struct team got;

	two_villages(t);
	counts_are(import(t, &row, 1, out), 1, 0, 0, 0);
	counts_are(import(t, &row, 1, out), 0, 0, 1, 0);
	temp_job(t, TEMP_NOW);
	assert_true(team_get(t->s, out[0].id, &got));
	assert_string_equal(got.area, OTHER);
	assert_string_equal(got.kind, "village");
	order_is(t, got.id, "赵一");
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM member WHERE post = 'leader'"), 1);
}

static void a_whole_slice_of_made_up_people(void **state)
{
	struct temp_store *t = *state;

	bench_areas(t->s);
	bench_import_slice(t->s, 0);
	bench_import_slice(t->s, 1);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), 2 * PEOPLE_SLICE);
	/* One run of ids in the books, not a thousand of them. */
	assert_int_equal(
		temp_number(t, "SELECT max(json_array_length(data, '$.created_ids')) FROM event"),
		1);
}

/* -- single rows ------------------------------------------------------------------------------------- */

static const struct put_row {
	const char *name, *noun, *body, *code, *column; /* code NULL: taken */
} put_rows[] = {
	{ "a resident", "residents",
		"{'name':'张三','id_no':'" ID_A "','phones':['138 0013 8000']}", NULL, NULL },
	{ "several numbers in one text", "residents",
		"{'name':'张三','phones':'13800138000、13900139000'}", NULL, NULL },
	{ "family and guardian", "residents",
		"{'name':'张三','family':[{'name':'张小','phone':'13800138000',"
		"'relation':'子'}],'guardian':{'phone':'021-55550000'}}",
		NULL, NULL },
	{ "a village by its name", "residents", "{'name':'张三','area':'示例村'}", NULL, NULL },
	{ "no name", "residents", "{'id_no':'" ID_A "'}", "missing", "name" },
	{ "a name alone", "residents", "{'name':'张三'}", "name_only", "phones" },
	{ "a masked name", "residents", "{'name':'张*','id_no':'" ID_A "'}", "masked", "name" },
	{ "a wrong ID number", "residents", "{'name':'张三','id_no':'310118195501010019'}",
		"bad_checksum", "id_no" },
	{ "a wrong phone", "residents", "{'name':'张三','phones':['1380013800']}", "too_short",
		"phones" },
	{ "a phone of the wrong type", "residents", "{'name':'张三','phones':7}", "bad_type",
		"phones" },
	{ "a family member without a number", "residents",
		"{'name':'张三','family':[{'name':'张小'}]}", "bad_type", "family" },
	{ "an unknown village", "residents", "{'name':'张三','area':'外村'}", "unknown_area",
		"area" },
	{ "an unknown state", "residents", "{'name':'张三','area':'示例村','state':'gone'}",
		"bad_choice", "state" },
	{ "a birth in the future", "residents",
		"{'name':'张三','area':'示例村','birth':'2099-01-01'}", "bad_date", "birth" },
	{ "no object", "residents", "[]", "bad_type", "" },
	{ "an area", "areas", "{'code':'310118110211','name':'新村'}", NULL, NULL },
	{ "an area without code", "areas", "{'name':'新村'}", "bad_code", "code" },
	{ "an area of a negative population", "areas",
		"{'code':'310118110211','name':'新村','population':-1}", "bad_number",
		"population" },
	{ "a team", "teams", "{'name':'乙队','area':'" OTHER "'}", NULL, NULL },
	{ "a team's name is taken", "teams", "{'name':'甲队','area':'" OTHER "'}", "conflict",
		"name" },
	{ "a team without area", "teams", "{'name':'丙队'}", "missing", "area" },
	{ "a member", "members",
		"{'team':'甲队','name':'钱二','phone':'13800138002','post':'队长','load_cap':3}",
		NULL, NULL },
	{ "a member of an unknown team", "members",
		"{'team':'丁队','name':'钱二','phone':'13800138002'}", "unknown_team", "team" },
	{ "a member's landline", "members", "{'team':'甲队','name':'钱二','phone':'021-55550000'}",
		"not_mobile", "phone" },
	{ "a member without number", "members", "{'team':'甲队','name':'钱二'}", "missing",
		"phone" },
	{ "a number that the team has", "members",
		"{'team':'甲队','name':'钱二','phone':'13800138001'}", "conflict", "phone" },
	{ "a leave that is no time", "members",
		"{'team':'甲队','name':'钱二','phone':'13800138002','away_until':'明天'}",
		"bad_time", "away_until" },
	{ "a shift", "duties",
		"{'phone':'13800138001','weekdays':[1,7],'from':'22:00','to':'06:00'}", NULL,
		NULL },
	{ "a day off", "duties",
		"{'team':'甲队','phone':'13800138001','day':'2026-12-01','off':true}", NULL, NULL },
	{ "a shift of nobody", "duties", "{'phone':'13800138009','weekdays':[1]}", "no_member",
		"member" },
	{ "a shift without a day", "duties", "{'phone':'13800138001'}", "no_day", "weekdays" },
	{ "a shift with both", "duties",
		"{'phone':'13800138001','weekdays':[1],'day':'2026-12-01'}", "no_day", "weekdays" },
	{ "an eighth weekday", "duties", "{'phone':'13800138001','weekdays':[8]}", "bad_weekday",
		"weekdays" },
	{ "a 25th hour", "duties", "{'phone':'13800138001','weekdays':[1],'from':'25:00'}",
		"bad_time", "from" },
};

static json_t *json_of(const char *text)
{
	char copy[600];
	json_t *o;

	snprintf(copy, sizeof copy, "%s", text);
	for (char *c = copy; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	o = json_loads(copy, 0, NULL);
	assert_non_null(o);
	return o;
}

/* What people_put_json() gave; the caller frees *out. */
static bool put(struct temp_store *t, const char *noun, const char *body, int64_t id, json_t **out,
	struct fault *fault)
{
	json_t *o = json_of(body);
	bool ok;

	temp_job(t, TEMP_NOW);
	ok = people_put_json(t->s, "key:test", noun, o, id, out, fault);
	assert_int_equal(temp_done(t), STORE_OK);
	json_decref(o);
	return ok;
}

static void put_one(void **state)
{
	const struct put_row *r = *state;
	struct temp_store t;
	struct fault fault = { .row = 0 };
	json_t *out = NULL;
	int64_t before;

	temp_store_open(&t);
	two_villages(&t);
	temp_job(&t, TEMP_NOW);
	member(&t, team(&t, "甲队", VILLAGE, "village"), "赵一", "13800138001");
	assert_int_equal(temp_done(&t), STORE_OK);
	before = temp_number(&t, "SELECT count(*) FROM event");
	assert_int_equal(put(&t, r->noun, r->body, 0, &out, &fault), r->code == NULL);
	if (r->code == NULL) {
		assert_true(json_flag(out, "created", false));
		assert_int_equal(temp_number(&t, "SELECT count(*) FROM event"), before + 1);
	} else {
		assert_string_equal(fault.code, r->code);
		assert_string_equal(fault.column, r->column);
		assert_string_not_equal(fault.mend, "");
		assert_int_equal(temp_number(&t, "SELECT count(*) FROM event"), before);
		assert_null(out);
	}
	json_decref(out);
	temp_store_close(&t);
}

static void a_change_touches_only_what_it_names(void **state)
{
	struct temp_store *t = *state;
	struct fault fault;
	struct resident r;
	json_t *out;
	int64_t id;

	assert_true(put(t, "residents",
		"{'name':'张三','id_no':'" ID_A "','phones':['13800138000'],'remark':'独居',"
		"'family':[{'phone':'13900139000','relation':'子'}]}",
		0, &out, &fault));
	id = json_int(out, "id", 0);
	assert_string_equal(json_str(out, "name"), "张*");
	assert_string_equal(json_str(out, "birth"), "1955");
	json_decref(out);
	assert_true(
		put(t, "residents", "{'phones':['13700137000'],'remark':null}", id, &out, &fault));
	assert_int_equal(json_array_size(json_object_get(out, "changed")), 2);
	json_decref(out);
	temp_job(t, TEMP_NOW);
	assert_true(resident_get(t->s, id, &r));
	assert_int_equal(r.phone_count, 2);
	assert_string_equal(r.phone[0].phone, "13700137000");
	assert_string_equal(r.phone[1].phone, "13900139000");
	assert_string_equal(r.remark, "");
	assert_string_equal(r.id_no, ID_A);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_false(put(t, "residents", "{'remark':''}", id + 1, &out, &fault));
	assert_string_equal(fault.code, "not_found");
	assert_true(put(t, "residents", "{'remark':''}", id, &out, &fault));
	assert_int_equal(json_array_size(json_object_get(out, "changed")), 0);
	json_decref(out);
}

static void a_members_change_is_one_event_without_values(void **state)
{
	struct temp_store *t = *state;
	struct fault fault;
	json_t *out;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = member(t, team(t, "甲队", VILLAGE, "village"), "赵一", "13800138001");
	assert_int_equal(temp_done(t), STORE_OK);
	assert_true(put(t, "members", "{'phone':'13800138002'}", id, &out, &fault));
	assert_string_equal(json_str(out, "phone"), "138****8002");
	json_decref(out);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'member.changed' AND data ="
			       " '{\"fields\":[\"phone\"]}' AND actor = 'key:test'"),
		1);
	assert_true(
		put(t, "members", "{'away_until':'2026-12-01T00:00:00+08:00'}", id, &out, &fault));
	json_decref(out);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'member.leave'"), 1);
	assert_int_equal(temp_number(t, "SELECT away_until FROM member"), INT64_C(1796054400000));
}

/* -- lookups by name and area ------------------------------------------------------------------------- */

static int in_area(struct store *s, const char *area, const char *birth, size_t max)
{
	struct db_stmt *q = resident_find_area(s, area, birth, max);
	int n = 0;

	while (db_next(q))
		n++;
	return n;
}

static void names_are_found_in_every_area(void **state)
{
	struct temp_store *t = *state;
	static const char *const areas[] = { VILLAGE, VILLAGE "A1", OTHER, "500114252201", "" };
	bool created, changed;
	int64_t ids[8];

	temp_job(t, TEMP_NOW);
	for (size_t i = 0; i < COUNT(areas); i++)
		resident_put(t->s, "test",
			&(struct resident){
				.name = "张三", .area = areas[i], .address = i == 0 ? "甲" : "乙" },
			&created, &changed);
	resident_put(t->s, "test", &(struct resident){ .name = "李四", .area = VILLAGE }, &created,
		&changed);
	assert_int_equal(resident_by_name(t->s, "张三", ids, 8), 5);
	assert_int_equal(resident_by_name(t->s, "张三", ids, 3), 3);
	assert_int_equal(resident_by_name(t->s, "王五", ids, 8), 0);
	assert_int_equal(resident_by_name_in_area(t->s, "张三", VILLAGE, ids, 8), 2);
	assert_int_equal(resident_by_name_in_area(t->s, "张三", TOWN, ids, 8), 3);
	assert_int_equal(resident_by_name_in_area(t->s, "张三", VILLAGE "A1", ids, 8), 1);
	assert_int_equal(in_area(t->s, VILLAGE, NULL, 8), 3);
	assert_int_equal(in_area(t->s, VILLAGE, NULL, 2), 2);
	assert_int_equal(in_area(t->s, VILLAGE, "1955-01-01", 8), 0);
	assert_int_equal(in_area(t->s, "", NULL, 8), 0);
	assert_int_equal(temp_done(t), STORE_OK);
}

int main(void)
{
	enum {
		TEAMS = COUNT(team_rows),
		PLACES = COUNT(place_rows),
		MADE = COUNT(member_team_rows),
		PUTS = COUNT(put_rows),
		EACH_FROM = TEAMS + PLACES + MADE + PUTS
	};
#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)
#define TABLE(from, rows, f) \
	for (size_t i = 0; i < COUNT(rows); i++) \
		tests[(from) + i] = (struct CMUnitTest) \
		{ \
			.name = (rows)[i].name, .test_func = (f), \
			.initial_state = (void *)&(rows)[i] \
		}
	struct CMUnitTest tests[EACH_FROM + 25] = {
		[EACH_FROM] = cmocka_unit_test(the_code_tells_the_area_above),
		cmocka_unit_test(the_post_of_a_cell),
		EACH(by_duty_then_load_then_who_waits_longest),
		EACH(who_is_away_is_not_asked),
		EACH(a_number_finds_its_members_active_first),
		EACH(importing_again_changes_nothing),
		EACH(an_empty_cell_leaves_what_is_stored),
		EACH(a_new_number_is_added_and_named_in_the_books),
		EACH(an_id_that_comes_later_completes_the_row),
		EACH(another_id_is_another_person),
		EACH(one_person_twice_in_a_file_comes_once),
		EACH(too_many_numbers_are_refused_and_nothing_is_lost),
		EACH(a_dry_run_says_all_and_leaves_no_trace),
		EACH(a_damaged_row_is_refused_alone),
		EACH(the_books_hold_no_personal_data),
		EACH(a_member_without_a_team_to_tell_is_refused),
		EACH(a_changed_number_replaces_the_old_one),
		EACH(of_two_of_one_name_neither_takes_the_others_place),
		EACH(a_shift_finds_its_member),
		EACH(areas_hang_under_what_their_digits_give),
		EACH(a_team_brings_its_leader),
		EACH(a_whole_slice_of_made_up_people),
		EACH(a_change_touches_only_what_it_names),
		EACH(a_members_change_is_one_event_without_values),
		EACH(names_are_found_in_every_area),
	};

	TABLE(0, team_rows, the_team_of_an_area);
	TABLE(TEAMS, place_rows, a_row_finds_its_area);
	TABLE(TEAMS + PLACES, member_team_rows, a_members_team_is_made);
	TABLE(TEAMS + PLACES + MADE, put_rows, put_one);
	return _cmocka_run_group_tests("people", tests, EACH_FROM + 25, NULL, NULL);
}

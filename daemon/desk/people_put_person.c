#include <string.h>

#include "clock.h"
#include "date.h"
#include "duty.h"
#include "idcard.h"
#include "json.h"
#include "level.h"
#include "mask.h"
#include "member.h"
#include "people_room.h"
#include "phone.h"
#include "resident_find.h"

#include "banned.h"

/* clang-format off */
static const struct cell_fault not_found = { "not_found", "没有这条记录", "请核对编号。" };
static const struct cell_fault bad_type = { "bad_type", "这一项的类型不对", "请按接口说明填写文字、数字或数组。" };
static const struct cell_fault id_taken = { "conflict", "这个身份证号已经在名单里", "请修改原有的那条。" };
static const struct cell_fault phone_taken = { "conflict", "队里已有这个手机号", "请修改原有的那条。" };
static const struct cell_fault crowded = { "too_many_phones", "号码超过12个", "请删去不用的号码。" };
static const struct cell_fault too_little = { "name_only", "只有姓名，没有身份证号、电话或住址", "请补填其中一项。" };
static const struct cell_fault bad_clock = { "bad_time", "看不懂时间", "请按08:30的形式填写。" };
static const struct cell_fault bad_days = { "bad_weekday", "星期应为1到7的数组", "请填写如[1,2,3,4,5]。" };
static const struct cell_fault no_day = { "no_day", "没有写明星期或日期", "请补填weekdays或day。" };
static const struct cell_fault no_member = { "no_member", "队员名单里找不到这一位", "请核对队伍、编号或手机号。" };
/* clang-format on */

/* -- residents ------------------------------------------------------------------------------------ */

/* The ID number, and what it tells about birth and sex. */
static void put_id_no(struct people_put *p, struct resident *r)
{
	struct date birth = { .prec = DATE_BY_DAY };
	char text[DATE_TEXT];
	struct idcard card;
	enum idcard_rc rc;
	const char *cell;

	if (!given_has(p, "id_no"))
		return;
	cell = given_text(p, "id_no", "");
	r->id_no = "";
	if (p->bad || cell[0] == '\0')
		return;
	rc = idcard_parse(cell, date_of_ms(p->s->now_ms), &card);
	if (rc != IDCARD_OK) {
		given_refuse(p, "id_no", idcard_fault(rc), mask_id(cell, text, sizeof text));
		return;
	}
	r->id_no = store_keep(p->s, card.text);
	birth.day = card.birth;
	if (card.birth.year != 0)
		r->birth = store_keep(p->s, date_text(&birth, text));
	if (card.sex != 0)
		r->sex = card.sex == 'M' ? "M" : "F";
}

static void add_phone(struct people_put *p, struct resident *r, const char *kind, const char *key,
	const char *text, const json_t *who)
{
	struct resident_phone *to = &r->phone[r->phone_count];

	if (r->phone_count == RESIDENT_PHONES) {
		given_refuse(p, key, &crowded, "");
		return;
	}
	*to = (struct resident_phone){ .kind = kind,
		.phone = given_number_text(p, key, text, false),
		.name = "",
		.relation = "" };
	if (who != NULL) {
		struct people_put one = { .s = p->s, .body = who, .fault = p->fault };

		to->name = given_name(&one, "name", "");
		to->relation = given_text(&one, "relation", "");
		p->bad = p->bad || one.bad;
	}
	r->phone_count++;
}

/* An array of numbers, or one text with several. */
static void put_own_phones(struct people_put *p, struct resident *r)
{
	const json_t *v = json_object_get(p->body, "phones"), *item;
	struct phone_list list;
	enum phone_rc rc;
	size_t i;

	if (json_is_string(v)) {
		rc = phone_parse_list(json_string_value(v), NULL, &list);
		if (rc != PHONE_OK && rc != PHONE_EMPTY)
			given_refuse(p, "phones", phone_fault(rc), "");
		for (i = 0; rc == PHONE_OK && i < list.count; i++)
			add_phone(p, r, "own", "phones", list.item[i].text, NULL);
		return;
	}
	if (!json_is_array(v) && !json_is_null(v))
		given_refuse(p, "phones", &bad_type, "");
	json_array_foreach(v, i, item)
		add_phone(p, r, "own", "phones",
			json_is_string(item) ? json_string_value(item) : "", NULL);
}

static void put_relative(
	struct people_put *p, struct resident *r, const char *kind, const json_t *v)
{
	const char *number = json_str(v, "phone");

	if (!json_is_object(v) || number == NULL)
		given_refuse(p, kind, &bad_type, "");
	else
		add_phone(p, r, kind, kind, number, v);
}

/* An array of objects, or one. */
static void put_relatives(struct people_put *p, struct resident *r, const char *kind)
{
	const json_t *v = json_object_get(p->body, kind), *item;
	size_t i;

	if (json_is_object(v))
		put_relative(p, r, kind, v);
	else if (!json_is_array(v) && !json_is_null(v))
		given_refuse(p, kind, &bad_type, "");
	json_array_foreach(v, i, item)
		put_relative(p, r, kind, item);
}

/* Numbers of a kind that the body does not name stay. */
static void put_phones(struct people_put *p, const struct resident *was, struct resident *r)
{
	static const struct {
		const char *key, *kind;
	} kinds[] = { { "phones", "own" }, { "family", "family" }, { "guardian", "guardian" } };

	r->phone_count = 0;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (given_has(p, kinds[k].key)) {
			if (k == 0)
				put_own_phones(p, r);
			else
				put_relatives(p, r, kinds[k].kind);
			continue;
		}
		for (int i = 0; i < was->phone_count; i++)
			if (strcmp(was->phone[i].kind, kinds[k].kind) == 0 &&
				r->phone_count < RESIDENT_PHONES)
				r->phone[r->phone_count++] = was->phone[i];
	}
}

static void check_resident(struct people_put *p, const struct resident *r)
{
	int64_t same;

	given_needs(p, "name", r->name);
	if (r->id_no[0] == '\0' && r->phone_count == 0 && r->address[0] == '\0' &&
		r->area[0] == '\0')
		given_refuse(p, "phones", &too_little, "");
	if (!p->bad && r->id_no[0] != '\0' && resident_by_id_no(p->s, r->id_no, &same, 1) == 1 &&
		same != p->id)
		given_refuse(p, "id_no", &id_taken, "");
}

int64_t people_put_resident(struct people_put *p, struct change *c)
{
	static const char *const states[] = { "active", "moved", "removed", NULL };
	static const char *const sexes[] = { "M", "F", "", NULL };
	static const char *const risks[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL", "", NULL };
	struct resident was = resident_blank;
	struct resident r;

	if (p->id != 0 && !resident_get(p->s, p->id, &was)) {
		given_refuse(p, "id", &not_found, "");
		return 0;
	}
	r = was;
	r.id = p->id;
	r.name = given_name(p, "name", was.name);
	r.birth = given_day(p, "birth", true, was.birth);
	r.sex = given_choice(p, "sex", sexes, was.sex);
	put_id_no(p, &r);
	r.area = given_area(p, "area", was.area);
	r.address = given_text(p, "address", was.address);
	r.tags = given_words(p, "tags", was.tags);
	r.risk = given_choice(p, "risk", risks, was.risk);
	r.state = given_choice(p, "state", states, was.state);
	r.remark = given_text(p, "remark", was.remark);
	put_phones(p, &was, &r);
	check_resident(p, &r);
	if (p->bad)
		return 0;
	r.id = resident_save(p->s, &r, p->id == 0 ? SAVE_FILL : SAVE_EXACT, c);
	if ((c->fields & RESIDENT_CROWDED) != 0) {
		given_refuse(p, "phones", &crowded, "");
		return 0;
	}
	change_event(p->s, p->actor, "resident", r.id, c, NULL);
	return r.id;
}

/* -- members ----------------------------------------------------------------------------------------- */

static void check_number(struct people_put *p, const struct member *m)
{
	size_t n;
	const struct member *same;

	if (p->bad)
		return;
	same = member_of_phone(p->s, m->phone, &n);
	for (size_t i = 0; i < n; i++)
		if (same[i].team_id == m->team_id && same[i].id != p->id)
			given_refuse(p, "phone", &phone_taken, "");
}

static void read_member(struct people_put *p, const struct member *was, struct member *m)
{
	static const char *const states[] = { "active", "away", "left", NULL };
	const char *text;

	m->team_id = given_team(p, "team", was->team_id);
	m->name = given_name(p, "name", was->name);
	m->area = given_area(p, "area", was->area);
	m->state = given_choice(p, "state", states, was->state);
	m->pledged_on = given_day(p, "pledged_on", false, was->pledged_on);
	m->trained_on = given_day(p, "trained_on", false, was->trained_on);
	m->load_cap = (int)given_number(p, "load_cap", 0, 1000, was->load_cap);
	m->away_until = given_time(p, "away_until", was->away_until);
	if (given_has(p, "post")) {
		m->post_raw = given_text(p, "post", "");
		m->post = member_post_of(m->post_raw);
	}
	text = given_text(p, "phone", "");
	if (text[0] != '\0')
		m->phone = given_number_text(p, "phone", text, true);
	given_needs(p, "name", m->name);
	given_needs(p, "phone", m->phone);
	given_needs(p, "team", m->team_id == 0 ? "" : "known");
}

int64_t people_put_member(struct people_put *p, struct change *c)
{
	struct member was = member_blank;
	struct member m;
	struct team team;

	if (p->id != 0 && !member_get(p->s, p->id, &was)) {
		given_refuse(p, "id", &not_found, "");
		return 0;
	}
	m = was;
	m.id = p->id;
	read_member(p, &was, &m);
	check_number(p, &m);
	if (p->bad)
		return 0;
	if (m.area[0] == '\0' && team_get(p->s, m.team_id, &team))
		m.area = team.area;
	m.id = member_save(p->s, &m, SAVE_EXACT, c);
	change_event(p->s, p->actor, "member", m.id, c, NULL);
	if (m.away_until != was.away_until)
		member_leave(p->s, p->actor, m.id, m.away_until);
	return m.id;
}

/* -- shifts -------------------------------------------------------------------------------------------- */

static unsigned put_weekdays(struct people_put *p, unsigned was)
{
	const json_t *v = json_object_get(p->body, "weekdays"), *item;
	unsigned days = 0;
	size_t i;

	if (v == NULL || p->bad)
		return was;
	if (!json_is_array(v) && !json_is_null(v))
		given_refuse(p, "weekdays", &bad_days, "");
	json_array_foreach(v, i, item) {
		json_int_t day = json_integer_value(item);

		if (day < 1 || day > 7)
			given_refuse(p, "weekdays", &bad_days, "");
		else
			days |= 1u << (day - 1);
	}
	return days;
}

/* HH:MM; 24:00 is the end of the day. */
static int put_clock(struct people_put *p, const char *key, int was)
{
	const char *t = given_text(p, key, NULL);
	int hour, minute;

	if (p->bad || t == NULL)
		return was;
	if (strlen(t) != 5 || t[2] != ':' || strspn(t, "0123456789") != 2 ||
		strspn(t + 3, "0123456789") != 2) {
		given_refuse(p, key, &bad_clock, t);
		return was;
	}
	hour = (t[0] - '0') * 10 + t[1] - '0';
	minute = (t[3] - '0') * 10 + t[4] - '0';
	if (minute > 59 || hour > 24 || (hour == 24 && minute > 0))
		given_refuse(p, key, &bad_clock, t);
	return hour * 60 + minute;
}

/* The member of this row: an id, or a number, in the team when one is named. */
static bool find_member(struct people_put *p, int64_t team_id, struct member *out)
{
	const json_t *v = json_object_get(p->body, "member");
	const struct member *list;
	const char *text, *phone;
	size_t n, fit = 0;

	if (json_is_integer(v))
		return member_get(p->s, json_integer_value(v), out) &&
		       (team_id == 0 || out->team_id == team_id);
	text = given_text(p, "phone", "");
	if (text[0] == '\0')
		return false;
	phone = given_number_text(p, "phone", text, false);
	list = member_of_phone(p->s, phone, &n);
	for (size_t i = 0; i < n; i++)
		if ((team_id == 0 || list[i].team_id == team_id) && fit++ == 0)
			*out = list[i];
	return fit == 1;
}

static void put_duty_member(struct people_put *p, struct duty *d)
{
	int64_t team_id = given_team(p, "team", 0);
	struct member m = member_blank;

	if (!given_has(p, "member") && !given_has(p, "phone") && d->id != 0)
		return;
	if (!p->bad && !find_member(p, team_id, &m))
		given_refuse(p, "member", &no_member, "");
	if (p->bad)
		return;
	d->team_id = m.team_id;
	d->shift.member_id = m.id;
}

int64_t people_put_duty(struct people_put *p, struct change *c)
{
	struct duty d = { .shift = { .to_min = 1440 } };
	const char *day;

	if (p->id != 0 && !duty_get(p->s, p->id, &d)) {
		given_refuse(p, "id", &not_found, "");
		return 0;
	}
	put_duty_member(p, &d);
	day = given_day(p, "day", false, d.shift.day);
	d.shift.weekdays = put_weekdays(p, d.shift.weekdays);
	d.shift.from_min = put_clock(p, "from", d.shift.from_min);
	d.shift.to_min = put_clock(p, "to", d.shift.to_min);
	if (given_has(p, "off"))
		d.shift.off = json_is_true(json_object_get(p->body, "off"));
	if (!p->bad && (d.shift.weekdays == 0) == (day[0] == '\0'))
		given_refuse(p, "weekdays", &no_day, "");
	if (p->bad)
		return 0;
	memmove(d.shift.day, day, strnlen(day, sizeof d.shift.day - 1) + 1);
	d.id = duty_save(p->s, &d, c);
	change_event(p->s, p->actor, "duty", d.id, c,
		json_pack("{s:I, s:I}", "team", (json_int_t)d.team_id, "member",
			(json_int_t)d.shift.member_id));
	return d.id;
}

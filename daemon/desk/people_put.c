#include <stdio.h>
#include <string.h>

#include "area.h"
#include "clock.h"
#include "date.h"
#include "json.h"
#include "member.h"
#include "name.h"
#include "people_room.h"
#include "phone.h"

#include "banned.h"

/* clang-format off */
static const struct cell_fault bad_type = { "bad_type", "这一项的类型不对", "请按接口说明填写文字、数字或数组。" };
static const struct cell_fault missing = { "missing", "缺少这一项", "请补填。" };
static const struct cell_fault bad_choice = { "bad_choice", "没有这个选项", "请按接口说明填写代码。" };
static const struct cell_fault bad_number = { "bad_number", "数字超出范围", "请按接口说明填写整数。" };
static const struct cell_fault bad_time = { "bad_time", "看不懂时间", "请按2026-11-21T08:30:00+08:00的形式填写。" };
static const struct cell_fault bad_code = { "bad_code", "不是12位区划代码（网格为13到18位）", "请填写统计用区划代码，如310118110203。" };
static const struct cell_fault unknown_area = { "unknown_area", "没有这个区域，或有同名的", "请填写12位区划代码，或先建区域。" };
static const struct cell_fault unknown_team = { "unknown_team", "没有这个队伍", "请核对队伍名称或编号。" };
static const struct cell_fault not_found = { "not_found", "没有这条记录", "请核对编号。" };
static const struct cell_fault taken = { "conflict", "这个名称已经有了", "请换一个名称，或修改原有的那条。" };
static const struct cell_fault no_mobile = { "not_mobile", "不是手机号，收不到短信", "请填写11位手机号。" };
static const struct cell_fault name_masked = { "masked", "姓名里有代替符号", "请填写完整姓名。" };
/* clang-format on */

bool given_has(const struct people_put *p, const char *key)
{
	return !p->bad && json_object_get(p->body, key) != NULL;
}

bool given_refuse(
	struct people_put *p, const char *key, const struct cell_fault *why, const char *masked)
{
	if (!p->bad) {
		fault_set(p->fault, why->code, why->why, why->mend);
		fault_at(p->fault, 0, key, masked);
	}
	p->bad = true;
	return false;
}

/* The text of a plain value; false when it is absent. Numbers are taken as they are written. */
static bool plain_text(struct people_put *p, const char *key, const char **out)
{
	const json_t *v = json_object_get(p->body, key);
	char clean[CELL_MAX];

	*out = "";
	if (p->bad || v == NULL)
		return false;
	if (json_is_integer(v)) {
		*out = arena_print(&p->s->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_string(v)) {
		enum cell_verdict verdict = cell_tidy(json_string_value(v), clean, sizeof clean);

		if (verdict == CELL_TEXT)
			*out = store_keep(p->s, clean);
		else if (verdict != CELL_EMPTY)
			return given_refuse(p, key, cell_fault(verdict), "");
	} else if (!json_is_null(v)) {
		return given_refuse(p, key, &bad_type, "");
	}
	return true;
}

const char *given_text(struct people_put *p, const char *key, const char *was)
{
	const char *text;

	return plain_text(p, key, &text) ? text : was;
}

void given_needs(struct people_put *p, const char *key, const char *value)
{
	if (value[0] == '\0')
		given_refuse(p, key, &missing, "");
}

const char *given_name(struct people_put *p, const char *key, const char *was)
{
	const char *text;
	struct name name;
	enum name_rc rc;

	if (!plain_text(p, key, &text))
		return was;
	if (text[0] == '\0')
		return "";
	rc = name_parse(text, &name);
	if (rc != NAME_OK)
		given_refuse(p, key, name_fault(rc), "");
	else if ((name.flags & NAME_WILD) != 0)
		given_refuse(p, key, &name_masked, "");
	return p->bad ? was : store_keep(p->s, name.text);
}

const char *given_words(struct people_put *p, const char *key, const char *was)
{
	const json_t *v = json_object_get(p->body, key), *word;
	struct buf all;
	const char *text;
	size_t i;

	if (!json_is_array(v))
		return given_text(p, key, was);
	buf_init(&all, CELL_MAX);
	json_array_foreach(v, i, word) {
		text = json_string_value(word);
		if (text == NULL || strchr(text, ' ') != NULL)
			given_refuse(p, key, &bad_type, "");
		else if (text[0] != '\0')
			buf_addf(&all, "%s%s", all.len > 0 ? " " : "", text);
	}
	if (all.full)
		given_refuse(p, key, cell_fault(CELL_LONG), "");
	text = store_keep(p->s, buf_str(&all));
	buf_free(&all);
	return text;
}

const char *given_day(struct people_put *p, const char *key, bool birth, const char *was)
{
	struct date_ctx ctx = { .ref = date_of_ms(p->s->now_ms), .birth = birth };
	struct date d;
	enum date_rc rc;
	char text[DATE_TEXT];
	const char *cell;

	if (!plain_text(p, key, &cell))
		return was;
	if (cell[0] == '\0')
		return "";
	rc = date_parse(cell, &ctx, &d);
	if (rc != DATE_OK || d.prec == DATE_BY_MONTH) {
		given_refuse(p, key, date_fault(rc == DATE_OK ? DATE_BAD : rc), "");
		return was;
	}
	d.prec = DATE_BY_DAY;
	return store_keep(p->s, date_text(&d, text));
}

const char *given_choice(
	struct people_put *p, const char *key, const char *const *codes, const char *was)
{
	const char *text = given_text(p, key, was);

	if (p->bad || text == was)
		return was;
	for (; *codes != NULL; codes++)
		if (strcmp(text, *codes) == 0)
			return text;
	given_refuse(p, key, &bad_choice, text);
	return was;
}

const char *given_area(struct people_put *p, const char *key, const char *was)
{
	const char *text = given_text(p, key, was), *code;

	if (p->bad || text == was || text[0] == '\0')
		return text;
	code = people_place_exact(p->s, &p->places, text);
	if (code[0] == '\0')
		given_refuse(p, key, &unknown_area, text);
	return code;
}

int64_t given_number(
	struct people_put *p, const char *key, int64_t least, int64_t most, int64_t was)
{
	const json_t *v = json_object_get(p->body, key);

	if (v == NULL || p->bad)
		return was;
	if (!json_is_integer(v) || json_integer_value(v) < least || json_integer_value(v) > most) {
		given_refuse(p, key, json_is_integer(v) ? &bad_number : &bad_type, "");
		return was;
	}
	return json_integer_value(v);
}

int64_t given_time(struct people_put *p, const char *key, int64_t was)
{
	const char *text;
	int64_t ms = 0;

	if (!plain_text(p, key, &text))
		return was;
	if (text[0] != '\0' && !clock_parse_iso(text, &ms))
		given_refuse(p, key, &bad_time, text);
	return ms;
}

int64_t given_team(struct people_put *p, const char *key, int64_t was)
{
	const json_t *v = json_object_get(p->body, key);
	struct team team;
	const char *text;
	bool found;

	if (!plain_text(p, key, &text))
		return was;
	found = json_is_integer(v) ? team_get(p->s, json_integer_value(v), &team)
				   : team_by_name(p->s, text, &team);
	if (!found) {
		given_refuse(p, key, &unknown_team, text);
		return was;
	}
	return team.id;
}

const char *given_number_text(struct people_put *p, const char *key, const char *text, bool mobile)
{
	struct phone phone;
	enum phone_rc rc;

	if (p->bad)
		return "";
	rc = phone_parse(text, NULL, &phone);
	if (rc != PHONE_OK)
		given_refuse(p, key, phone_fault(rc), "");
	else if (mobile && !phone_sms_ok(phone.text))
		given_refuse(p, key, &no_mobile, "");
	return p->bad ? "" : store_keep(p->s, phone.text);
}

/* -- areas and teams --------------------------------------------------------------------------- */

static int64_t put_area_row(struct people_put *p, struct change *c)
{
	static const char *const kinds[] = { "town", "village", "community", "grid", "school",
		"company", "building", NULL };
	struct area was = { .parent = "", .name = "", .kind = "", .aliases = "" }, a;

	a.code = given_text(p, "code", "");
	if (!p->bad && !place_is_code(a.code))
		given_refuse(p, "code", &bad_code, a.code);
	if (p->bad)
		return 0;
	area_get(p->s, a.code, &was);
	a.name = given_text(p, "name", was.name);
	a.aliases = given_words(p, "aliases", was.aliases);
	a.kind = given_choice(p, "kind", kinds, was.kind);
	a.parent = given_area(p, "parent", was.parent);
	a.population = given_number(p, "population", 0, 99999999, was.population);
	given_needs(p, "name", a.name);
	if (p->bad)
		return 0;
	if (a.kind[0] == '\0')
		a.kind = people_area_kind("", a.code, a.name);
	if (a.parent[0] == '\0')
		a.parent = area_above(p->s, a.code);
	area_save(p->s, &a, SAVE_EXACT, c);
	change_event(p->s, p->actor, "area", 0, c, json_pack("{s:s}", "code", a.code));
	return 1;
}

static int64_t put_team_row(struct people_put *p, struct change *c)
{
	static const char *const kinds[] = { "village", "centre", "police", "line2", NULL };
	struct team was = { .name = "", .area = "", .kind = "" }, t = { .id = p->id }, other;

	if (p->id != 0 && !team_get(p->s, p->id, &was)) {
		given_refuse(p, "id", &not_found, "");
		return 0;
	}
	t.name = given_text(p, "name", was.name);
	t.area = given_area(p, "area", was.area);
	t.kind = given_choice(p, "kind", kinds, was.kind);
	given_needs(p, "name", t.name);
	given_needs(p, "area", t.area);
	if (!p->bad && team_by_name(p->s, t.name, &other) && other.id != p->id)
		given_refuse(p, "name", &taken, t.name);
	if (p->bad)
		return 0;
	t.id = team_save(p->s, &t, SAVE_EXACT, c);
	change_event(p->s, p->actor, "team", t.id, c, NULL);
	return t.id;
}

/* -- the door -------------------------------------------------------------------------------------- */

static const struct {
	const char *noun;
	int64_t (*put)(struct people_put *p, struct change *c);
} puts_by_noun[] = {
	{ "areas", put_area_row },
	{ "residents", people_put_resident },
	{ "teams", put_team_row },
	{ "members", people_put_member },
	{ "duties", people_put_duty },
};

bool people_put_json(struct store *s, const char *actor, const char *noun, const json_t *body,
	int64_t id, json_t **out, struct fault *fault)
{
	static const struct cell_fault no_object = { "bad_type", "内容不是一个对象",
		"请发送一个JSON对象。" };
	struct people_put p = { .s = s, .actor = actor, .body = body, .id = id, .fault = fault };
	struct change c = { .created = false };
	int64_t saved = 0;

	*out = NULL;
	if (!json_is_object(body))
		return given_refuse(&p, "", &no_object, "");
	people_places_load(s, "", &p.places);
	for (size_t i = 0; i < sizeof puts_by_noun / sizeof *puts_by_noun; i++)
		if (strcmp(puts_by_noun[i].noun, noun) == 0)
			saved = puts_by_noun[i].put(&p, &c);
	if (saved == 0 && !p.bad)
		given_refuse(&p, "id", &not_found, "");
	if (p.bad || db_rc(s->db) != STORE_OK)
		return false;
	*out = people_json(s, noun, saved, json_str(body, "code"), false);
	if (*out == NULL)
		return false;
	json_object_set_new(*out, "created", json_boolean(c.created));
	json_object_set_new(*out, "changed", change_fields(&c));
	return true;
}

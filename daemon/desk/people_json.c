#include <stdio.h>
#include <string.h>

#include "area.h"
#include "duty.h"
#include "json.h"
#include "mask.h"
#include "member.h"
#include "people_room.h"
#include "resident.h"

#include "banned.h"

static void put_masked(json_t *o, const char *key, const char *value,
	char *(*mask)(const char *, char *, size_t), bool plain)
{
	char masked[256];

	json_put_str(
		o, key, plain || value[0] == '\0' ? value : mask(value, masked, sizeof masked));
}

/* Tags and aliases are parted by blanks. */
static json_t *words_of(const char *text)
{
	json_t *list = json_array();

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n > 0)
			json_array_append_new(list, json_stringn(text, n));
		text += n + (text[n] == ' ');
	}
	return list;
}

static void put_area(struct store *s, json_t *o, const char *code)
{
	json_put_str(o, "area", code);
	json_put_str(o, "area_name", area_name(s, code));
}

static json_t *area_of(struct store *s, int64_t id, const char *code, bool plain)
{
	struct area a;
	json_t *o;

	(void)id;
	(void)plain;
	if (code == NULL || !area_get(s, code, &a))
		return NULL;
	o = json_object();
	json_put_str(o, "code", a.code);
	json_put_str(o, "name", a.name);
	json_put_str(o, "parent", a.parent);
	json_put_str(o, "kind", a.kind);
	json_object_set_new(o, "aliases", words_of(a.aliases));
	json_put_int(o, "population", a.population);
	return o;
}

/* -- residents ---------------------------------------------------------------------------------- */

static void put_phones(json_t *o, const struct resident *r, bool plain)
{
	json_t *own = json_array(), *family = json_array(), *guardian = json_array();
	char masked[MASK_MAX];

	for (int i = 0; i < r->phone_count; i++) {
		const struct resident_phone *p = &r->phone[i];
		const char *number = plain ? p->phone : mask_phone(p->phone, masked, sizeof masked);
		json_t *relative;

		if (strcmp(p->kind, "own") == 0) {
			json_array_append_new(own, json_string(number));
			continue;
		}
		relative = json_object();
		put_masked(relative, "name", p->name, mask_name, plain);
		json_put_str(relative, "phone", number);
		json_put_str(relative, "relation", p->relation);
		json_array_append_new(
			strcmp(p->kind, "guardian") == 0 ? guardian : family, relative);
	}
	json_object_set_new(o, "phones", own);
	json_object_set_new(o, "family", family);
	json_object_set_new(o, "guardian", guardian);
}

static json_t *resident_of(struct store *s, int64_t id, const char *code, bool plain)
{
	struct resident r;
	json_t *o;

	(void)code;
	if (!resident_get(s, id, &r))
		return NULL;
	o = json_object();
	json_put_int(o, "id", id);
	put_masked(o, "name", r.name, mask_name, plain);
	put_masked(o, "id_no", r.id_no, mask_id, plain);
	/* The day of birth is the middle of the ID number: masked, the year is enough. */
	json_object_set_new(o, "birth",
		plain ? json_string(r.birth) : json_stringn(r.birth, strnlen(r.birth, 4)));
	json_put_str(o, "sex", r.sex);
	put_phones(o, &r, plain);
	put_area(s, o, r.area);
	put_masked(o, "address", r.address, mask_address, plain);
	json_object_set_new(o, "tags", words_of(r.tags));
	json_put_str(o, "risk", r.risk);
	json_put_str(o, "state", r.state);
	if (plain)
		json_put_str(o, "remark", r.remark);
	return o;
}

/* -- teams, members, shifts ----------------------------------------------------------------------- */

static json_t *team_of(struct store *s, int64_t id, const char *code, bool plain)
{
	struct team t;
	json_t *o;

	(void)code;
	(void)plain;
	if (!team_get(s, id, &t))
		return NULL;
	o = json_object();
	json_put_int(o, "id", id);
	json_put_str(o, "name", t.name);
	put_area(s, o, t.area);
	json_put_str(o, "kind", t.kind);
	return o;
}

static void put_team(struct store *s, json_t *o, int64_t id)
{
	struct team t;

	json_put_int(o, "team", id);
	json_put_str(o, "team_name", team_get(s, id, &t) ? t.name : "");
}

static json_t *member_of(struct store *s, int64_t id, const char *code, bool plain)
{
	struct member m;
	json_t *o;

	(void)code;
	if (!member_get(s, id, &m))
		return NULL;
	o = json_object();
	json_put_int(o, "id", id);
	put_team(s, o, m.team_id);
	put_masked(o, "name", m.name, mask_name, plain);
	put_masked(o, "phone", m.phone, mask_phone, plain);
	json_put_str(o, "post", m.post);
	json_put_str(o, "post_raw", m.post_raw);
	put_area(s, o, m.area);
	json_put_str(o, "state", m.state);
	json_put_time(o, "away_until", m.away_until);
	json_put_str(o, "pledged_on", m.pledged_on);
	json_put_str(o, "trained_on", m.trained_on);
	json_put_int(o, "load_cap", m.load_cap);
	json_put_time(o, "stopped_at", m.stopped_at);
	return o;
}

static void put_minute(json_t *o, const char *key, int minute)
{
	char text[16];

	snprintf(text, sizeof text, "%02d:%02d", minute / 60, minute % 60);
	json_put_str(o, key, text);
}

static json_t *duty_of(struct store *s, int64_t id, const char *code, bool plain)
{
	json_t *o, *days = NULL;
	struct member m;
	struct duty d;

	(void)code;
	if (!duty_get(s, id, &d))
		return NULL;
	o = json_object();
	json_put_int(o, "id", id);
	put_team(s, o, d.team_id);
	json_put_int(o, "member", d.shift.member_id);
	if (member_get(s, d.shift.member_id, &m))
		put_masked(o, "member_name", m.name, mask_name, plain);
	days = json_array();
	for (int i = 0; i < 7; i++)
		if ((d.shift.weekdays >> i & 1) != 0)
			json_array_append_new(days, json_integer(i + 1));
	json_object_set_new(o, "weekdays", days);
	json_put_str(o, "day", d.shift.day);
	put_minute(o, "from", d.shift.from_min);
	put_minute(o, "to", d.shift.to_min);
	json_object_set_new(o, "off", json_boolean(d.shift.off));
	return o;
}

json_t *people_json(struct store *s, const char *noun, int64_t id, const char *code, bool plain)
{
	static const struct {
		const char *noun;
		json_t *(*make)(struct store *, int64_t, const char *, bool);
	} makers[] = {
		{ "areas", area_of },
		{ "residents", resident_of },
		{ "teams", team_of },
		{ "members", member_of },
		{ "duties", duty_of },
	};

	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (strcmp(makers[i].noun, noun) == 0)
			return makers[i].make(s, id, code, plain);
	return NULL;
}

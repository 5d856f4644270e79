/* The person as a case knows them: what the warning says, filled up from the list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "clock.h"
#include "crew.h"
#include "desk_room.h"
#include "json.h"
#include "place.h"
#include "resident.h"

#include "banned.h"

static const char *keep(struct desk *d, const char *text)
{
	return text == NULL ? NULL : arena_text(&d->areas_memory, text, strlen(text));
}

/* The areas hardly ever change and every stranger's address needs them: kept between jobs. */
static void load_areas(struct desk *d)
{
	int64_t version = crew_age(d->s);
	const struct place_area *now;
	struct place_area *copy;

	if (version == d->areas_version)
		return;
	now = area_all(d->s, &d->area_count);
	arena_reset(&d->areas_memory);
	copy = arena_take(&d->areas_memory, sizeof *copy * (d->area_count + 1));
	for (size_t i = 0; i < d->area_count; i++)
		copy[i] = (struct place_area){ .code = keep(d, now[i].code),
			.name = keep(d, now[i].name),
			.aliases = keep(d, now[i].aliases),
			.parent = keep(d, now[i].parent) };
	d->areas = copy;
	d->areas_version = version;
}

static int by_code(const void *code, const void *area)
{
	return strcmp(code, ((const struct place_area *)area)->code);
}

static const char *find(struct desk *d, const char *text)
{
	const struct place_area *named;
	struct place_match m;

	if (text[0] == '\0')
		return "";
	/* Mostly it is one of our codes, and then there is nothing to be read out of it. */
	named = place_is_code(text) ? bsearch(text, d->areas, d->area_count, sizeof *named, by_code)
				    : NULL;
	if (named != NULL)
		return store_keep(d->s, named->code);
	m = place_find(d->areas, d->area_count, text, d->set->area);
	if (m.how == PLACE_NONE || m.how == PLACE_AMBIGUOUS || m.how == PLACE_BY_PARENT)
		return "";
	return store_keep(d->s, d->areas[m.index].code);
}

const char *person_area(struct desk *d, const struct warning_record *r, const char *resident_area)
{
	const char *texts[] = { r->grid_code, r->village_code, r->village, r->addr_live,
		r->addr_reg };
	const char *code = "";

	if (resident_area[0] != '\0')
		return resident_area;
	load_areas(d);
	for (size_t i = 0; i < sizeof texts / sizeof *texts && code[0] == '\0'; i++)
		code = find(d, texts[i]);
	return code;
}

static int age_of(struct store *s, const char *birth)
{
	struct clock_day now;
	int64_t ms;
	struct clock_day then;

	if (!clock_parse_iso(birth, &ms))
		return -1;
	clock_local(s->now_ms, &now);
	clock_local(ms, &then);
	return now.year - then.year -
	       (now.month < then.month || (now.month == then.month && now.day < then.day));
}

static void put(json_t *o, const char *key, const char *first, const char *second)
{
	const char *value = first != NULL && first[0] != '\0' ? first : second;

	if (value != NULL && value[0] != '\0')
		json_object_set_new(o, key, json_string(value));
}

static void add_phone(json_t *list, const char *phone)
{
	size_t i;
	json_t *item;

	if (phone[0] == '\0')
		return;
	json_array_foreach(list, i, item) {
		if (strcmp(json_string_value(item), phone) == 0)
			return;
	}
	json_array_append_new(list, json_string(phone));
}

static void put_places(json_t *o, const char *address)
{
	char brief[256], door[256];
	struct place_parts parts;

	if (address == NULL || address[0] == '\0')
		return;
	place_split(address, &parts);
	place_brief(&parts, brief, sizeof brief);
	place_door(&parts, door, sizeof door);
	put(o, "address", address, NULL);
	put(o, "brief", brief, NULL);
	put(o, "door", door, NULL);
}

/* Guardian before any other relative: for a minor and for an elder that is who must be told. */
static void put_family(json_t *o, const struct warning_record *r, const struct resident *at_home)
{
	const struct resident_phone *best = NULL;

	for (int i = 0; i < at_home->phone_count; i++) {
		const struct resident_phone *p = &at_home->phone[i];

		if (strcmp(p->kind, "guardian") == 0 ||
			(strcmp(p->kind, "family") == 0 && best == NULL))
			best = p;
	}
	put(o, "family_name", r->family_name, best == NULL ? "" : best->name);
	put(o, "family_phone", r->family_phone, best == NULL ? "" : best->phone);
}

json_t *person_of(struct desk *d, const struct warning_record *r, int64_t resident_id)
{
	struct resident home = {
		.id = 0, .name = "", .id_no = "", .birth = "", .sex = "", .area = "", .address = ""
	};
	json_t *o = json_object(), *phones = json_array();
	const char *birth;
	int age = r->age;

	if (resident_id != 0)
		resident_get(d->s, resident_id, &home);
	/* The list knows the full name where the warning has 张*. */
	put(o, "name", strpbrk(r->name, "*%") != NULL && home.name[0] != '\0' ? home.name : r->name,
		home.name);
	put(o, "id_no", r->id_no, home.id_no);
	put(o, "sex", r->sex, home.sex);
	birth = r->birth[0] != '\0' ? r->birth : home.birth;
	if (birth[0] != '\0' && age_of(d->s, birth) >= 0)
		age = age_of(d->s, birth);
	if (age >= 0)
		json_put_int(o, "age", age);
	for (int i = 0; i < r->phone_count; i++)
		add_phone(phones, r->phones[i]);
	for (int i = 0; i < home.phone_count; i++)
		if (strcmp(home.phone[i].kind, "own") == 0)
			add_phone(phones, home.phone[i].phone);
	json_object_set_new(o, "phones", phones);
	put_places(o, r->addr_live[0] != '\0'   ? r->addr_live
		      : home.address[0] != '\0' ? home.address
						: r->addr_reg);
	put_family(o, r, &home);
	put(o, "officer_phone", r->officer_phone, NULL);
	return o;
}

const char *person_key(struct desk *d, const struct warning_record *r, int64_t resident_id)
{
	struct arena *a = &d->s->arena;

	if (resident_id != 0)
		return arena_print(a, "resident:%lld", (long long)resident_id);
	if (r->id_no[0] != '\0')
		return arena_print(a, "id:%s", r->id_no);
	if (r->phone_count > 0)
		return arena_print(a, "phone:%s", r->phones[0]);
	return arena_print(a, "name:%s:%s%s", r->name, r->village, r->addr_live);
}

bool person_is_minor(const json_t *person)
{
	int64_t age = json_int(person, "age", -1);

	return age >= 0 && age < 18;
}

const char *person_phone(const json_t *person)
{
	const char *own = json_string_value(json_array_get(json_object_get(person, "phones"), 0));
	const char *family = json_str(person, "family_phone");

	return family != NULL && (own == NULL || person_is_minor(person)) ? family : own;
}

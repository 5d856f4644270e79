#include <string.h>

#include "date.h"
#include "idcard.h"
#include "name.h"
#include "people.h"
#include "phone.h"
#include "place.h"
#include "resident_find.h"

#include "banned.h"

enum { BY_ID = 16, BY_PHONE = 64, BY_NAME = 256, FEW = 16, SURE_BY_NAME = 85 };

/* One search: what was asked, in normal forms, and who was found so far. */
struct search {
	struct store *s;
	struct match_person p;
	bool id_masked, name_masked;
	struct date_day id_birth; /* of a whole ID number */
	struct match_candidate *found;
	size_t count, room;
};

static bool said(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void read_id(struct search *k, const char *id_no)
{
	struct idcard *card = arena_take(&k->s->arena, sizeof *card);
	enum idcard_rc rc;

	if (!said(id_no))
		return;
	rc = idcard_parse(id_no, date_of_ms(k->s->now_ms), card);
	if (rc == IDCARD_OK || rc == IDCARD_MASKED) {
		k->p.id_no = card->text;
	} else if (strlen(id_no) >= 4 && strlen(id_no) < 8) {
		k->p.id_no = id_no; /* a bare tail */
		rc = IDCARD_MASKED;
	}
	k->id_masked = rc == IDCARD_MASKED;
	k->id_birth = card->birth;
}

/* A number that nobody on the list has still tells the day of birth. */
static void use_birth_of_id(struct search *k)
{
	if (k->id_birth.year != 0 && !said(k->p.birth))
		k->p.birth = arena_print(&k->s->arena, "%04d-%02d-%02d", k->id_birth.year,
			k->id_birth.month, k->id_birth.day);
}

static void read_name(struct search *k, const char *text)
{
	struct name *name = arena_take(&k->s->arena, sizeof *name);

	if (!said(text) || name_parse(text, name) != NAME_OK)
		return;
	k->p.name = name->text;
	k->name_masked = (name->flags & NAME_WILD) != 0;
}

static void read_phones(struct search *k, const struct match_person *p)
{
	const char **list = arena_take(&k->s->arena, (p->phone_count + 1) * sizeof *list);
	size_t n = 0;

	for (size_t i = 0; i < p->phone_count; i++) {
		struct phone *phone = arena_take(&k->s->arena, sizeof *phone);

		if (said(p->phones[i]) && phone_parse(p->phones[i], NULL, phone) == PHONE_OK)
			list[n++] = phone->text;
	}
	k->p.phones = list;
	k->p.phone_count = n;
}

/* -- candidates ------------------------------------------------------------------------------ */

static struct match_candidate *next_place(struct search *k)
{
	struct match_candidate *more;

	if (k->count < k->room)
		return &k->found[k->count++];
	more = arena_take(&k->s->arena, 2 * k->room * sizeof *more);
	memcpy(more, k->found, k->count * sizeof *more);
	k->found = more;
	k->room *= 2;
	return &k->found[k->count++];
}

static struct match_candidate *among(struct search *k, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (k->found[i].id == id)
			return &k->found[i];
	return NULL;
}

static struct match_candidate *take(struct search *k, struct db_stmt *q)
{
	struct match_candidate *c = next_place(k);
	struct resident r;

	resident_found_brief(k->s, q, said(k->p.address), &r);
	*c = (struct match_candidate){
		.id = r.id,
		.name = r.name,
		.id_no = r.id_no,
		.birth = r.birth,
		.area = r.area,
		.address = r.address,
	};
	return c;
}

/* The rows of one lookup, each person once: so only those found before it can be among them. */
static void add_all(struct search *k, struct db_stmt *q)
{
	size_t before = k->count;
	bool own;

	while (db_next(q))
		if (among(k, before, resident_found(q, &own)) == NULL && resident_found_active(q))
			take(k, q);
}

static void by_phone(struct search *k, const char *phone)
{
	struct db_stmt *q = resident_find_phone(k->s, phone, BY_PHONE);
	bool own;

	while (db_next(q)) {
		struct match_candidate *c = among(k, k->count, resident_found(q, &own));

		if (c == NULL && resident_found_active(q))
			c = take(k, q);
		if (c != NULL && own)
			c->phone_own = true;
		else if (c != NULL)
			c->phone_family = true;
	}
}

static bool village_known(const struct search *k)
{
	const char *area = k->p.area;

	return said(area) && strlen(area) >= PLACE_CODE && strncmp(area + 9, "000", 3) != 0;
}

/* The village itself: people stand in it and in its grids. */
static const char *village_of(const struct search *k)
{
	return arena_text(&k->s->arena, k->p.area, PLACE_CODE);
}

/* The village first: going through all areas is dear, and needs a second key to be worth it. */
static void by_name(struct search *k)
{
	bool keyed = said(k->p.birth) || said(k->p.id_no);

	if (village_known(k)) {
		add_all(k, resident_find_name_in_village(k->s, k->p.name, village_of(k), BY_NAME));
		if (match_best(&k->p, k->found, k->count).score >= SURE_BY_NAME)
			return;
	}
	if (keyed || (said(k->p.address) && !village_known(k)))
		add_all(k, resident_find_name(k->s, k->p.name, BY_NAME));
}

/* A masked name needs its village and a second key; then its people are looked through. */
static void by_masked_name(struct search *k)
{
	const char *birth = said(k->p.birth) ? k->p.birth : NULL;

	if (village_known(k) && (birth != NULL || k->id_masked))
		add_all(k, resident_find_area(k->s, village_of(k), birth, PEOPLE_LOOK));
}

static bool is_sure(const struct match_result *r)
{
	return r->score == 100 && !r->ambiguous;
}

struct match_result people_match(struct store *s, const struct match_person *p)
{
	struct search k = { .s = s,
		.p = { .birth = p->birth, .area = p->area, .address = p->address },
		.room = FEW };
	struct match_result out;

	k.found = arena_take(&s->arena, k.room * sizeof *k.found);
	read_id(&k, p->id_no);
	read_name(&k, p->name);
	read_phones(&k, p);
	if (said(k.p.id_no) && !k.id_masked) {
		add_all(&k, resident_find_id_no(s, k.p.id_no, BY_ID));
		out = match_best(&k.p, k.found, k.count);
		if (is_sure(&out))
			return out;
		use_birth_of_id(&k);
	}
	for (size_t i = 0; i < k.p.phone_count; i++)
		by_phone(&k, k.p.phones[i]);
	if (said(k.p.name) && !k.name_masked)
		by_name(&k);
	else if (k.name_masked)
		by_masked_name(&k);
	return match_best(&k.p, k.found, k.count);
}

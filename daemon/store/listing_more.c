#include "listing_more.h"

#include <string.h>

#include "json.h"
#include "listing.h"
#include "mask.h"
#include "resident.h"
#include "timeline.h"

#include "banned.h"

enum { OF_A_CASE = LISTING_PAGE_MAX };

static void put_masked(json_t *o, const char *key, const char *value, bool plain,
	char *(*mask)(const char *, char *, size_t))
{
	char out[MASK_MAX];

	json_put_str(o, key, plain || value[0] == '\0' ? value : mask(value, out, sizeof out));
}

/* Own numbers are texts; of relatives it is told who they are. */
void more_of_resident(struct store *s, int64_t id, bool plain, json_t *row)
{
	json_t *own = json_array(), *family = json_array(), *guardian = json_array();
	char masked[MASK_MAX];
	struct resident r;

	if (!resident_get(s, id, &r))
		r.phone_count = 0;
	for (int i = 0; i < r.phone_count; i++) {
		const struct resident_phone *p = &r.phone[i];
		json_t *o;

		if (strcmp(p->kind, "own") == 0) {
			json_array_append_new(own,
				json_string(plain ? p->phone
						  : mask_phone(p->phone, masked, sizeof masked)));
			continue;
		}
		o = json_object();
		put_masked(o, "phone", p->phone, plain, mask_phone);
		put_masked(o, "name", p->name, plain, mask_name);
		json_put_str(o, "relation", p->relation);
		json_array_append_new(strcmp(p->kind, "guardian") == 0 ? guardian : family, o);
	}
	json_object_set_new(row, "phones", own);
	json_object_set_new(row, "family", family);
	json_object_set_new(row, "guardian", guardian);
}

void more_of_message(struct store *s, int64_t id, bool plain, json_t *row)
{
	json_t *list = json_array();
	struct db_stmt *q = db_query(s->db,
		"SELECT part, state, channel, sent_at, error FROM message_part"
		" WHERE message_id = ? ORDER BY part",
		DB_ARGS(DI(id)));

	(void)plain;
	while (db_next(q)) {
		json_t *o = json_object();

		json_put_int(o, "part", db_int(q, 0));
		json_put_str(o, "state", db_text(q, 1));
		json_put_str(o, "channel", db_text(q, 2));
		json_put_time(o, "sent_at", db_int(q, 3));
		json_put_str(o, "error", db_text(q, 4));
		json_array_append_new(list, o);
	}
	json_object_set_new(row, "part_list", list);
}

/* What another list has of this case, newest first. */
static void put_list(struct store *s, int64_t id, const char *noun, json_t *row)
{
	char text[24];
	const char *next, *bad = NULL;
	struct listing_query q = { .limit = OF_A_CASE, .filters = 1 };
	json_t *items;

	snprintf(text, sizeof text, "%lld", (long long)id);
	q.filter[0].param = "case";
	q.filter[0].value = text;
	listing_page(s, listing_find(noun), &q, &items, &next, &bad);
	json_object_set_new(row, noun, items);
}

static void put_outcomes(struct store *s, int64_t id, bool plain, json_t *row)
{
	json_t *list = json_array();
	struct db_stmt *q = db_query(s->db,
		"SELECT id, task_id, code, actor, at, lost_fen, saved_fen, amount_kind, "
		"amount_check,"
		" corrects_id FROM outcome WHERE case_id = ? ORDER BY id",
		DB_ARGS(DI(id)));

	while (db_next(q)) {
		json_t *o = json_object();

		json_put_int(o, "id", db_int(q, 0));
		json_put_int(o, "task", db_int(q, 1));
		json_put_str(o, "code", db_text(q, 2));
		json_put_str(o, "actor", db_text(q, 3));
		json_put_str(o, "who", timeline_who(s, db_text(q, 3), plain));
		json_put_time(o, "at", db_int(q, 4));
		json_object_set_new(
			o, "lost", db_int(q, 5) < 0 ? json_null() : json_integer(db_int(q, 5)));
		json_object_set_new(
			o, "saved", db_int(q, 6) < 0 ? json_null() : json_integer(db_int(q, 6)));
		json_put_str(o, "amount_kind", db_text(q, 7));
		json_object_set_new(o, "amount_check", json_boolean(db_int(q, 8) != 0));
		json_put_int(o, "corrects", db_int(q, 9));
		json_array_append_new(list, o);
	}
	json_object_set_new(row, "outcomes", list);
}

void more_of_case(struct store *s, int64_t id, bool plain, json_t *row)
{
	static const char *const nouns[] = { "warnings", "tasks", "followups", "handovers",
		"rewards" };

	for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
		put_list(s, id, nouns[i], row);
	put_outcomes(s, id, plain, row);
	json_object_set_new(row, "timeline", timeline_of_case(s, id, plain));
}

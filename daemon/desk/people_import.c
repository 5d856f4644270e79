#include <assert.h>
#include <string.h>

#include "people_room.h"

#include "banned.h"

static const char *const done_codes[] = {
	[PEOPLE_REJECTED] = "rejected",
	[PEOPLE_CREATED] = "created",
	[PEOPLE_UPDATED] = "updated",
	[PEOPLE_UNCHANGED] = "unchanged",
};

static const char *const nouns[HEADER_KINDS] = {
	[HEADER_RESIDENT] = "resident",
	[HEADER_MEMBER] = "member",
	[HEADER_AREA] = "area",
	[HEADER_TEAM] = "team",
	[HEADER_DUTY] = "duty",
};

const char *people_done_code(enum people_done d)
{
	return done_codes[d];
}

/* -- a savepoint inside the job, with the chain of events as it stood -------------------------- */

struct mark {
	int64_t seq;
	uint8_t chain[SEAL_HASH];
};

static void mark_set(struct store *s, struct mark *m)
{
	m->seq = s->event_seq;
	memcpy(m->chain, s->chain, SEAL_HASH);
	db_savepoint(s->db);
}

static void mark_undo(struct store *s, const struct mark *m)
{
	if (store_lost(s))
		return;
	db_undo(s->db);
	s->event_seq = m->seq;
	memcpy(s->chain, m->chain, SEAL_HASH);
}

/* -- what the books get --------------------------------------------------------------------------- */

struct slice {
	struct people_work w;
	struct people_row *out;
	json_t *created, *changed; /* of residents: [[first,last],...] and [{"id","fields"},...] */
	int64_t first, last;       /* the run of created ids that goes on */
};

static void close_run(struct slice *l)
{
	if (l->first != 0)
		json_array_append_new(
			l->created, json_pack("[I,I]", (json_int_t)l->first, (json_int_t)l->last));
	l->first = 0;
}

static void note_resident(struct slice *l, int64_t id, const struct change *c)
{
	if (!c->created) {
		json_array_append_new(l->changed,
			json_pack("{s:I, s:o}", "id", (json_int_t)id, "fields", change_fields(c)));
		return;
	}
	if (l->first == 0 || id != l->last + 1) {
		close_run(l);
		l->first = id;
	}
	l->last = id;
}

static void count_row(struct people_counts *n, enum people_done done)
{
	int *const counts[] = { [PEOPLE_REJECTED] = &n->rejected,
		[PEOPLE_CREATED] = &n->created,
		[PEOPLE_UPDATED] = &n->updated,
		[PEOPLE_UNCHANGED] = &n->unchanged };

	(*counts[done])++;
}

static void write_event(struct slice *l, const struct people_counts *n)
{
	const struct people_import *how = l->w.how;
	json_t *data = json_pack("{s:i, s:i, s:i, s:i}", "created", n->created, "updated",
		n->updated, "unchanged", n->unchanged, "rejected", n->rejected);

	close_run(l);
	if (how->kind == HEADER_RESIDENT) {
		json_object_set(data, "created_ids", l->created);
		json_object_set(data, "changed", l->changed);
	}
	store_event(l->w.s, how->actor, "people.imported", 0, nouns[how->kind], 0, data);
}

/* -- rows ----------------------------------------------------------------------------------------- */

static void take_row(struct slice *l, size_t i)
{
	struct people_row *out = &l->out[i];
	struct change c = { .created = false };

	*out = (struct people_row){ .note = "" };
	if (!people_apply(&l->w, &l->w.rows[i], out, &c)) {
		out->done = PEOPLE_REJECTED;
		out->id = 0;
		return;
	}
	out->done = c.created ? PEOPLE_CREATED : change_any(&c) ? PEOPLE_UPDATED : PEOPLE_UNCHANGED;
	if (l->w.how->kind == HEADER_RESIDENT && change_any(&c))
		note_resident(l, out->id, &c);
}

static void reject_failed(struct people_row *out, enum store_rc rc)
{
	bool damaged = rc == STORE_BAD_ROW;

	*out = (struct people_row){ .done = PEOPLE_REJECTED, .note = "" };
	fault_set(&out->fault, damaged ? "bad_row" : "conflict",
		damaged ? "库里已有的这一行读不出来" : "与库里已有的记录冲突",
		damaged ? "请联系管理员检查数据库和密钥文件。" : "请核对是否重号，改正后再导入。");
}

/* Each row in a savepoint of its own: dear, so only when the slice as a whole has failed. */
static void take_row_alone(struct slice *l, size_t i)
{
	struct store *s = l->w.s;
	struct mark mark;

	mark_set(s, &mark);
	take_row(l, i);
	if (store_lost(s))
		return;
	if (db_rc(s->db) == STORE_OK) {
		db_release(s->db);
		return;
	}
	reject_failed(&l->out[i], db_rc(s->db));
	mark_undo(s, &mark);
}

static void begin_lists(struct slice *l)
{
	json_decref(l->created);
	json_decref(l->changed);
	l->created = json_array();
	l->changed = json_array();
	l->first = 0;
}

static void take_rows(struct slice *l, void (*take)(struct slice *, size_t))
{
	begin_lists(l);
	for (size_t i = 0; i < l->w.count && !store_lost(l->w.s); i++)
		take(l, i);
}

void people_import_slice(struct store *s, const struct people_import *how,
	const struct people_record *rows, size_t count, struct people_row *out,
	struct people_counts *counts)
{
	struct slice l = { .w = { .s = s, .how = how, .rows = rows, .count = count }, .out = out };
	struct mark mark;

	assert(count <= PEOPLE_SLICE && nouns[how->kind] != NULL);
	people_places_load(s, how->centre, &l.w.places);
	mark_set(s, &mark);
	s->bulk = true;
	take_rows(&l, take_row);
	if (db_rc(s->db) != STORE_OK && !store_lost(s)) {
		mark_undo(s, &mark);
		mark_set(s, &mark);
		take_rows(&l, take_row_alone);
	}
	s->bulk = false;
	*counts = (struct people_counts){ .created = 0 };
	for (size_t i = 0; i < count && !store_lost(s); i++)
		count_row(counts, out[i].done);
	if (how->dry_run) {
		mark_undo(s, &mark);
	} else if (db_rc(s->db) == STORE_OK) {
		write_event(&l, counts);
		db_release(s->db);
	}
	json_decref(l.created);
	json_decref(l.changed);
}

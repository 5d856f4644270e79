#include "frozen.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#include "banned.h"

enum { KEPT = 16 };

struct kept {
	int64_t id; /* 0: free */
	int version;
	struct policy policy;
	int64_t undone; /* db_undone() when the row was seen last: it may have gone since */
};

struct frozen {
	struct kept kept[KEPT];
	size_t next; /* to be given up */
};

struct frozen *frozen_new(void)
{
	struct frozen *f = calloc(1, sizeof *f);

	if (f == NULL)
		abort();
	return f;
}

void frozen_free(struct frozen *f)
{
	free(f);
}

/* Byte by byte: padding that differs costs one row more, and nothing else. */
static struct kept *kept_of_policy(struct frozen *f, const struct policy *p, int version)
{
	for (size_t i = 0; i < KEPT; i++)
		if (f->kept[i].id != 0 && f->kept[i].version == version &&
			memcmp((const char *)&f->kept[i].policy, (const char *)p, sizeof *p) == 0)
			return &f->kept[i];
	return NULL;
}

static struct kept *kept_of_id(struct frozen *f, int64_t id)
{
	for (size_t i = 0; i < KEPT; i++)
		if (f->kept[i].id == id)
			return &f->kept[i];
	return NULL;
}

static void keep(struct store *s, int64_t id, const struct policy *p, int version)
{
	struct frozen *f = s->frozen;

	f->kept[f->next] = (struct kept){ .id = id, .version = version };
	memcpy(&f->kept[f->next].policy, p, sizeof *p); /* with what pads it: memcmp() looks */
	f->kept[f->next].undone = db_undone(s->db);
	f->next = (f->next + 1) % KEPT;
}

static int64_t id_of(const char *text)
{
	uint8_t hash[SEAL_HASH];

	seal_sha256(text, strlen(text), hash);
	return seal_key(hash);
}

int64_t frozen_keep(struct store *s, const struct policy *p, int version)
{
	struct kept *k = kept_of_policy(s->frozen, p, version);
	json_t *o;
	char *text;
	int64_t id;

	if (k != NULL && k->undone == db_undone(s->db))
		return k->id;
	o = policy_json(p, version);
	text = json_dumps(o, JSON_COMPACT);
	id = id_of(text);
	db_run(s->db,
		"INSERT INTO frozen_policy (id, text) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
		DB_ARGS(DI(id), DT(text)));
	if (k != NULL)
		k->undone = db_undone(s->db);
	else
		keep(s, id, p, version);
	free(text);
	json_decref(o);
	return id;
}

bool frozen_get(struct store *s, int64_t id, struct policy *out)
{
	const struct kept *k = kept_of_id(s->frozen, id);
	struct db_stmt *q;
	json_t *o = NULL;
	bool ok;

	if (k != NULL && id != 0) {
		*out = k->policy;
		return true;
	}
	q = db_query(s->db, "SELECT text FROM frozen_policy WHERE id = ?", DB_ARGS(DI(id)));
	if (db_next(q)) {
		o = json_loads(db_text(q, 0), 0, NULL);
		db_end(q);
	}
	/* A row that cannot be read is told, never guessed: it steers a ladder. */
	ok = policy_of_json(o, out);
	if (ok)
		keep(s, id, out, (int)json_int(o, "version", -1));
	else
		db_fail(s->db, STORE_BAD_ROW);
	json_decref(o);
	return ok;
}

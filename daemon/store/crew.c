#include "crew.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "duty.h"
#include "task.h"

#include "banned.h"

enum { ERA_MAX = 256 << 20, FOUND_SLOTS = 1024, CODES_MAX = 1000, CODES_FIRST = 8 };

struct kept_code {
	char code[CODE_TEXT];
	int last_action;
	int64_t task_id, member_id, issued_at, closed_at, last_at; /* closed_at 0: live */
};

/* One phone number, in however many teams. */
struct person {
	int64_t key;
	int open_tasks;
	struct kept_code *code;
	size_t code_count, code_room;
	struct person *next; /* of those in no team any more */
};

struct place {
	int64_t member_id;
	struct person *person;
	int64_t asked_at; /* 0: not in the last month */
};

struct crew_team {
	struct team team;
	bool known; /* the people below are */
	struct member *member;
	struct place **place; /* of each member */
	size_t count;
	struct rota_shift *shift;
	size_t shift_count;
};

/* An answer of crew_team(), also when it was: nobody. */
struct found {
	const char *area, *kind;
	const struct team *team;
};

/* All that was learnt since it was last forgotten. */
struct era {
	struct era *before; /* forgotten, but this job may still read it */
	struct arena memory;
	struct person *person; /* by number */
	size_t person_count;
	struct person *gone; /* numbers that no member has now, but codes */
	struct place *place; /* by member */
	size_t place_count;
	struct crew_team *team; /* by id */
	size_t team_count;
	struct found found[FOUND_SLOTS];
	size_t found_count;
};

struct crew {
	struct era *now; /* NULL: nothing is known */
	int64_t age;     /* of what is known */
	int64_t undone;  /* what db_undone() said when it was learnt */
};

struct crew *crew_new(void)
{
	struct crew *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	return c;
}

static void drop_eras(struct era *e)
{
	while (e != NULL) {
		struct era *before = e->before;

		arena_free(&e->memory);
		free(e);
		e = before;
	}
}

void crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	drop_eras(c->now);
	free(c);
}

void crew_job_begin(struct crew *c)
{
	if (c->now == NULL)
		return;
	drop_eras(c->now->before);
	c->now->before = NULL;
}

/* -- learning --------------------------------------------------------------------------------- */

static int by_member(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->member_id > y->member_id) - (x->member_id < y->member_id);
}

static struct place *place_of(const struct era *e, int64_t member_id)
{
	const struct place key = { .member_id = member_id };

	return e->place_count == 0 ? NULL
				   : bsearch(&key, e->place, e->place_count, sizeof key, by_member);
}

static struct person *person_of(const struct era *e, int64_t member_id)
{
	const struct place *p = place_of(e, member_id);

	return p == NULL ? NULL : p->person;
}

/* Everybody's number: a person is whoever has one, in all teams. */
static void learn_persons(struct store *s, struct era *e)
{
	size_t room = (size_t)db_number(s->db, "SELECT count(*) FROM member", 0, DB_NONE) + 1;
	struct db_stmt *q =
		db_query(s->db, "SELECT phone_lk, id FROM member ORDER BY phone_lk", DB_NONE);

	e->person = arena_take(&e->memory, room * sizeof *e->person);
	e->place = arena_take(&e->memory, room * sizeof *e->place);
	while (db_next(q)) {
		size_t n;
		const void *lk = db_blob(q, 0, &n);
		int64_t key = n == SEAL_LOOKUP ? seal_key(lk) : 0;

		/* In the order of their first bits, which are the key. */
		if (e->person_count == 0 || e->person[e->person_count - 1].key != key)
			e->person[e->person_count++].key = key;
		e->place[e->place_count++] = (struct place){ .member_id = db_int(q, 1),
			.person = &e->person[e->person_count - 1] };
	}
	qsort(e->place, e->place_count, sizeof *e->place, by_member);
}

static int by_key(const void *key, const void *person)
{
	int64_t x = *(const int64_t *)key, y = ((const struct person *)person)->key;

	return (x > y) - (x < y);
}

/* Whoever has this number; NULL nobody. */
static struct person *person_of_phone(const struct era *e, int64_t key)
{
	struct person *p = e->person_count == 0 ? NULL
						: bsearch(&key, e->person, e->person_count,
							  sizeof *e->person, by_key);

	if (p == NULL)
		for (p = e->gone; p != NULL && p->key != key; p = p->next)
			;
	return p;
}

static struct person *add_gone(struct era *e, int64_t key)
{
	struct person *p = arena_take(&e->memory, sizeof *p);

	p->key = key;
	p->next = e->gone;
	e->gone = p;
	return p;
}

/* Live, or ended so lately that an answer may still come. */
static bool still_means(const struct store *s, const struct kept_code *c)
{
	return c->closed_at == 0 || c->closed_at >= s->now_ms - REPLY_CODE_LIFE_MS;
}

/* Without those that mean nothing any more; of a thousand the older half goes. */
static void thin_out(struct store *s, struct person *p)
{
	size_t n = 0, from = p->code_count >= CODES_MAX ? CODES_MAX / 2 : 0;

	for (size_t i = from; i < p->code_count; i++)
		if (still_means(s, &p->code[i]))
			p->code[n++] = p->code[i];
	p->code_count = n;
}

static void add_code(struct store *s, struct era *e, struct person *p, const struct kept_code *c)
{
	struct kept_code *more;

	if (p->code_count == p->code_room)
		thin_out(s, p);
	if (p->code_count == p->code_room) {
		p->code_room = p->code_room == 0 ? CODES_FIRST : 2 * p->code_room;
		more = arena_take(&e->memory, p->code_room * sizeof *more);
		if (p->code_count > 0)
			memcpy(more, p->code, p->code_count * sizeof *more);
		p->code = more;
	}
	p->code[p->code_count++] = *c;
}

#define TASK_CODES \
	"SELECT phone_key, code, id, member_id, offered_at, code_closed_at, last_action, last_at," \
	" state IN ('offered', 'accepted') FROM task WHERE code_closed_at "

static void learn_task(struct store *s, struct era *e, struct db_stmt *q)
{
	struct kept_code c = { .task_id = db_int(q, 2),
		.member_id = db_int(q, 3),
		.issued_at = db_int(q, 4),
		.closed_at = db_int(q, 5),
		.last_action = (int)db_int(q, 6),
		.last_at = db_int(q, 7) };
	const char *code = db_text(q, 1);
	struct person *p = person_of_phone(e, db_int(q, 0));
	struct place *at = place_of(e, c.member_id);

	memcpy(c.code, code, strnlen(code, CODE_TEXT - 1));
	add_code(s, e, p == NULL ? add_gone(e, db_int(q, 0)) : p, &c);
	if (at == NULL)
		return;
	at->person->open_tasks += db_int(q, 8) != 0;
	if (at->asked_at < c.issued_at)
		at->asked_at = c.issued_at;
}

/* The tasks whose codes live or still rest; an open task has a live one. */
static void learn_tasks(struct store *s, struct era *e)
{
	struct db_stmt *q = db_query(s->db, TASK_CODES ">= ? ORDER BY code_closed_at, id",
		DB_ARGS(DI(s->now_ms - REPLY_CODE_LIFE_MS)));

	while (db_next(q))
		learn_task(s, e, q);
	q = db_query(s->db, TASK_CODES "= 0 ORDER BY id", DB_NONE);
	while (db_next(q))
		learn_task(s, e, q);
}

static const char *keep(struct era *e, const char *text)
{
	return arena_text(&e->memory, text, strlen(text));
}

static void learn_teams(struct store *s, struct era *e)
{
	size_t room = (size_t)db_number(s->db, "SELECT count(*) FROM team", 0, DB_NONE) + 1;
	struct db_stmt *q =
		db_query(s->db, "SELECT id, name, area, kind FROM team ORDER BY id", DB_NONE);

	e->team = arena_take(&e->memory, room * sizeof *e->team);
	while (db_next(q))
		e->team[e->team_count++].team = (struct team){ .id = db_int(q, 0),
			.name = keep(e, db_text(q, 1)),
			.area = keep(e, db_text(q, 2)),
			.kind = keep(e, db_text(q, 3)) };
}

static struct era *learn(struct store *s)
{
	struct crew *c = s->crew;
	struct era *e = calloc(1, sizeof *e);

	if (e == NULL)
		abort();
	arena_init(&e->memory, ERA_MAX);
	e->before = c->now;
	c->now = e;
	c->undone = db_undone(s->db);
	c->age++;
	learn_persons(s, e);
	learn_tasks(s, e);
	learn_teams(s, e);
	return e;
}

/* What is known now; never NULL. After a failure it is empty or in part, and this job is undone. */
static struct era *era(struct store *s)
{
	struct crew *c = s->crew;

	assert(c != NULL); /* only the desk has one */
	if (c->now == NULL || c->undone != db_undone(s->db))
		return learn(s);
	return c->now;
}

/* The same for who has something to add to it; NULL: nothing is known that could become wrong. */
static struct era *known(struct store *s)
{
	struct crew *c = s->crew;

	return c == NULL || c->undone != db_undone(s->db) ? NULL : c->now;
}

/* -- teams -------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const struct crew_team *x = a, *y = b;

	return (x->team.id > y->team.id) - (x->team.id < y->team.id);
}

static const struct team *look_for_team(const struct era *e, const char *area, const char *kind)
{
	for (size_t i = 0; i < e->team_count; i++)
		if (strcmp(e->team[i].team.area, area) == 0 &&
			strcmp(e->team[i].team.kind, kind) == 0)
			return &e->team[i].team;
	return NULL;
}

static struct found *slot_of(struct era *e, const char *area, const char *kind)
{
	size_t hash = 5381;

	for (const char *p = area; *p != '\0'; p++)
		hash = hash * 33 + (unsigned char)*p;
	for (const char *p = kind; *p != '\0'; p++)
		hash = hash * 33 + (unsigned char)*p;
	for (size_t i = hash;; i++) {
		struct found *f = &e->found[i % FOUND_SLOTS];

		if (f->area == NULL || (strcmp(f->area, area) == 0 && strcmp(f->kind, kind) == 0))
			return f;
	}
}

const struct team *crew_team(struct store *s, const char *area, const char *kind)
{
	struct era *e = era(s);
	struct found *f = slot_of(e, area, kind);

	if (f->area != NULL)
		return f->team;
	if (e->found_count >= FOUND_SLOTS / 2)
		return look_for_team(e, area, kind);
	*f = (struct found){
		.area = keep(e, area), .kind = keep(e, kind), .team = look_for_team(e, area, kind)
	};
	e->found_count++;
	return f->team;
}

static void learn_members(struct store *s, struct era *e, struct crew_team *t)
{
	t->member = member_all(s, t->team.id, &e->memory, &t->count);
	t->place = arena_take(&e->memory, (t->count + 1) * sizeof *t->place);
	for (size_t i = 0; i < t->count; i++)
		t->place[i] = place_of(e, t->member[i].id);
	t->shift = duty_all(s, t->team.id, &e->memory, &t->shift_count);
	t->known = db_rc(s->db) == STORE_OK;
}

/* NULL: no such team. */
static struct crew_team *team_of(struct store *s, int64_t team_id)
{
	struct era *e = era(s);
	const struct crew_team key = { .team = { .id = team_id } };
	struct crew_team *t = e->team_count == 0
				      ? NULL
				      : bsearch(&key, e->team, e->team_count, sizeof key, by_id);

	if (t != NULL && !t->known)
		learn_members(s, e, t);
	return t;
}

const struct member *crew_members(struct store *s, int64_t team_id, size_t *count)
{
	struct crew_team *t = team_of(s, team_id);

	*count = t == NULL ? 0 : t->count;
	for (size_t i = 0; i < *count; i++) {
		const struct place *p = t->place[i];

		t->member[i].open_tasks = p == NULL ? 0 : p->person->open_tasks;
		t->member[i].asked_at = p == NULL ? 0 : p->asked_at;
	}
	return t == NULL ? NULL : t->member;
}

const struct rota_shift *crew_shifts(struct store *s, int64_t team_id, size_t *count)
{
	struct crew_team *t = team_of(s, team_id);

	*count = t == NULL ? 0 : t->shift_count;
	return t == NULL ? NULL : t->shift;
}

int64_t crew_age(struct store *s)
{
	era(s);
	return s->crew->age;
}

/* -- codes ------------------------------------------------------------------------------------- */

int64_t crew_phone(struct store *s, int64_t member_id)
{
	const struct person *p = person_of(era(s), member_id);

	return p == NULL ? 0 : p->key;
}

const struct code_past *crew_codes(struct store *s, int64_t member_id, size_t *count)
{
	const struct person *p = person_of(era(s), member_id);
	struct code_past *past;

	*count = 0;
	if (p == NULL)
		return NULL;
	past = arena_take(&s->arena, (p->code_count + 1) * sizeof *past);
	for (size_t i = 0; i < p->code_count; i++) {
		struct code_past *to = &past[*count];

		if (!still_means(s, &p->code[i]))
			continue;
		memcpy(to->code, p->code[i].code, CODE_TEXT);
		to->live = p->code[i].closed_at == 0;
		to->ended_ms_ago = s->now_ms - p->code[i].closed_at;
		++*count;
	}
	return past;
}

static int newest_first(const void *a, const void *b)
{
	const struct reply_code *x = a, *y = b;

	return (x->task_id < y->task_id) - (x->task_id > y->task_id);
}

struct reply_code *crew_reply_codes(struct store *s, int64_t phone_key, size_t *count)
{
	const struct person *p = person_of_phone(era(s), phone_key);
	struct reply_code *all =
		arena_take(&s->arena, ((p == NULL ? 0 : p->code_count) + 1) * sizeof *all);

	*count = 0;
	for (size_t i = 0; p != NULL && i < p->code_count; i++) {
		const struct kept_code *c = &p->code[i];

		if (still_means(s, c))
			all[(*count)++] = (struct reply_code){ .code = store_keep(s, c->code),
				.task_id = c->task_id,
				.member_id = c->member_id,
				.issued_at = c->issued_at,
				.closed_at = c->closed_at,
				.last_action = c->last_action,
				.last_at = c->last_at };
	}
	qsort(all, *count, sizeof *all, newest_first);
	return all;
}

/* -- what was written ----------------------------------------------------------------------------- */

void crew_forget(struct store *s)
{
	if (s->crew != NULL)
		s->crew->undone = -1;
}

void crew_load(struct store *s, int64_t member_id, int by)
{
	struct era *e = known(s);
	struct person *p = e == NULL ? NULL : person_of(e, member_id);

	if (p != NULL)
		p->open_tasks += by;
}

void crew_task(struct store *s, const struct task *t)
{
	struct era *e = known(s);
	struct place *p = e == NULL ? NULL : place_of(e, t->member_id);
	struct kept_code c = { .task_id = t->id,
		.member_id = t->member_id,
		.issued_at = s->now_ms,
		.last_action = -1 };

	if (p == NULL)
		return;
	p->asked_at = s->now_ms;
	p->person->open_tasks++;
	memcpy(c.code, t->code, strnlen(t->code, CODE_TEXT - 1));
	add_code(s, e, p->person, &c);
}

static struct kept_code *code_of(struct store *s, int64_t phone_key, int64_t task_id)
{
	struct era *e = known(s);
	struct person *p = e == NULL ? NULL : person_of_phone(e, phone_key);

	for (size_t i = 0; p != NULL && i < p->code_count; i++)
		if (p->code[i].task_id == task_id)
			return &p->code[i];
	return NULL;
}

void crew_code_closed(struct store *s, int64_t phone_key, int64_t task_id, int64_t closed_at)
{
	struct kept_code *c = code_of(s, phone_key, task_id);

	if (c != NULL)
		c->closed_at = closed_at;
	else if (closed_at == 0)
		crew_forget(s); /* so old that it was not known any more */
}

void crew_code_answered(struct store *s, int64_t phone_key, int64_t task_id, int action)
{
	struct kept_code *c = code_of(s, phone_key, task_id);

	if (c != NULL) {
		c->last_action = action;
		c->last_at = s->now_ms;
	}
}

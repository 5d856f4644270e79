/* The keys of residents: they wander through three tables and are found wherever they stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "helper_store.h"
#include "powercut.h"
#include "resident_find.h"
#include "resident_key.h"

#include "banned.h"

#define VILLAGE "310118110203"
#define OTHER "310118110208"
#define ID_A "310118195501010018"

enum { MANY = 600 };

static const char *const tables[] = { "resident_key", "resident_key_mid", "resident_key_new" };

/* Resident n of these tests: name, own phone, ID number and address of its own. */
struct one {
	char name[16], phone[16], id_no[24], address[24];
};

static const struct one *one(int n)
{
	static struct one o;

	snprintf(o.name, sizeof o.name, "王%c%c%c", 'A' + n % 26, 'A' + n / 26 % 26,
		'A' + n / 676 % 26);
	snprintf(o.phone, sizeof o.phone, "138%08d", n);
	snprintf(o.id_no, sizeof o.id_no, "3101181955%08d", n);
	snprintf(o.address, sizeof o.address, "%d号", n);
	return &o;
}

static int64_t save(struct temp_store *t, int n, const char *area)
{
	const struct one *o = one(n);
	struct resident r = { .name = o->name,
		.id_no = o->id_no,
		.area = area,
		.address = o->address,
		.phone = { { .kind = "own", .phone = o->phone } },
		.phone_count = 1 };
	struct change c;
	int64_t id;

	t->s->bulk = true; /* as in an import */
	id = resident_save(t->s, &r, SAVE_FILL, &c);
	t->s->bulk = false;
	return id;
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static void is_found(struct temp_store *t, int n, const char *area, int64_t id)
{
	const struct one *o = one(n);
	const char *kinds[8];
	int64_t ids[8];

	arena_reset(&t->s->arena);
	assert_int_equal(resident_by_id_no(t->s, o->id_no, ids, 8), 1);
	assert_int_equal(ids[0], id);
	assert_int_equal(resident_by_phone(t->s, o->phone, kinds, ids, 8), 1);
	assert_int_equal(ids[0], id);
	assert_string_equal(kinds[0], "own");
	assert_true(has(ids, resident_by_name(t->s, o->name, ids, 8), id));
	assert_true(has(ids, resident_by_name_in_area(t->s, o->name, area, ids, 8), id));
}

static int64_t entries(struct temp_store *t, const char *table)
{
	char sql[96];
	struct db_stmt *q;
	int64_t n;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	q = db_query_text(t->s->db, sql, DB_NONE);
	assert_true(db_next(q));
	n = db_int(q, 0);
	db_end(q);
	return n;
}

static void each_stands_once(struct temp_store *t)
{
	assert_int_equal(temp_number(t, "SELECT count(*) FROM (SELECT 1 FROM resident_known"
					" GROUP BY key, tag, id HAVING count(*) > 1) AS x"),
		0);
}

/* Strangers' entries, so that the tables are as full as in a long import. */
static void fill(struct temp_store *t, const char *table, int count)
{
	char sql[256];

	snprintf(sql, sizeof sql,
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO %s SELECT random(), 7, i FROM n",
		count, table);
	assert_true(db_script(t->s->db, sql));
}

static void keys_wander_and_are_found(void **state)
{
	struct temp_store *t = *state;
	int64_t ids[MANY], all;
	int passed = 0;

	temp_job(t, TEMP_NOW);
	fill(t, "resident_key_new", 8000);
	fill(t, "resident_key_mid", 131000);
	assert_int_equal(temp_done(t), STORE_OK);
	all = entries(t, "resident_known");
	for (int n = 0; n < MANY; n++) {
		temp_job(t, TEMP_NOW + n);
		ids[n] = save(t, n, VILLAGE);
		assert_int_equal(temp_done(t), STORE_OK);
	}
	assert_int_equal(entries(t, "resident_known"), all + 3 * MANY);
	assert_true(entries(t, "resident_key_new") < 8192 + 512 + 3);
	assert_true(entries(t, "resident_key") > 500);
	each_stands_once(t);
	for (int n = 0; n < MANY; n++)
		is_found(t, n, VILLAGE, ids[n]);
	for (bool more = true; more; passed++) {
		temp_job(t, TEMP_NOW + MANY + passed);
		more = resident_keys_settle(t->s, 50000);
		assert_int_equal(temp_done(t), STORE_OK);
	}
	assert_in_range(passed, 3, 6);
	assert_int_equal(entries(t, "resident_key"), all + 3 * MANY);
	for (int n = 0; n < MANY; n++)
		is_found(t, n, VILLAGE, ids[n]);
}

/* The counts in memory run ahead; what they steer must not suffer. */
static void what_is_undone_confuses_nothing(void **state)
{
	struct temp_store *t = *state;
	int64_t ids[MANY];

	temp_job(t, TEMP_NOW);
	fill(t, "resident_key_new", 8000);
	assert_int_equal(temp_done(t), STORE_OK);
	for (int n = 0; n < MANY; n++) {
		temp_job(t, TEMP_NOW + n);
		save(t, n, VILLAGE);
		db_fail(t->s->db, STORE_CONFLICT);
		assert_int_equal(temp_done(t), STORE_CONFLICT);
	}
	assert_int_equal(entries(t, "resident_known"), 8000);
	for (int n = 0; n < MANY; n++) {
		temp_job(t, TEMP_NOW + MANY + n);
		ids[n] = save(t, n, VILLAGE);
		assert_int_equal(temp_done(t), STORE_OK);
	}
	assert_int_equal(entries(t, "resident_known"), 8000 + 3 * MANY);
	assert_true(entries(t, "resident_key_new") < 8192 + 512 + 3);
	each_stands_once(t);
	for (int n = 0; n < MANY; n++)
		is_found(t, n, VILLAGE, ids[n]);
}

/* -- a change, wherever the old entries stand ------------------------------------------------------ */

static void move_all(struct temp_store *t, const char *to)
{
	char sql[128];

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(tables[i], to) == 0)
			continue;
		snprintf(sql, sizeof sql, "INSERT INTO %s SELECT * FROM %s; DELETE FROM %s", to,
			tables[i], tables[i]);
		assert_true(db_script(t->s->db, sql));
	}
}

static void a_change_leaves_no_old_key(void **state)
{
	struct temp_store *t = *state;
	int64_t ids[8], id;

	temp_job(t, TEMP_NOW);
	id = save(t, 1, VILLAGE);
	for (int i = 0; i < 6; i++) {
		struct resident r;
		struct change c;

		move_all(t, tables[i % 3]);
		assert_true(resident_get(t->s, id, &r));
		r.name = one(2 + i)->name;
		r.area = i % 2 ? VILLAGE : OTHER;
		assert_int_equal(resident_save(t->s, &r, SAVE_EXACT, &c), id);
		assert_int_equal(entries(t, "resident_known"), 3);
		assert_int_equal(resident_by_name(t->s, one(1 + i)->name, ids, 8), 0);
		assert_int_equal(
			resident_by_name_in_area(t->s, one(2 + i)->name, r.area, ids, 8), 1);
		assert_int_equal(resident_by_name_in_area(
					 t->s, one(2 + i)->name, i % 2 ? OTHER : VILLAGE, ids, 8),
			0);
		assert_int_equal(resident_by_phone(t->s, one(1)->phone, NULL, ids, 8), 1);
	}
	assert_int_equal(temp_done(t), STORE_OK);
}

/* -- one row at a time --------------------------------------------------------------------------------- */

/* Who is added alone goes straight to where everybody stays, and is found at once. */
static void one_alone_leaves_the_list_settled(void **state)
{
	struct temp_store *t = *state;
	struct change c;
	int64_t id, other;

	temp_job(t, TEMP_NOW);
	assert_true(resident_keys_settled(t->s));
	id = resident_save(t->s,
		&(struct resident){ .name = one(1)->name,
			.id_no = one(1)->id_no,
			.area = VILLAGE,
			.phone = { { .kind = "own", .phone = one(1)->phone } },
			.phone_count = 1 },
		SAVE_FILL, &c);
	assert_true(resident_keys_settled(t->s));
	assert_int_equal(entries(t, "resident_key"), 3);
	is_found(t, 1, VILLAGE, id);
	other = save(t, 2, OTHER);
	assert_false(resident_keys_settled(t->s));
	is_found(t, 1, VILLAGE, id);
	is_found(t, 2, OTHER, other);
	assert_int_equal(temp_done(t), STORE_OK);
}

/* An emptying that is undone: what was taken for empty is not. */
static void an_undone_settling_is_noticed(void **state)
{
	struct temp_store *t = *state;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = save(t, 1, VILLAGE);
	assert_int_equal(temp_done(t), STORE_OK);
	temp_job(t, TEMP_NOW + 1);
	assert_true(resident_keys_settle(t->s, 100));
	assert_false(resident_keys_settle(t->s, 100));
	assert_true(resident_keys_settled(t->s));
	is_found(t, 1, VILLAGE, id);
	db_fail(t->s->db, STORE_CONFLICT);
	assert_int_equal(temp_done(t), STORE_CONFLICT);
	temp_job(t, TEMP_NOW + 2);
	is_found(t, 1, VILLAGE, id);
	assert_false(resident_keys_settled(t->s));
	while (resident_keys_settle(t->s, 100))
		;
	assert_true(resident_keys_settled(t->s));
	is_found(t, 1, VILLAGE, id);
	assert_int_equal(temp_done(t), STORE_OK);
}

/* A handle that only reads sees all three tables. */
static void a_reader_finds_them_too(void **state)
{
	struct temp_store *t = *state, reader = *t;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = save(t, 1, VILLAGE);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(store_open_reader(&reader.s, t->url, t->s->seal), STORE_OK);
	is_found(&reader, 1, VILLAGE, id);
	store_close(reader.s);
}

/* -- many of one key ---------------------------------------------------------------------------------- */

static void namesakes_of_one_village_never_double(void **state)
{
	struct temp_store *t = *state;
	int64_t ids[MANY];

	for (int round = 0; round < 2; round++) {
		temp_job(t, TEMP_NOW + round);
		for (int n = 0; n < MANY; n++) {
			struct resident r = {
				.name = "王秀英", .area = VILLAGE, .address = one(n)->address
			};
			struct change c;
			int64_t id = resident_save(t->s, &r, SAVE_FILL, &c);

			assert_int_equal(c.created, round == 0);
			if (round == 0)
				ids[n] = id;
			assert_int_equal(id, ids[n]);
		}
		assert_int_equal(temp_done(t), STORE_OK);
	}
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), MANY);
}

static void a_phone_of_many_tells_them_by_name(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	for (int i = 0; i < 2 * MANY; i++) {
		struct resident r = { .name = one(i % MANY)->name,
			.area = VILLAGE,
			.phone = { { .kind = "own", .phone = "57340000" } },
			.phone_count = 1 };
		struct change c;

		resident_save(t->s, &r, SAVE_FILL, &c);
		assert_int_equal(c.created, i < MANY);
	}
	assert_int_equal(temp_done(t), STORE_OK);
}

/* Two values of one hash: never seen, so made by hand. */
static void who_has_the_key_but_not_the_value_is_a_stranger(void **state)
{
	struct temp_store *t = *state;
	struct resident r = { .name = "张三", .id_no = ID_A }, got;
	struct change c;
	int64_t stranger, id;

	temp_job(t, TEMP_NOW);
	stranger = save(t, 1, VILLAGE);
	db_run(t->s->db, "INSERT INTO resident_key (key, tag, id) VALUES (?, 0, ?)",
		DB_ARGS(DI(resident_key(t->s, "id", ID_A)), DI(stranger)));
	id = resident_save(t->s, &r, SAVE_FILL, &c);
	assert_true(c.created);
	assert_int_not_equal(id, stranger);
	assert_true(resident_get(t->s, stranger, &got));
	assert_string_equal(got.name, one(1)->name);
	assert_int_equal(resident_save(t->s, &r, SAVE_FILL, &c), id);
	assert_int_equal(c.fields, 0);
	assert_int_equal(temp_done(t), STORE_OK);
}

/* -- the power fails while keys wander ------------------------------------------------------------------ */

enum { STRANGERS = 8680 + 131580 };

static void nearly_full(struct store *s)
{
	struct temp_store t = { .s = s };

	fill(&t, "resident_key_new", 8680);
	fill(&t, "resident_key_mid", 131580);
}

static void save_one(struct store *s, int64_t n)
{
	struct temp_store t = { .s = s };

	save(&t, (int)n, VILLAGE);
	if (n % 20 == 0)
		resident_keys_settle(s, 300);
}

static enum power_there one_there(struct store *s, int64_t n)
{
	const struct one *o = one((int)n);
	int64_t ids[8];
	size_t found = resident_by_id_no(s, o->id_no, ids, 8) +
		       resident_by_phone(s, o->phone, NULL, ids, 8) +
		       resident_by_name_in_area(s, o->name, VILLAGE, ids, 8);

	if (found == 0)
		return POWER_ABSENT;
	found += db_number(s->db, "SELECT count(*) FROM resident WHERE id = ?", 0,
			 DB_ARGS(DI(ids[0]))) == 1;
	return found == 4 ? POWER_WHOLE : POWER_HALF;
}

static const char *entry_lost(struct store *s)
{
	int64_t people = db_number(s->db, "SELECT count(*) FROM resident", 0, DB_NONE);

	if (db_number(s->db, "SELECT count(*) FROM resident_known", 0, DB_NONE) !=
		STRANGERS + 3 * people)
		return "an entry is lost or stands twice";
	return NULL;
}

static void a_cut_loses_no_key(void **state)
{
	static const struct power_job job = { .prepare = nearly_full,
		.run = save_one,
		.there = one_there,
		.broken = entry_lost,
		.span = 900 };
	uint64_t seed = power_seed();
	struct power_result r = power_torture(&job, power_cuts(30), seed, NULL);

	(void)state;
	print_message("# TORTURE_SEED=%llu cuts %ld acknowledged %ld\n", (unsigned long long)seed,
		r.cuts, r.acked);
	assert_string_equal(r.first, "");
	assert_int_equal(r.lost + r.half + r.split + r.corrupt + r.chain, 0);
	assert_true(r.acked > r.cuts);
}

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)
	const struct CMUnitTest tests[] = {
		EACH(keys_wander_and_are_found),
		EACH(what_is_undone_confuses_nothing),
		EACH(a_change_leaves_no_old_key),
		EACH(one_alone_leaves_the_list_settled),
		EACH(an_undone_settling_is_noticed),
		EACH(a_reader_finds_them_too),
		EACH(namesakes_of_one_village_never_double),
		EACH(a_phone_of_many_tells_them_by_name),
		EACH(who_has_the_key_but_not_the_value_is_a_stranger),
		cmocka_unit_test(a_cut_loses_no_key),
	};

	return cmocka_run_group_tests_name("resident_key", tests, NULL, NULL);
}
